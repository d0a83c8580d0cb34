from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.listen.events.models import EventName
from banso.listen.events.writes import refresh_names
from banso.measure.metrics import reads
from banso.measure.metrics.models import Refresh
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.tests.builders import TODAY, a_metric, used
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


def test_who_has_no_value_and_why(analyst: Client) -> None:
    text = preview(analyst, "days_to_first_after/?after=login&event=@core")
    assert "No customer has a value" in text
    assert "2 customers: no core action or feature is marked under Events yet" in text
    an_account(external_id="new", signed_up_on=date(2025, 6, 29))
    Refresh.objects.create(pk=1, first_day=date(2025, 2, 10))
    text = preview(analyst, "own_past/?event=login&days=28&windows=4&way=change")
    assert "1 customer: not watched long enough yet" in text
    assert "nothing happened before that it could be compared with" in text
    with translation.override("en"):
        day = date_format(date(2025, 11, 15), "DATE_FORMAT")
    assert f"The next customer gets a value about {day}." in text


def test_the_ends_lead_to_their_customers(analyst: Client) -> None:
    text = preview(analyst, "recent_count/?event=login&days=28")
    busy, quiet = Account.objects.order_by("external_id")
    highest, lowest = text.split("Lowest")
    assert highest.index(f"/customers/{busy.pk}/") < highest.index(f"/customers/{quiet.pk}/")
    assert lowest.index(f"/customers/{quiet.pk}/") < lowest.index(f"/customers/{busy.pk}/")


def test_a_filter_is_told_and_counted(analyst: Client) -> None:
    EventName.objects.update(properties=[{"key": "plan", "numeric": False, "example": "pro"}])
    row = "&where-0-prop=plan&where-0-op=is&where-0-value=pro"
    text = preview(analyst, f"recent_count/?event=login&days=28{row}")
    assert "How often “login” where “plan” is “pro” happened" in text
    assert "The median is 0 times" in text
    text = preview(analyst, "recent_count/?days=28&where-0-prop=plan&where-0-op=is")
    assert "Value to compare with: Say what it is compared with." in text


def test_editing_tells_which_version_it_makes(analyst: Client) -> None:
    metric = a_metric()
    same = preview(analyst, f"recent_count/?event=login&days=28&definition={metric.key}")
    assert "Saving makes" not in same
    text = preview(analyst, f"recent_count/?event=login&days=7&definition={metric.key}")
    assert "Saving makes version 2" in text
    assert "version 1 serves until then" in text
    assert "In the last … days: 28 → 7" in text


def test_every_shape_has_a_preview_of_its_own_choices(analyst: Client) -> None:
    a_metric("other")
    for key in shapes():
        text = preview(analyst, f"{key}/?event=login&definition=nothing")
        assert "<html" not in text
