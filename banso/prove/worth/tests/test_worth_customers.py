from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.prove.studies.tests.builders import TODAY
from banso.prove.worth.tests.builders import TARGET, a_company
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]
URL = reverse("worth:worth_customers")


@pytest.fixture
def reader(client: Client, planted: None) -> Client:
    a_company()
    client.force_login(a_user(role="viewer", language="en"))
    return client


def test_every_customer_behind_the_figure_is_there(reader: Client) -> None:
    with clock.held_at(TODAY):
        said = reader.get(URL, TARGET).content.decode()
    assert "60 present customers" in said
    assert said.count("みどり商事") == 50, "the rest is on the second page"
    assert "¥100,000" in said
    first = Account.objects.get(name="みどり商事 0")
    with clock.held_at(TODAY):
        both = said + reader.get(URL, TARGET | {"page": "2"}).content.decode()
    assert reverse("accounts:account_detail", args=[first.pk]) in both


def test_the_file_has_all_and_no_formulas(reader: Client) -> None:
    Account.objects.filter(name="みどり商事 3").update(name="=HYPERLINK(1)")
    with clock.held_at(TODAY):
        response = reader.get(URL, TARGET | {"format": "csv"})
        lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 61
    assert any(line.startswith("'=HYPERLINK") for line in lines)


def test_a_question_without_answer_has_no_customers(reader: Client) -> None:
    with clock.held_at(TODAY):
        assert reader.get(URL, {"metric": "leak"}).status_code == 404
        assert reader.get(URL, TARGET | {"target": "500"}).status_code == 404
