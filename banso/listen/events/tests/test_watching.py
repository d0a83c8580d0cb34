from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from banso.listen.events.models import Arrival, ArrivalWarning, Source, Span
from banso.listen.events.rhythm.reads import open_warnings
from banso.listen.events.rhythm.writes import (
    Came,
    count_arrivals,
    end_silences,
    forget_minutes,
    watch,
    watch_sources,
)
from banso.listen.events.tests.test_rhythm import MONDAY, weekdays
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def a_source(until: str, name: str = "product", weeks: int = 14, per_day: int = 1000) -> Source:
    """A source with the rhythm of offices, up to a moment."""
    end = at(until)
    start = datetime.combine(MONDAY - timedelta(days=1), time(9), TOKYO)
    source = Source.objects.create(name=name, first_at=start, last_at=start)
    rows = [
        Arrival(source=source, span=Span.HOUR, starts_at=hour, accepted=events)
        for day, hours in weekdays(per_day, weeks=weeks).items()
        for number, events in enumerate(hours)
        if events and (hour := datetime.combine(day, time(number), TOKYO)) < end
    ]
    Arrival.objects.bulk_create(rows)
    source.last_at = rows[-1].starts_at + timedelta(minutes=30)
    source.save()
    return source


def test_a_silence_is_warned_of_once_and_ends_by_itself() -> None:
    source = a_source("2025-04-09 11:00")
    with clock.held_at(at("2025-04-09 11:30")):
        assert watch_sources() == 0
    for moment in ("2025-04-09 16:10", "2025-04-09 16:20"):
        with clock.held_at(at(moment)):
            assert watch_sources() == 1
    [warning] = open_warnings()
    assert (warning.kind, warning.since, warning.basis) == ("silent", source.last_at, 8)
    assert warning.low >= 20
    assert Entry.objects.filter(kind="events.warned").count() == 1
    with clock.held_at(at("2025-04-09 16:30")):
        assert end_silences() == 0
        count_arrivals(came=[Came("product", clock.now(), accepted=3)])
        assert end_silences() == 1
        assert watch_sources() == 0
    assert Entry.objects.filter(kind="events.warning_over").count() == 1


def test_nothing_is_said_while_what_came_is_not_counted() -> None:
    a_source("2025-04-09 11:00")
    with clock.held_at(at("2025-04-09 11:20")):
        lake.append(events=a_table(an_event()), source="product")
    with clock.held_at(at("2025-04-09 16:10")):
        assert watch_sources() == 0
        lake.compact()
        assert Source.objects.get().last_at == at("2025-04-09 11:20")
        assert watch_sources() == 1


def test_a_leap_is_warned_of_until_a_day_is_usual_again() -> None:
    source = a_source("2025-04-10 00:00")
    noon = at("2025-04-09 12:00")
    Arrival.objects.create(source=source, span=Span.MINUTE, starts_at=noon, accepted=10**6)
    with clock.held_at(at("2025-04-09 23:00")):
        assert watch_sources() == 0
        Arrival.objects.filter(span=Span.HOUR, starts_at=noon).update(accepted=50_000)
        assert watch_sources() == 1
    [warning] = ArrivalWarning.objects.all()
    assert (warning.kind, warning.since, warning.basis) == ("more", at("2025-04-09 00:00"), 8)
    assert warning.found > 50_000
    assert warning.low <= warning.expected <= warning.high
    a_source("2025-04-12 00:00", name="other")
    with clock.held_at(at("2025-04-12 12:00")):
        watch_sources()
    warning.refresh_from_db()
    assert warning.resolved_at is not None


def test_what_is_usual_today_is_kept_for_the_page() -> None:
    a_source("2025-04-09 11:00")
    a_source("2025-04-09 11:00", name="young", weeks=1)
    Source.objects.filter(name="young").update(first_at=at("2025-04-01 10:00"))
    with clock.held_at(at("2025-04-09 11:10")):
        watch_sources()
    product, young = Source.objects.order_by("name")
    assert (product.usual_on, product.usual["n"]) == (date(2025, 4, 9), 8)
    assert len(product.usual["by_hour"]) == 24
    assert young.usual == {"from": "2025-04-30"}


def test_a_source_that_is_not_watched_is_left_alone() -> None:
    source = a_source("2025-04-09 11:00")
    with clock.held_at(at("2025-04-09 16:10")):
        watch_sources()
        watch(by=a_user(role="analyst"), source=source, is_watched=False)
        assert watch_sources() == 0
    assert ArrivalWarning.objects.get().resolved_at is not None


def test_minutes_are_forgotten_and_hours_kept() -> None:
    moment = datetime(2025, 3, 5, 12, tzinfo=UTC)
    with clock.held_at(moment):
        count_arrivals(came=[Came("product", moment, accepted=1)])
        assert forget_minutes() == 0
    with clock.held_at(moment + timedelta(hours=4)):
        assert forget_minutes() == 1
    assert [arrival.span for arrival in Arrival.objects.all()] == [Span.HOUR]
