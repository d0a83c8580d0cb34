"""What is not as the manifest says is found, whatever it is."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from banso.shared import clock
from banso.shared.lake import engine, inspection, writes
from banso.shared.lake.inspection import Inspection
from banso.shared.lake.models import Segment
from banso.shared.lake.tests.builders import a_table, an_event

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def path() -> Path:
    """The file of the first of two weeks."""
    early = [an_event(f"2025-03-05 10:{n:02}", event_id=str(n)) for n in range(60)]
    late = [an_event("2025-03-12 10:00", event_id="late")]
    writes.append(events=a_table(*early, *late), source="test")
    writes.compact()
    first, _second = Segment.objects.order_by("week")
    return engine.root() / first.file


def inspected() -> Inspection:
    return inspection.inspect(orphans_older_than=HOUR)


def test_a_sound_lake(path: Path) -> None:
    assert inspected() == Inspection(files=2, rows=61, unknown_rows=61)


def test_an_empty_lake() -> None:
    assert inspected() == Inspection()


def test_a_missing_file(path: Path) -> None:
    path.unlink()
    assert inspected().missing == [path.name]


def test_a_file_of_the_wrong_size(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")
    assert inspected().wrong_size == [path.name]


def test_a_file_with_other_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(1), path)
    Segment.objects.filter(file=path.name).update(bytes=path.stat().st_size)
    assert inspected().wrong_rows == [path.name]


def test_a_file_without_its_end(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))
    assert inspected().unreadable == [path.name]


def test_a_file_whose_rows_cannot_be_read(path: Path) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[4:200] = os.urandom(196)
    path.write_bytes(damaged)
    found = inspected()
    assert found.unreadable == [path.name]
    assert found.doubled == 0


def test_an_event_that_is_there_twice(path: Path) -> None:
    first = Segment.objects.get(file=path.name)
    twin = path.with_name(f"w{first.week:05d}-twin.parquet")
    pq.write_table(pq.read_table(path).slice(0, 7), twin)
    Segment.objects.create(
        week=first.week, file=twin.name, rows=7, bytes=twin.stat().st_size, created_at=clock.now()
    )
    assert inspected().doubled == 7


def test_an_event_in_the_wrong_week(path: Path) -> None:
    Segment.objects.filter(file=path.name).update(week=1)
    assert inspected().misplaced == 60


def test_a_file_nobody_knows_counts_only_when_it_is_old(path: Path) -> None:
    orphan = path.with_name("w00000-forgotten.parquet")
    orphan.write_bytes(b"x")
    assert inspected().orphans == []
    two_hours_ago = clock.now().timestamp() - 7200
    os.utime(orphan, (two_hours_ago, two_hours_ago))
    os.utime(path, (two_hours_ago, two_hours_ago))
    assert inspected().orphans == [orphan.name]


def test_the_inbox_says_what_waits(path: Path) -> None:
    assert inspection.inbox().rows == 0
    writes.append(events=a_table(an_event(), an_event("2025-03-06 10:00")), source="test")
    waiting = inspection.inbox()
    assert (waiting.batches, waiting.rows) == (1, 2)
    assert waiting.oldest is not None
