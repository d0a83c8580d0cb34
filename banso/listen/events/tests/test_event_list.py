from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.know.accounts.tests.builders import an_account
from banso.listen.events.models import Arrival, ArrivalWarning, Source, Span
from banso.listen.events.tests.builders import a_refused_event, a_source, an_event_name
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/"
NOON = datetime(2025, 3, 5, 3, 30, tzinfo=UTC)  # half past noon in Tokyo


def page(client: Client, role: str = "csm", **headers: str) -> str:
    client.force_login(a_user(role=role, language="en"))
    return client.get(URL, headers=headers).content.decode()


def sends(source: Source, *, hour: int = 0, minute: int = 0) -> None:
    """Events that came in the present hour and minute."""
    Arrival.objects.create(
        source=source, span=Span.HOUR, starts_at=NOON.replace(minute=0), accepted=hour
    )
    Arrival.objects.create(source=source, span=Span.MINUTE, starts_at=NOON, accepted=minute)


def test_an_empty_page_teaches_to_import(client: Client) -> None:
    text = page(client)
    assert "No events yet" in text
    assert "Import events" in text


def test_what_arrived_is_counted_by_its_sender(client: Client) -> None:
    an_account(external_id="A-1")
    lake.append(events=a_table(an_event(name="report_shared")), source="my-product")
    assert "Events are being sorted in" in page(client)
    run_owed()
    text = page(client)
    assert "my-product" in text
    assert "1 event so far" in text
    assert "1 event in the last 10 minutes (0.1 per minute)" in text
    assert "Not enough history yet" not in text
    assert "No event is marked as a core action yet" in text


def test_today_stands_beside_what_is_usual_by_this_time(client: Client) -> None:
    with clock.held_at(NOON):
        hours = [[0, 0, 0]] * 12 + [[100, 200, 400]] * 12
        usual = {"n": 8, "by_hour": hours}
        sends(a_source(last_at=NOON, usual=usual, usual_on=NOON.date()), hour=1234, minute=50)
        a_source("young", usual={"from": "2025-04-01"}, usual_on=NOON.date())
        text = page(client)
    assert "1,234" in text
    assert "100 (50–200)" in text  # half of the hour that runs
    assert "n = 8 days" in text
    assert "As usual" in text
    assert "from about 2025-04-01" in text or "from about 04/01/2025" in text
    assert "5.0" in text


def test_it_says_when_nothing_comes(client: Client) -> None:
    with clock.held_at(NOON):
        a_source(last_at=NOON - timedelta(hours=3))
        assert "Nothing in the last 10 minutes" in page(client)


def test_a_warning_says_its_rule(client: Client) -> None:
    silent = {"expected": 40, "low": 40, "high": 40, "found": 0, "basis": 8}
    ArrivalWarning.objects.create(
        source=a_source(), kind="silent", since=NOON, raised_at=NOON, **silent
    )
    text = page(client)
    assert "at least 40 events usually come (in 7 of the last 8 comparable periods)" in text
    assert "Silent" in text


def test_events_that_wait_are_shown_with_what_to_do(client: Client) -> None:
    events = [an_event(account_key="<b>X-9</b>", event_id=str(n)) for n in range(2)]
    lake.append(events=a_table(*events), source="s")
    run_owed()
    text = page(client)
    assert "2 events wait for their customers" in text
    assert "&lt;b&gt;X-9&lt;/b&gt;" in text
    assert "Import customers" in text


def test_refused_events_are_told_with_their_reason(client: Client) -> None:
    a_refused_event()
    text = page(client)
    assert "1 event was refused" in text
    assert "No customer named" in text
    assert "/events/refused/" not in text
    assert "/events/refused/?code=no_account" in page(client, role="analyst")


def test_new_names_are_told_once_there_is_something_to_compare_with(client: Client) -> None:
    a_source()
    with clock.held_at(NOON):
        an_event_name("brand_new", found_at=NOON - timedelta(days=1))
        assert "New names" not in page(client)
        an_event_name("old", found_at=NOON - timedelta(days=30))
        text = page(client)
    assert "New names in the last 7 days" in text
    assert "brand_new" in text


def test_the_page_asks_again_for_its_live_part_alone(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        a_source(f"source-{number}")
    client.force_login(a_user(role="analyst", language="en"))
    with django_assert_num_queries(10):
        text = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert text.strip().startswith('<div id="live"')
    assert "</html>" not in text
    with django_assert_num_queries(17):
        client.get(URL)
