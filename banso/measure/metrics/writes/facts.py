"""The facts of the lake's segments are computed, each once; what nobody needs is removed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import repeat
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from banso.measure.metrics import fact_arrays, fact_sql, facts, sorted_events
from banso.measure.metrics.bases import Base
from banso.measure.metrics.models import FactBase, FactFile, GridFile, Refresh
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.lake import columns as lake_columns
from banso.shared.lake import engine, files
from banso.shared.lake import reads as lake
from banso.shared.lake.engines import segments
from banso.shared.lake.models import Promoted, Segment
from banso.shared.lake.rules import quoted
from banso.shared.lake.writes import promote

GRACE = timedelta(hours=1)
ROW_GROUP = 16_384  # small groups let the facts of few customers be found without reading the rest
KEYS = ("account_id", "day", "week")  # what files are chosen by
TOGETHER = 8  # files are noted so many at a time: a worker that dies makes at most those again
Told = Callable[[int, int], None]
Kinds = dict[str, fact_sql.Numbered]


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
        by_segment: dict[int, _Owed] = {segment.pk: _Owed(segment, {}) for segment in live}
        for kind, some in _by_kind(numbers, bases).items():
            for segment, missing in facts.lacking(live, kind, some):
                by_segment[segment.pk].kinds[kind] = missing
        owed = [one for one in by_segment.values() if one.kinds]
        owed.sort(key=lambda one: (-one.segment.week, one.segment.pk))
        if owed:
            _build_all(owed, {number: base for base, number in numbers.items()}, told)
        return sum(len(one.kinds) for one in owed)


@dataclass(frozen=True)
class _Owed:
    """The bases that a segment's facts lack, by kind of file."""

    segment: Segment
    kinds: dict[str, list[int]]


@dataclass(frozen=True)
class _Made:
    """A fact file: which, of what, its path, and what it holds."""

    kind: str
    segment: Segment
    bases: Sequence[int]
    path: Path
    rows: int


def _build_all(owed: Sequence[_Owed], bases: fact_sql.Numbered, told: Told | None) -> None:
    """Write the files, those of some segments at a time: one is added up while another one reaches
    the disk.
    """
    waiting: deque[Future[list[_Made]]] = deque()
    ready: list[FactFile] = []
    with ThreadPoolExecutor(max(1, settings.LAKE_THREADS)) as pool:
        for done, one in enumerate(owed, start=1):
            kinds: Kinds = {
                kind: {number: bases[number] for number in missing}
                for kind, missing in one.kinds.items()
            }
            waiting.append(_begun(pool, one.segment, kinds, alone=len(owed) == 1))
            is_last = done == len(owed)
            while waiting and (is_last or len(waiting) > settings.LAKE_THREADS):
                ready += [_described(made) for made in waiting.popleft().result()]
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


def _begun(
    pool: ThreadPoolExecutor, segment: Segment, kinds: Kinds, *, alone: bool
) -> Future[list[_Made]]:
    """The files of a segment, being written; what the database knows is asked here."""
    wanted = fact_sql.properties_of(base for bases in kinds.values() for base in bases.values())
    columns = facts.promoted(wanted)
    if settings.LAKE_ENGINE != "duckdb":
        tables = {kind: _answered(segment, bases) for kind, bases in kinds.items()}
        return pool.submit(_from_answers, segment, kinds, tables)
    if lake_columns.lacks(segment, columns.values()):
        return pool.submit(_by_statements, segment, kinds, columns)

    def column(prop: str, kind: str) -> str:
        return columns[prop, kind].column

    threads = len(kinds) if alone else 1  # of many segments, some are added up at once
    return pool.submit(_by_arrays, segment, kinds, column, columns, threads)


def _by_arrays(
    segment: Segment,
    kinds: Kinds,
    column: fact_sql.ColumnOf,
    columns: Mapping[fact_sql.Property, Promoted],
    threads: int,
) -> list[_Made]:
    """The facts of a file in one pass over it; one that is not sorted goes by statements."""
    every = [base for bases in kinds.values() for base in bases.values()]
    made = {kind: _path(kind, segment) for kind in kinds}
    try:
        with ExitStack() as opened:
            rows = dict.fromkeys(kinds, 0)
            writers = {
                kind: opened.enter_context(_writer(made[kind], fact_arrays.schema(bases)))
                for kind, bases in kinds.items()
            }

            def add(kind: str, events: sorted_events.Events) -> None:
                add_up = fact_arrays.daily if kind == FactFile.DAILY else fact_arrays.users
                table = add_up(events, kinds[kind])
                writers[kind].write_table(table, row_group_size=ROW_GROUP)
                rows[kind] += table.num_rows

            at_once: Callable[..., Iterable[None]] = map
            if threads > 1:
                at_once = opened.enter_context(ThreadPoolExecutor(threads)).map
            for events in sorted_events.read(engine.root() / segment.file, every, column):
                list(at_once(add, kinds, repeat(events)))
    except sorted_events.NotSorted:
        files.discard(made.values())
        return _by_statements(segment, kinds, columns)
    except OSError:
        files.discard(made.values())  # a full disk needs the room
        raise
    files.finish(made.values(), facts.root())
    return [
        _Made(kind, segment, sorted(bases), made[kind], rows[kind]) for kind, bases in kinds.items()
    ]


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Differences of neighbours and LZ4 cost half of what zstd does; users' numbers are random."""
    names = schema.names
    return pq.ParquetWriter(
        files.unfinished(path),
        schema,
        compression="lz4",
        use_dictionary=False,
        column_encoding={
            name: "PLAIN" if name == "user_no" else "DELTA_BINARY_PACKED" for name in names
        },
        write_statistics=[name for name in names if name in KEYS],
    )


def _path(kind: str, segment: Segment) -> Path:
    return facts.root() / f"{kind}-{segment.week:05d}-{uuid4().hex}.parquet"


def _by_statements(
    segment: Segment, kinds: Kinds, columns: Mapping[fact_sql.Property, Promoted]
) -> list[_Made]:
    """The facts of a file that lacks columns, or the order."""
    calendar = fact_sql.calendar(segment.week * 7 - 5, segment.week * 7 + 5)
    made = []
    for kind, bases in kinds.items():
        selects = facts.selects_of([segment], bases, columns)
        made.append(_copied(kind, segment, bases, selects, {"calendar": calendar}))
    return made


def _from_answers(
    segment: Segment, kinds: Kinds, tables: Mapping[str, dict[str, pa.Table]]
) -> list[_Made]:
    """The facts that another engine has added up."""
    made = []
    for kind, bases in kinds.items():
        selects = [f"SELECT * FROM {name}" for name in tables[kind]]  # noqa: S608 - ours
        made.append(_copied(kind, segment, bases, selects, tables[kind]))
    return made


def _copied(
    kind: str,
    segment: Segment,
    bases: fact_sql.Numbered,
    selects: Sequence[str],
    tables: dict[str, pa.Table],
) -> _Made:
    """What statements give, as a file; that of a segment without known customers is empty."""
    path = _path(kind, segment)
    order = "account_id, day" if kind == FactFile.DAILY else "account_id, user_no"
    with engine.opened(**tables) as connection:
        counted = connection.execute(
            f"COPY (SELECT * FROM ({' UNION ALL BY NAME '.join(selects)}) ORDER BY {order}) TO "  # noqa: S608 - our own names
            f"{quoted(str(files.unfinished(path)))} "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP})"
        ).fetchone()
    files.finish([path], path.parent)
    return _Made(kind, segment, sorted(bases), path, counted[0] if counted else 0)


def _described(made: _Made) -> FactFile:
    return FactFile(
        segment=made.segment.pk,
        week=made.segment.week,
        kind=made.kind,
        bases=made.bases,
        file=made.path.name,
        rows=made.rows,
        bytes=made.path.stat().st_size,
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
