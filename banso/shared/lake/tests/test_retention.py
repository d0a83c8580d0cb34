"""Events older than the organisation keeps go by whole weeks, and nothing goes unsaid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.lake import engine, ledger, reads, rules, writes
from banso.shared.lake.days import day_number, day_of
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.writes import save_organisation

TODAY = datetime(2025, 6, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def lake(db: None) -> None:
    for day in ("2025-03-05", "2025-03-18", "2025-03-25", "2025-06-18"):
        writes.append(events=a_table(an_event(f"{day} 10:00")), source="s")
    writes.compact()


def days() -> list[str]:
    found = reads.query("SELECT day FROM events ORDER BY day")["day"]
    return [day_of(day).isoformat() for day in found.to_pylist()]


def test_events_are_kept_for_ever_unless_somebody_says_otherwise(lake: None) -> None:
    with clock.held_at(TODAY + timedelta(days=9000)):
        assert writes.expire() == 0


def test_whole_weeks_go_with_a_journal_entry_and_a_posting(lake: None) -> None:
    save_organisation(by=None, keep_events_months=3)
    with clock.held_at(TODAY):
        assert writes.expire() == 1
        assert writes.expire() == 0
        assert days() == ["2025-03-18", "2025-03-25", "2025-06-18"]
    entry = Entry.objects.get(kind="events.expired")
    assert (entry.payload["rows"], entry.payload["months"]) == (1, 3)
    found = ledger.balance()
    assert found.is_even
    assert (found.expired, found.by_manifest) == (1, 3)
    before = reads.expired_before()
    assert before is not None
    assert day_of(before) == date(2025, 3, 10)


def test_what_comes_late_goes_again(lake: None) -> None:
    save_organisation(by=None, keep_events_months=3)
    with clock.held_at(TODAY):
        writes.expire()
        writes.append(events=a_table(an_event("2025-03-04 10:00")), source="s")
        writes.compact()
        assert writes.expire() == 1
    assert ledger.balance().is_even


def test_the_files_go_after_the_grace(lake: None) -> None:
    save_organisation(by=None, keep_events_months=1)
    with clock.held_at(TODAY):
        assert writes.expire() == 3
    assert len(list(engine.root().iterdir())) == 4
    with clock.held_at(TODAY + timedelta(hours=2)):
        writes.sweep()
    assert len(list(engine.root().iterdir())) == 1


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 60))
def test_no_event_goes_before_its_time(today: date, months: int) -> None:
    """A week that goes is over, in every time zone, before the same day so many months ago."""
    last_removed = rules.first_kept_week(today, months) - 1
    last_local_day = day_of(7 * last_removed + 3 + 1)
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    assert (last_local_day.year, last_local_day.month) <= (years, month + 1)
    assert last_local_day < day_of(day_number(date(years, month + 1, 1)) + today.day - 1)
    assert rules.week_of(day_number(last_local_day) * rules.DAY_US) >= last_removed
