"""Opens the facts: which files of them stand for the lake as it is, and what is not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.conf import settings
from numpy.typing import NDArray

from banso.measure.metrics import fact_sql, packed_sql
from banso.measure.metrics.bases import Base
from banso.measure.metrics.models import FactBase, FactFile
from banso.shared.lake import columns as lake_columns
from banso.shared.lake import engine
from banso.shared.lake import reads as lake
from banso.shared.lake.models import Promoted, Segment
from banso.shared.lake.rules import quoted

Ints = NDArray[np.int64]
BORDER = fact_sql.BORDER
FEW = 20_000
UNSAVED = 1_000_000_000  # ids for bases and properties that nobody saved: a preview
SLACK = 1  # days by which a time zone moves a day across the border of a UTC week


def root() -> Path:
    """The folder of the fact and grid files; all of them can be made again from the events."""
    folder = Path(settings.LAKE_ROOT) / "facts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def numbered(bases: Iterable[Base]) -> dict[Base, int]:
    """The id of each base; those that nobody saved get one for the moment."""
    digests = {fact_sql.digest_of(base): base for base in bases}
    known = dict(FactBase.objects.filter(digest__in=digests).values_list("digest", "pk"))
    return {
        base: known.get(digest, UNSAVED + place)
        for place, (digest, base) in enumerate(digests.items())
    }


def segments_between(first_day: int | None, last_day: int | None) -> list[Segment]:
    """Live segments that may hold events of the days, both included."""
    return _between(lake.live_segments(), first_day, last_day)


def _between(
    segments: Sequence[Segment], first_day: int | None, last_day: int | None
) -> list[Segment]:
    found = list(segments)
    if first_day is not None:
        found = [s for s in found if s.week * 7 + 3 + SLACK >= first_day]
    if last_day is not None:
        found = [s for s in found if s.week * 7 - 3 - SLACK <= last_day]
    return found


def files_of(segments: Sequence[Segment], kind: str) -> dict[int, list[FactFile]]:
    """The fact files of each segment, by its id."""
    ids = {segment.pk for segment in segments}
    found: dict[int, list[FactFile]] = {pk: [] for pk in ids}
    if segments:
        weeks = (min(s.week for s in segments), max(s.week for s in segments))
        for file in FactFile.objects.filter(week__range=weeks, kind=kind).order_by("pk"):
            if file.segment in ids:
                found[file.segment].append(file)
    return found


def lacking(
    segments: Sequence[Segment], kind: str, wanted: Iterable[int]
) -> list[tuple[Segment, list[int]]]:
    """The segments without facts of some of the wanted bases, and which."""
    return lacking_of(segments, files_of(segments, kind), wanted)


def lacking_of(
    segments: Sequence[Segment], found: Mapping[int, Sequence[FactFile]], wanted: Iterable[int]
) -> list[tuple[Segment, list[int]]]:
    """The same, of files that are known."""
    rest = []
    for segment in segments:
        there = {number for file in found[segment.pk] for number in file.bases}
        missing = [number for number in wanted if number not in there]
        if missing:
            rest.append((segment, missing))
    return rest


@dataclass(frozen=True)
class Shelf:
    """The segments and their fact files at one moment: who opens facts many times asks once."""

    segments: Sequence[Segment]
    numbers: Mapping[Base, int]
    files: Mapping[str, Mapping[int, Sequence[FactFile]]]

    @classmethod
    def of(
        cls, bases: Iterable[Base], first_day: int | None = None, last_day: int | None = None
    ) -> Shelf:
        segments, numbers = segments_between(first_day, last_day), numbered(bases)
        kinds = {FactFile.DAILY if fact_sql.is_daily(b) else FactFile.USERS for b in numbers}
        return cls(segments, numbers, {str(kind): files_of(segments, kind) for kind in kinds})


def first_day() -> int | None:
    """The day of the first event of all that stands at a customer or waits for one."""
    live = lake.live_segments()
    if not live:
        return None
    oldest = [s for s in live if s.week <= live[0].week + 1]
    with engine.opened() as connection:
        found = connection.execute(
            f"SELECT MIN(day) FROM {engine.files_relation(lake.paths_of(oldest))}"  # noqa: S608
        ).fetchone()
    return int(found[0]) if found and found[0] is not None else None


def promoted(properties: Iterable[fact_sql.Property]) -> dict[fact_sql.Property, Promoted]:
    """The properties' columns; one that has none yet stands in and is read from the JSON."""
    there = {(one.prop, one.kind): one for one in Promoted.objects.all()}
    return {
        (prop, kind): there.get((prop, kind)) or Promoted(pk=UNSAVED + n, prop=prop, kind=kind)
        for n, (prop, kind) in enumerate(properties)
    }


@dataclass
class Facts:
    """The relations ``daily`` (account_id, day, b…) and ``users`` (account_id, user_no, week, b…).

    A customer's day or a user's week may be in several rows: add them up.
    """

    numbers: dict[Base, int]
    connection: engine.Connection
    relations: list[str] = field(default_factory=list)

    def table(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def of(self, base: Base) -> str:
        """The base's column."""
        return f"b{self.numbers[base]}"


@contextmanager
def opened(
    bases: Sequence[Base],
    *,
    accounts: Ints | None = None,
    first_day: int | None = None,
    last_day: int | None = None,
    **tables: pa.Table,
) -> Iterator[Facts]:
    """The facts of the bases; of the accounts, and of files that touch the days, if given.

    What no file holds yet is computed from the events, once, and held as long as the block runs.
    """
    shelf = Shelf.of(bases, first_day, last_day)
    segments, numbers = shelf.segments, dict(shelf.numbers)
    by_number = {number: base for base, number in numbers.items()}
    daily = {n: b for n, b in by_number.items() if fact_sql.is_daily(b)}
    users = {n: b for n, b in by_number.items() if not fact_sql.is_daily(b)}
    if accounts is not None:
        tables["wanted"] = pa.table({"account_id": accounts})
    days = [day for s in segments for day in (s.week * 7 - 5, s.week * 7 + 5)] or [0]
    tables["calendar"] = fact_sql.calendar(min(days), max(days))
    with engine.opened(**tables) as connection:
        facts = Facts(numbers, connection)
        only = (
            " WHERE account_id IN (SELECT account_id FROM wanted)" if accounts is not None else ""
        )
        for name, some in ((FactFile.DAILY, daily), (FactFile.USERS, users)):
            if some:
                there = shelf.files[str(name)]
                files = _wanted(segments, there, some)
                lacks = lacking_of(segments, there, some)
                parts, is_held = _parts(name, some, only, files, lacks)
                form = (
                    "TABLE" if is_held or (accounts is not None and len(accounts) < FEW) else "VIEW"
                )
                union = " UNION ALL BY NAME ".join(parts)
                connection.execute(f"CREATE TEMP {form} {name} AS {union}")
                facts.relations.append(name)
        yield facts


def _wanted(
    segments: Sequence[Segment],
    there: Mapping[int, Sequence[FactFile]],
    bases: fact_sql.Numbered,
) -> list[FactFile]:
    """The files with facts of some of the bases."""
    return [
        file
        for segment in segments
        for file in there[segment.pk]
        if not set(bases).isdisjoint(file.bases)
    ]


def _parts(
    kind: str,
    bases: fact_sql.Numbered,
    only: str,
    files: Sequence[FactFile],
    lacks: Sequence[tuple[Segment, list[int]]],
) -> tuple[list[str], bool]:
    """SELECTs that together are the relation, no event in two of them for one base; and whether
    some of them compute.
    """
    keys = "account_id, day" if kind == FactFile.DAILY else "account_id, user_no, week"
    names = [name for n, base in bases.items() for name in fact_sql.columns_of(n, base)]
    empty = ", ".join(f"CAST(NULL AS BIGINT) AS {name}" for name in [*keys.split(", "), *names])
    parts = [f"SELECT {empty} WHERE false"]
    if files:
        there = {number for file in files for number in file.bases}
        taken = [c for n, base in bases.items() if n in there for c in fact_sql.columns_of(n, base)]
        listed = ", ".join(quoted(str(root() / file.file)) for file in files)
        alike = all(there == set(file.bases) for file in files)  # then no file is asked for names
        by_name = "" if alike else ", union_by_name = true"
        parts.append(
            f"SELECT {keys}, {', '.join(taken)} FROM "  # noqa: S608 - built from our own names
            f"read_parquet([{listed}], hive_partitioning = false{by_name}){only}"
        )
    groups: dict[tuple[int, ...], list[Segment]] = {}
    for segment, missing in lacks:
        groups.setdefault(tuple(missing), []).append(segment)
    for wanted, some in groups.items():
        parts += raw_selects(some, {n: bases[n] for n in wanted}, only)
    return parts, bool(groups)


def raw_selects(segments: Sequence[Segment], bases: fact_sql.Numbered, only: str = "") -> list[str]:
    """The facts computed from the events themselves: they need the table ``calendar``."""
    columns = promoted(fact_sql.properties_of(bases.values()))
    return selects_of(segments, bases, columns, only)


def selects_of(
    segments: Sequence[Segment],
    bases: fact_sql.Numbered,
    columns: Mapping[fact_sql.Property, Promoted],
    only: str = "",
) -> list[str]:
    """The same, of properties whose columns are known."""
    wanted = [columns[one] for one in fact_sql.properties_of(bases.values())]
    source = lake_columns.relation(segments, wanted)
    events = f"WITH events AS (SELECT * FROM {source}{only}) "  # noqa: S608 - ours
    selects = packed_sql.selects(
        bases,
        lambda prop, kind: columns[prop, kind].column,
        rows=sum(segment.rows for segment in segments),
    )
    return [f"({events}{select})" for select in selects]
