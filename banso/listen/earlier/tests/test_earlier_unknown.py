from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.earlier.models import Aside
from banso.listen.earlier.tests.builders import FORMS, brought_in
from banso.listen.surveys.models import Response
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "/earlier/unknown/"


@pytest.fixture
def analyst(client: Client) -> Client:
    client.force_login(a_user(role="analyst", language="en"))
    return client


def test_answers_of_an_unknown_customer_are_given_to_whom_they_belong(analyst: Client) -> None:
    an_account(name="あおば製作所")
    renamed = an_account(name="みどりフーズ", external_id="A-7")
    chiba = a_person(renamed, email="chiba@example.jp")
    brought_in(FORMS.replace("chiba@", "Chiba@"))
    Response.objects.filter(account=renamed).delete()
    assert "みどり食品" in analyst.get(PAGE).content.decode()
    analyst.post(PAGE, {"account_text": "みどり食品", "account": "みどりフーズ [A-7]"})
    found = Response.objects.get(account=renamed)
    assert (found.person, found.leaf, found.recommend) == (chiba, "not_consulted", 3)
    assert found.original["会社名"] == "みどり食品"
    assert not Aside.objects.filter(response=None).exists()


def test_an_unknown_person_is_named_or_left_without_a_name(analyst: Client) -> None:
    aoba, _midori = an_account(name="あおば製作所"), an_account(name="みどり食品")
    brought_in(FORMS)
    aoki = a_person(aoba, name="青木 花", external_id="P-aoki")
    first, second, third = Aside.objects.order_by("external_id")
    analyst.post(PAGE, {"aside": first.pk, "person": "青木 花 [P-aoki]"})
    assert Response.objects.get(person=aoki).leaf == "above"
    page = analyst.post(PAGE, {"aside": second.pk, "person": "青木 花 [P-aoki]"}, follow=True)
    assert "has an answer in this wave already" in page.content.decode()
    analyst.post(PAGE, {"aside": third.pk, "do": "leave"})
    assert list(Aside.objects.all()) == [second]
    assert Response.objects.count() == 3


@pytest.mark.parametrize(
    "given",
    [
        {"account_text": "みどり食品", "account": "nobody"},
        {"aside": "x", "person": "y"},
        {"aside": "0"},
    ],
)
def test_nonsense_gives_nothing_to_anybody(analyst: Client, given: dict[str, str]) -> None:
    an_account(name="あおば製作所")
    brought_in(FORMS)
    waiting = Aside.objects.count()
    analyst.post(PAGE, given)
    assert Aside.objects.count() == waiting


def test_nobody_unknown_is_said_too(analyst: Client) -> None:
    assert "Nobody is unknown" in analyst.get(PAGE).content.decode()
