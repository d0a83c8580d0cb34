"""What was acknowledged is what is there: the ledger proves it, and finds what is not."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from banso.shared import clock
from banso.shared.lake import engine, reads, rules, writes
from banso.shared.lake.ledger import Balance, balance
from banso.shared.lake.manifest.writes import fold
from banso.shared.lake.models import Batch, Posting, Segment
from banso.shared.lake.tests.builders import a_table, an_event, micros

pytestmark = pytest.mark.django_db
WEEK = rules.week_of(micros("2025-03-05 10:00"))


def sent(*ids: str, at: str = "2025-03-05 10:00") -> None:
    writes.append(events=a_table(*[an_event(at, event_id=one) for one in ids]), source="s")


def test_nothing_is_even() -> None:
    assert balance() == Balance()
    assert balance().is_even


def test_new_repeated_and_waiting_events_are_told_apart() -> None:
    sent("1", "2", "2")
    writes.compact()
    sent("2", "3", at="2025-03-13 10:00")
    writes.compact()
    sent("4")
    found = balance()
    assert found.is_even
    assert (found.taken, found.new, found.repeated, found.waiting) == (5, 3, 2, 1)
    assert found.by_ledger == found.by_manifest == 3


def test_a_week_that_lost_a_file_is_named() -> None:
    sent("1", "2")
    writes.compact()
    sent("3", at="2025-03-13 10:00")
    writes.compact()
    Segment.objects.filter(week=WEEK).delete()
    found = balance()
    assert not found.is_even
    assert found.weeks == [(WEEK, 2, 0)]


def test_rows_that_were_exchanged_between_weeks_are_found() -> None:
    sent("1", "2")
    writes.compact()
    Segment.objects.update(week=WEEK + 5)
    assert balance().weeks == [(WEEK, 2, 0), (WEEK + 5, 0, 2)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite numbers without gaps")
def test_an_inbox_row_that_vanished_is_found() -> None:
    sent("1")
    sent("2")
    writes.compact()
    sent("3")
    sent("4")
    assert balance().vanished_batches == 0
    Batch.objects.order_by("pk").first().delete()  # type: ignore[union-attr]
    assert balance().vanished_batches == 1
    assert not balance().is_even


def test_an_older_installation_gets_an_opening_row() -> None:
    sent("1", "2")
    writes.compact()
    Posting.objects.all().delete()
    assert not balance().is_even
    import_module("banso.shared.lake.migrations.0004_ledger").open_the_ledger(apps, None)
    found = balance()
    assert found.is_even
    assert (found.before, found.by_ledger) == (2, 2)
    sent("3")
    writes.compact()
    assert balance().is_even


def test_the_rows_of_a_day_are_folded_into_one() -> None:
    for number in range(4):
        with clock.held_at(clock.now() - timedelta(days=40 if number < 3 else 0)):
            sent(str(number), "same")
            writes.compact()
    before = balance()
    assert Posting.objects.count() == 4
    assert fold() == 2
    assert Posting.objects.count() == 2
    assert balance() == before
    assert fold() == 0


def test_the_same_event_beside_its_week_counts_once() -> None:
    """A program that sends again with the time of sending may cross the end of a week."""
    sent("1", at="2025-03-09 23:59")
    writes.compact()
    sent("1", at="2025-03-10 09:01")
    assert writes.compact() == 0
    sent("2", at="2025-03-10 09:01")
    sent("2", at="2025-03-09 23:59")
    assert writes.compact() == 1
    again = a_table(an_event("2025-03-16 10:00", event_id="1"))
    assert reads.known_events(again, source="s").tolist() == [True]
    assert reads.event_rows() == 2


def test_no_file_is_left_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    sent("1")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("banso.shared.lake.files.sync", full)
    with pytest.raises(Exception, match="make room"):
        writes.compact()
    assert list(engine.root().iterdir()) == []
    assert reads.waiting_rows() == 1
    monkeypatch.undo()
