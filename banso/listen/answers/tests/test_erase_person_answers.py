from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.forgetting.models import ForgottenPerson
from banso.know.forgetting.reads import touched
from banso.know.forgetting.writes import forget_person
from banso.know.people.models import Person
from banso.listen.answers.names import Names
from banso.listen.answers.tests.builders import an_anonymous_answer, told_twice
from banso.listen.earlier.models import Aside
from banso.listen.earlier.tests.builders import brought_in, csv_of
from banso.listen.invitations.models import Invitation
from banso.listen.surveys.models import Response
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def everything_kept() -> str:
    rows = Response.objects.exclude(wave__is_anonymous=True)
    asides = Aside.objects.values_list("people_texts", "kept", "external_id")
    return str(list(rows.values())) + str(list(asides))


def test_the_answers_stay_and_nobody_can_say_whose_they_were(client: Client) -> None:
    account, person = told_twice()
    client.force_login(a_user(role="administrator", language="ja"))
    client.post(reverse("answers:erase_person_answers", args=[person.pk]))
    assert Person.objects.filter(pk=person.pk).exists()
    assert not Response.objects.filter(person=person).exists()
    kept = Response.objects.filter(account=account)
    assert set(kept.values_list("satisfaction", flat=True)) == {1, 4, 5}
    for word in ("yamada", "山田太郎", "山田 太郎", "山田さん"):
        assert word not in everything_kept()
    assert "[name removed]" in everything_kept() or "[氏名削除]" in everything_kept()


def test_forgetting_a_person_says_on_the_receipt_what_was_touched() -> None:
    account, person = told_twice()
    wave = Response.objects.filter(person=person).latest("pk").wave
    Invitation.objects.create(
        wave=wave, account=account, person=person, email=person.email, nonce="n",
        token_hash="h", state="sent", due=2,
    )  # fmt: skip
    by = a_user(role="administrator")
    receipt = forget_person(by=by, person=person, mode="erase", everywhere=True)
    rows = {what: count for what, count, _how in touched(ForgottenPerson.objects.get())}
    assert rows["Answers to surveys, whose person was taken out"] == 2
    assert rows["Answers whose texts had the name"] == 3
    assert rows["Invitations to surveys, with address and link"] == 1
    asked = Invitation.objects.get()
    assert (asked.person, asked.email, asked.token_hash, asked.due) == (None, "", None, 0)
    assert receipt.mode == "erase"
    assert Entry.objects.filter(kind="survey.person_taken_out").count() == 1
    assert "yamada" not in everything_kept()


def test_anonymous_answers_stay_untouched_and_untied() -> None:
    _account, person = told_twice()
    anonymous = an_anonymous_answer()
    before = Response.objects.filter(pk=anonymous.pk).values().get()
    by = a_user(role="administrator")
    forget_person(by=by, person=person, mode="pseudonymise", everywhere=True)
    assert Response.objects.filter(pk=anonymous.pk).values().get() == before


def test_waiting_answers_of_unknown_customers_lose_the_name() -> None:
    _account, person = told_twice()
    rows = [("どこかの会社", "yamada@example.jp", "2024-05-01", "4", "山田です")]
    brought_in(csv_of(("会社名", "メール", "回答日", "満足度", "ご意見"), rows), name="x.csv")
    assert Aside.objects.filter(response=None).count() == 1
    by = a_user(role="administrator")
    forget_person(by=by, person=person, mode="erase", everywhere=True)
    assert "yamada" not in everything_kept()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("山田 太郎です", "[x]です"),
        ("山田太郎と山田\u3000太郎", "[x]と[x]"),
        ("山田様にお世話に", "[x]様にお世話に"),
        ("山田川の工場", "山田川の工場"),
        ("Mail YAMADA@example.jp.", "Mail [x]."),
        ("U-777 is another", "U-777 is another"),
        ("id U-77.", "id [x]."),
    ],
)
def test_names_go_and_what_only_looks_like_them_stays(text: str, expected: str) -> None:
    names = Names(name="山田 太郎", others=["yamada@example.jp", "U-77", ""], instead="[x]")
    assert names.out_of(text) == expected
    assert names.out_of({"a": [text, 3]}) == {"a": [expected, 3]}


def test_an_english_family_name_goes_only_where_it_is_a_name() -> None:
    names = Names(name="Rose Baker", others=[], instead="[x]")
    assert (
        names.out_of("Ask Mr. Baker, not the baker. Rose baker")
        == "Ask Mr. [x], not the baker. [x]"
    )
