from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.listen.events.writes import refresh_names
from banso.measure.metrics import reads
from banso.measure.metrics.tests.builders import TODAY, used
from banso.shared import clock
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client: Client) -> Client:
    account = an_account(external_id="busy", signed_up_on=date(2025, 2, 3))
    an_account(external_id="quiet", signed_up_on=date(2025, 2, 3))
    days = ("02-10", "06-10", "06-11", "06-12")
    lake.append(events=a_table(*used(account, *days, user_key="u")), source="s")
    lake.compact()
    refresh_names()
    client.force_login(a_user(role="analyst", language="en"))
    return client


def preview(analyst: Client, address: str) -> str:
    with clock.held_at(TODAY):
        return analyst.get(f"/metrics/preview/{address}").content.decode()


def test_choices_are_shown_in_words_and_on_live_data(analyst: Client) -> None:
    text = preview(analyst, "recent_count/?event=login&days=28&unit=times")
    assert "How often “login” happened in the last 28 days." in text
    assert "2 of 2 customers have a value." in text
    assert "The median is 1.5 times" in text
    assert "data-chart" in text
    assert "<html" not in text


def test_choices_that_are_not_made_yet_ask_for_them(analyst: Client) -> None:
    assert "Choose on the left" in preview(analyst, "recent_users/?event=&days=28")
    assert "Choose on the left" in preview(analyst, "recent_count/?event=login&days=x")
    with clock.held_at(TODAY):
        assert analyst.get("/metrics/preview/nothing/").status_code == 404


def test_many_customers_are_sampled(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PREVIEW_MOST", 1)
    assert "Computed on a part of the customers" in preview(analyst, "recent_count/?days=28")
