"""The facts of the lake's segments are computed, each once; what nobody needs is removed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from banso.measure.metrics import fact_sql, facts
from banso.measure.metrics.bases import Base
from banso.measure.metrics.models import FactBase, FactFile, GridFile, Refresh
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.lake import engine, files
from banso.shared.lake import reads as lake
from banso.shared.lake.engines import segments
from banso.shared.lake.models import Segment
from banso.shared.lake.rules import quoted
from banso.shared.lake.writes import promote

GRACE = timedelta(hours=1)
ROW_GROUP = 16_384  # small groups let the facts of few customers be found without reading the rest
TOGETHER = 8  # files are noted so many at a time: a worker that dies makes at most those again
Told = Callable[[int, int], None]


def missing_rows(bases: Sequence[Base]) -> int:
    """How many events must be read until every base has its facts."""
    kinds = _by_kind(facts.numbered(bases), bases)
    live = lake.live_segments()
    found = {
        s.pk: s.rows for kind, some in kinds.items() for s, _ in facts.lacking(live, kind, some)
    }
    return sum(found.values())


def build_facts(bases: Sequence[Base], *, told: Told | None = None) -> int:
    """Compute what is lacking, the newest week first; how many files were made.

    Files are kept as soon as they are whole, so a worker that dies goes on where it was.
    """
    with files.alone(facts.root()):
        numbers = _numbers(bases)
        _keep_properties(bases)
        _forget_lost_files()
        live = lake.live_segments()
        owed = [
            (kind, segment, missing)
            for kind, some in _by_kind(numbers, bases).items()
            for segment, missing in facts.lacking(live, kind, some)
        ]
        owed.sort(key=lambda one: (-one[1].week, one[1].pk))
        if owed:
            _build_all(owed, {number: base for base, number in numbers.items()}, told)
        return len(owed)


@dataclass(frozen=True)
class _Made:
    """A fact file to be written: which, from what, and its path."""

    kind: str
    segment: Segment
    bases: Sequence[int]
    select: str
    path: Path


def _build_all(
    owed: Sequence[tuple[str, Segment, list[int]]], bases: fact_sql.Numbered, told: Told | None
) -> None:
    """Write the files, some at a time: one is added up while another one reaches the disk."""
    weeks = [segment.week for _, segment, _ in owed]
    calendar = fact_sql.calendar(min(weeks) * 7 - 5, max(weeks) * 7 + 5)
    waiting: deque[tuple[_Made, Future[tuple[int, int]]]] = deque()
    ready: list[FactFile] = []
    with ThreadPoolExecutor(max(1, settings.LAKE_THREADS)) as pool:
        for done, (kind, segment, missing) in enumerate(owed, start=1):
            made, tables = _prepared(kind, segment, {number: bases[number] for number in missing})
            waiting.append((made, pool.submit(_written, made, tables | {"calendar": calendar})))
            is_last = done == len(owed)
            while waiting and (is_last or len(waiting) > settings.LAKE_THREADS):
                ready.append(_described(*waiting.popleft()))
            if is_last or len(ready) >= TOGETHER:
                FactFile.objects.bulk_create(ready)
                ready = []
                if told:
                    told(done - len(waiting), len(owed))


def _by_kind(numbers: dict[Base, int], bases: Sequence[Base]) -> dict[str, list[int]]:
    kinds: dict[str, list[int]] = {FactFile.DAILY: [], FactFile.USERS: []}
    for base in dict.fromkeys(bases):
        kinds[FactFile.DAILY if fact_sql.is_daily(base) else FactFile.USERS].append(numbers[base])
    return kinds


def _numbers(bases: Sequence[Base]) -> dict[Base, int]:
    """The bases' ids; those that nobody asked for before get one."""
    FactBase.objects.bulk_create(
        [FactBase(digest=fact_sql.digest_of(b), about=repr(b)) for b in dict.fromkeys(bases)],
        ignore_conflicts=True,
    )
    return facts.numbered(bases)


def _keep_properties(bases: Sequence[Base]) -> None:
    """Properties that metrics look at get columns of their own in new files, later in all."""
    wanted = fact_sql.properties_of(bases)
    if any(one.pk >= facts.UNSAVED for one in facts.promoted(wanted).values()):
        promote(wanted=wanted)


def _prepared(
    kind: str, segment: Segment, bases: fact_sql.Numbered
) -> tuple[_Made, dict[str, pa.Table]]:
    """What is to be written, and the answers of another engine, if that adds up."""
    path = facts.root() / f"{kind}-{segment.week:05d}-{uuid4().hex}.parquet"
    if settings.LAKE_ENGINE == "duckdb":
        selects, tables = facts.raw_selects([segment], bases), {}
    else:
        tables = _answered(segment, bases)
        selects = [f"SELECT * FROM {name}" for name in tables]  # noqa: S608 - ours
    return _Made(kind, segment, sorted(bases), " UNION ALL BY NAME ".join(selects), path), tables


def _written(made: _Made, tables: dict[str, pa.Table]) -> tuple[int, int]:
    """Rows and bytes of the file; that of a segment without known customers is empty."""
    order = "account_id, day" if made.kind == FactFile.DAILY else "account_id, user_no"
    with engine.opened(**tables) as connection:
        counted = connection.execute(
            f"COPY (SELECT * FROM ({made.select}) ORDER BY {order}) TO "  # noqa: S608 - our own names
            f"{quoted(str(files.unfinished(made.path)))} "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP})"
        ).fetchone()
    files.finish([made.path], made.path.parent)
    return counted[0] if counted else 0, made.path.stat().st_size


def _described(made: _Made, written: Future[tuple[int, int]]) -> FactFile:
    rows, size = written.result()
    return FactFile(
        segment=made.segment.pk,
        week=made.segment.week,
        kind=made.kind,
        bases=made.bases,
        file=made.path.name,
        rows=rows,
        bytes=size,
        made_at=clock.now(),
    )


def _answered(segment: Segment, bases: fact_sql.Numbered) -> dict[str, pa.Table]:
    """The same facts, added up by the engine of the settings."""
    properties = fact_sql.properties_of(bases.values())
    names = {one: column.column for one, column in facts.promoted(properties).items()}
    calendar = fact_sql.calendar(segment.week * 7 - 5, segment.week * 7 + 5)
    return {
        f"answer{place}": segments.aggregate(
            select, segments=[segment], wanted=properties, tables={"calendar": calendar}
        )
        for place, select in enumerate(
            fact_sql.selects(bases, lambda prop, kind: names[prop, kind])
        )
    }


def _forget_lost_files() -> None:
    """Facts whose file is gone (a backup leaves them out) are computed again."""
    there = {path.name for path in facts.root().iterdir()}
    lost = [f.pk for f in FactFile.objects.only("pk", "file") if f.file not in there]
    FactFile.objects.filter(pk__in=lost).delete()


@transaction.atomic
def sweep(*, grace: timedelta = GRACE) -> int:
    """Remove facts of segments that are gone, and files that nobody knows, after a grace."""
    live = {segment.pk for segment in lake.live_segments()}
    state = Refresh.objects.filter(pk=1).first()
    for week in (state.snapshot if state else {}).values():
        live.update(week)  # the next refresh compares with them
    old = [
        file
        for file in FactFile.objects.filter(made_at__lte=clock.now() - grace)
        if file.segment not in live
    ]
    FactFile.objects.filter(pk__in=[file.pk for file in old]).delete()
    known = set(FactFile.objects.values_list("file", flat=True))
    for grid in GridFile.objects.all():
        known.update(grid.files)
    removed = _unlink(facts.root(), known, time.time() - grace.total_seconds())
    if removed:
        record("facts.swept", by=None, files=removed)
    return removed


def _unlink(folder: Path, known: set[str], oldest: float) -> int:
    gone = [
        path
        for path in folder.iterdir()
        if path.name not in known and path.name != "lock" and path.stat().st_mtime <= oldest
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
