"""Is the lake what its manifest says: every file whole, every event once? Changes nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Count, Min, Sum

from banso.shared.lake import engine, rules
from banso.shared.lake.models import Batch, Segment
from banso.shared.lake.reads import live_segments, paths_of

_WEEK = f"(ts_us // {rules.DAY_US} + 3) // 7"


class CannotOpen(Exception):
    """DuckDB does not start as it is set up."""


@dataclass
class Inspection:
    """What was counted, and the names of the files that are not as they should be."""

    files: int = 0
    rows: int = 0
    unknown_rows: int = 0
    missing: list[str] = field(default_factory=list)
    wrong_size: list[str] = field(default_factory=list)
    wrong_rows: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    doubled: int = 0
    misplaced: int = 0
    nearby: int = 0


@dataclass(frozen=True)
class Inbox:
    """What was accepted and waits for the compaction."""

    batches: int
    rows: int
    oldest: datetime | None


def inbox() -> Inbox:
    found = Batch.objects.aggregate(
        batches=Count("pk"), waiting=Sum("rows"), oldest=Min("received_at")
    )
    return Inbox(found["batches"], found["waiting"] or 0, found["oldest"])


def inspect(*, orphans_older_than: timedelta) -> Inspection:
    """Read every file that the manifest names, week by week."""
    found = Inspection(orphans=_orphans(orphans_older_than))
    weeks: dict[int, list[Segment]] = {}
    for segment in live_segments():
        found.files += 1
        found.rows += segment.rows
        found.unknown_rows += segment.unknown_rows
        if _is_as_the_manifest_says(segment, found):
            weeks.setdefault(segment.week, []).append(segment)
    try:
        with engine.opened() as connection:
            for week, segments in weeks.items():
                _read_week(connection, week, segments, found)
                if week + 1 in weeks:
                    found.nearby += _in_both(connection, segments, weeks[week + 1], found)
    except duckdb.Error as error:  # of a single file it is caught below
        raise CannotOpen(str(error)) from error
    return found


def _orphans(older_than: timedelta) -> list[str]:
    """Files that the manifest does not know, retired ones included."""
    oldest = time.time() - older_than.total_seconds()
    there = [path.name for path in engine.root().iterdir() if path.stat().st_mtime <= oldest]
    known = set(Segment.objects.values_list("file", flat=True))
    return sorted(name for name in there if name not in known)


def _is_as_the_manifest_says(segment: Segment, found: Inspection) -> bool:
    path = engine.root() / segment.file
    if not path.is_file():
        found.missing.append(segment.file)
    elif path.stat().st_size != segment.bytes:
        found.wrong_size.append(segment.file)
    else:
        try:
            rows = pq.read_metadata(path).num_rows
        except (pa.ArrowException, OSError):
            found.unreadable.append(segment.file)
            return False
        if rows != segment.rows:
            found.wrong_rows.append(segment.file)
        return True
    return False


def _read_week(
    connection: engine.Connection, week: int, segments: Sequence[Segment], found: Inspection
) -> None:
    """Count the events that are there more than once; every column is read on the way."""
    try:
        repeated, misplaced = _counted(connection, week, segments)
    except duckdb.Error:
        sound = [segment for segment in segments if _can_be_read(connection, segment)]
        found.unreadable += [segment.file for segment in segments if segment not in sound]
        if not sound:
            return
        repeated, misplaced = _counted(connection, week, sound)
    found.doubled += repeated
    found.misplaced += misplaced


def _counted(
    connection: engine.Connection, week: int, segments: Sequence[Segment]
) -> tuple[int, int]:
    row = connection.execute(
        "SELECT COUNT(*) - COUNT(DISTINCT key), "  # noqa: S608 - built from our own names
        f"COUNT(*) FILTER (WHERE {_WEEK} <> ?), bit_xor(hash({engine.COLUMNS})) "
        f"FROM {engine.files_relation(paths_of(segments))}",
        [week],
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _in_both(
    connection: engine.Connection,
    segments: Sequence[Segment],
    others: Sequence[Segment],
    found: Inspection,
) -> int:
    """Events of a week that the next one has too."""
    some, more = (
        engine.files_relation(paths_of(one for one in both if one.file not in found.unreadable))
        for both in (segments, others)
    )
    try:
        row = connection.execute(
            f"SELECT COUNT(*) FROM {some} WHERE key IN (SELECT key FROM {more})"  # noqa: S608
        ).fetchone()
    except duckdb.Error:  # the next week is read by itself, and says so
        return 0
    return int(row[0]) if row else 0


def _can_be_read(connection: engine.Connection, segment: Segment) -> bool:
    try:
        _counted(connection, segment.week, [segment])
    except duckdb.Error:
        return False
    return True
