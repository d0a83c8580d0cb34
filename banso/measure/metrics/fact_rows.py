"""Rows of the facts as arrays, for who looks at one week after the other.

The files are sorted by customer, so what a customer did lies side by side. Small files are kept
for the next weeks that look at them, large ones come in parts, so that memory does not grow.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from banso.measure.metrics import fact_sql, facts
from banso.measure.metrics.bases import Base
from banso.measure.metrics.facts import Shelf
from banso.measure.metrics.models import FactFile
from banso.measure.metrics.neighbours import begins_of
from banso.measure.metrics.world import Bools, Ints
from banso.shared.lake import engine

AT_ONCE = 1_000_000  # rows of a part
FEW = 100_000  # rows that are read and summed in a moment
KEPT = {FactFile.DAILY: 1_500_000, FactFile.USERS: 6_000_000}
KEYS: dict[str, dict[str, type[np.int32] | type[np.int64]]] = {
    FactFile.DAILY: {"day": np.int32},
    FactFile.USERS: {"user_no": np.int64, "week": np.int32},
}
_FAR = 2**62
Key = NDArray[np.int32] | NDArray[np.int64]
Numbers = NDArray[np.int64] | NDArray[np.int32] | NDArray[np.int8]


@dataclass(frozen=True)
class Source:
    """What a segment's facts are read from: a file, or statements where there is none yet.

    ``columns`` are those of the bases that it has, ``rows`` how many a file has.
    """

    week: int
    columns: tuple[str, ...]
    path: str = ""
    rows: int = 0
    statements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Some rows: the place of each one's customer, in rising order, the rest of its key, and
    numbers; ``there`` has which numbers are known, of columns that lack some.
    """

    place: NDArray[np.int32]
    keys: Mapping[str, Key]
    numbers: Mapping[str, Numbers]
    there: Mapping[str, Bools]

    def __len__(self) -> int:
        return len(self.place)

    def some(self, which: slice | Ints) -> Rows:
        return Rows(
            self.place[which],
            {name: key[which] for name, key in self.keys.items()},
            {name: numbers[which] for name, numbers in self.numbers.items()},
            {name: there[which] for name, there in self.there.items()},
        )


class FactRows:
    """The facts of these bases for these customers."""

    def __init__(self, shelf: Shelf, ids: Ints) -> None:
        self._ids = ids
        self.name = {base: f"b{number}" for base, number in shelf.numbers.items()}
        self._sources = {kind: list(_sources(shelf, kind)) for kind in shelf.files}
        self._spans: dict[Source, tuple[int, int]] = {}
        self._kept: dict[str, OrderedDict[Source, Rows]] = {k: OrderedDict() for k in shelf.files}

    @property
    def are_few(self) -> bool:
        """Whether every source is a small file: then threads cost more than they bring."""
        sources = [source for kind in self._sources.values() for source in kind]
        return all(source.path and source.rows <= FEW for source in sources)

    def of_days(self, first_day: int, last_day: int) -> Iterator[Rows]:
        """The rows of files that may have some of the days, in parts."""
        for source in self._between(FactFile.DAILY, first_day, last_day):
            if source.rows <= AT_ONCE:
                yield self._whole(FactFile.DAILY, source)
            else:
                yield from self._parts(FactFile.DAILY, source)

    def of_users(self, first_day: int, last_day: int) -> Iterator[list[Rows]]:
        """The same of users: all rows of some customers after the other, a list of them each."""
        sources = self._between(FactFile.USERS, first_day, last_day)
        if sum(source.rows for source in sources) <= KEPT[FactFile.USERS]:
            yield [self._whole(FactFile.USERS, source) for source in sources]
            return
        borders = _borders(sources)
        for low, high in zip(borders, [*borders[1:], np.iinfo(np.int64).max], strict=True):
            yield [self._of_accounts(source, low, high) for source in sources]

    def forget_before(self, kind: str, day: int) -> None:
        """Nobody asks for earlier days of this kind any more."""
        kept = self._kept.get(kind, OrderedDict())
        for source in [one for one in kept if one.week * 7 + 3 + facts.SLACK < day]:
            del kept[source]

    def _between(self, kind: str, first_day: int, last_day: int) -> list[Source]:
        return [
            source
            for source in self._sources.get(kind, [])
            if source.week * 7 + 3 + facts.SLACK >= first_day
            and source.week * 7 - 3 - facts.SLACK <= last_day
            and self._may_have(kind, source, first_day, last_day)
        ]

    def _may_have(self, kind: str, source: Source, first_day: int, last_day: int) -> bool:
        """Whether a file says that it has some of the days; its week alone leaves two in doubt."""
        if source.statements:
            return True
        if source not in self._spans:
            self._spans[source] = _days_of(kind, source)
        low, high = self._spans[source]
        return low <= last_day and high >= first_day

    def _whole(self, kind: str, source: Source) -> Rows:
        kept = self._kept[kind]
        if source not in kept:
            kept[source] = self._rows(kind, source, _table(kind, source).column)
        kept.move_to_end(source)
        while len(kept) > 1 and sum(map(len, kept.values())) > KEPT[kind]:
            kept.popitem(last=False)
        return kept[source]

    def _parts(self, kind: str, source: Source) -> Iterator[Rows]:
        wanted = ["account_id", *KEYS[kind], *source.columns]
        with pq.ParquetFile(source.path) as opened:
            for part in opened.iter_batches(AT_ONCE, columns=wanted, use_threads=False):
                yield self._rows(kind, source, pa.Table.from_batches([part]).column)

    def _of_accounts(self, source: Source, low: int, high: int) -> Rows:
        """The rows of customers from an id on, before another."""
        table = _table(FactFile.USERS, source, (low, high))
        accounts = table["account_id"].to_numpy()
        begin, end = np.searchsorted(accounts, [low, high])
        return self._rows(FactFile.USERS, source, table.slice(begin, end - begin).column)

    def _rows(self, kind: str, source: Source, column: Callable[[str], pa.ChunkedArray]) -> Rows:
        place, known = self._placed(column("account_id").to_numpy())
        which = slice(None) if known is None else np.flatnonzero(known)
        keys = {
            name: column(name).to_numpy()[which].astype(form, copy=False)
            for name, form in KEYS[kind].items()
        }
        numbers: dict[str, Numbers] = {}
        there: dict[str, Bools] = {}
        for name in source.columns:
            found = column(name)
            if found.null_count:
                there[name] = found.is_valid().to_numpy()[which]
                found = found.fill_null(0)
            numbers[name] = found.to_numpy()[which]
        return Rows(place[which], keys, numbers, there)

    def _placed(self, account: Ints) -> tuple[NDArray[np.int32], Bools | None]:
        """Each row's customer, looked up once for rows side by side; and of which rows there is
        one, None for all.
        """
        begins = begins_of(account)
        rows = np.diff(begins, append=len(account))
        wanted = account[begins]
        place = np.searchsorted(self._ids, wanted).astype(np.int32)
        place[place == len(self._ids)] = 0
        known = self._ids[place] == wanted if len(self._ids) else np.zeros(len(wanted), bool)
        return np.repeat(place, rows), None if known.all() else np.repeat(known, rows)


def _sources(shelf: Shelf, kind: str) -> Iterator[Source]:
    """Files of the segments, and statements for what none of them has."""
    bases = {
        number: base
        for base, number in shelf.numbers.items()
        if fact_sql.is_daily(base) == (kind == FactFile.DAILY)
    }
    files, root = shelf.files[kind], facts.root()
    for segment in shelf.segments:
        for file in files[segment.pk]:
            there = {number: bases[number] for number in file.bases if number in bases}
            if there:
                yield Source(segment.week, _columns(there), str(root / file.file), file.rows)
    for segment, missing in facts.lacking_of(shelf.segments, files, bases):
        some = {number: bases[number] for number in missing}
        statements = tuple(facts.raw_selects([segment], some))
        yield Source(segment.week, _columns(some), statements=statements)


def _columns(bases: Mapping[int, Base]) -> tuple[str, ...]:
    return tuple(name for n, base in bases.items() for name in fact_sql.columns_of(n, base))


def _table(kind: str, source: Source, span: tuple[int, int] | None = None) -> pa.Table:
    """The rows of a source, or at least those of customers in a span of ids."""
    keys = ["account_id", *KEYS[kind]]
    if source.path:
        with pq.ParquetFile(source.path, pre_buffer=False) as opened:
            groups = [
                number
                for number, low, high, _ in _groups(opened.metadata)
                if span is None or (low < span[1] and high >= span[0])
            ]
            return opened.read_row_groups(
                groups, columns=[*keys, *source.columns], use_threads=False
            )
    days = fact_sql.calendar(source.week * 7 - 5, source.week * 7 + 5)
    union = " UNION ALL BY NAME ".join(source.statements)
    sql = f"SELECT * FROM ({union}) ORDER BY {', '.join(keys)}"  # noqa: S608 - our own names
    with engine.opened(calendar=days) as connection:
        return connection.sql(sql).to_arrow_table()


def _groups(told: pq.FileMetaData) -> Iterator[tuple[int, int, int, int]]:
    """Number, first and last customer, and rows of each group of a file."""
    for number in range(told.num_row_groups):
        group = told.row_group(number)
        span = group.column(0).statistics
        if span is not None and span.has_min_max:
            yield number, span.min, span.max, group.num_rows
        elif group.num_rows:
            yield number, -_FAR, _FAR, group.num_rows


def _days_of(kind: str, source: Source) -> tuple[int, int]:
    """First and last day that a file may have; without rows, none."""
    told = pq.read_metadata(source.path)
    key = "day" if kind == FactFile.DAILY else "week"
    place = told.schema.names.index(key)
    groups = [told.row_group(number) for number in range(told.num_row_groups)]
    spans = [group.column(place).statistics for group in groups if group.num_rows]
    if not all(span is not None and span.has_min_max for span in spans):
        return -_FAR, _FAR
    low = min((span.min for span in spans), default=_FAR)
    high = max((span.max for span in spans), default=-_FAR)
    if kind == FactFile.DAILY or not spans:
        return low, high
    return fact_sql.first_day_of(low), fact_sql.first_day_of(high) + 6


def _borders(sources: Iterable[Source]) -> Sequence[int]:
    """Customers' ids from each of which on about so many rows follow."""
    groups = [
        (low, rows)
        for source in sources
        if source.path
        for _, low, _, rows in _groups(pq.read_metadata(source.path))
    ]
    borders, held = [-_FAR], 0
    for low, rows in sorted(groups):
        held += rows
        if held > AT_ONCE and low > borders[-1]:
            borders.append(low)
            held = rows
    return borders
