"""A file of events as arrays, some whole customers after the other.

The lake's files are sorted by customer and moment, so what belongs together lies side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from banso.measure.metrics.bases import Base, Condition, Last, Match, RoleChange
from banso.measure.metrics.fact_sql import ColumnOf, is_daily, properties_of
from banso.measure.metrics.world import Bools, Ints

ROWS_AT_ONCE = 500_000


class NotSorted(Exception):
    """The rows of a file do not come by customer and moment."""


@dataclass(frozen=True)
class Coded:
    """A column of texts: the place of each row's text among ``texts``, -1 where there is none."""

    codes: NDArray[np.int32]
    texts: Sequence[str]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Coded:
        coded = column.unify_dictionaries().combine_chunks()
        if isinstance(coded, pa.ChunkedArray):  # of no rows
            return cls(np.zeros(0, np.int32), [])
        codes = coded.indices.fill_null(-1).to_numpy().astype(np.int32, copy=False)
        return cls(codes, coded.dictionary.to_pylist())

    def which(self, test: Callable[[str | None], bool]) -> Bools:
        """By code, whether a text passes; the last one is for no text."""
        return np.array([*(test(text) for text in self.texts), test(None)], dtype=bool)


class Events:
    """Some rows of a file, of whole customers; arrays have one entry for each row."""

    def __init__(self, table: pa.Table, column: ColumnOf) -> None:
        self._table, self._column = table, column
        self.account: Ints = table["account_id"].to_numpy()
        self.day: NDArray[np.int32] = table["day"].to_numpy()

    def __len__(self) -> int:
        return len(self.account)

    @cached_property
    def moment(self) -> Ints:
        return np.asarray(self._table["ts_us"].to_numpy())

    @cached_property
    def user(self) -> tuple[Ints, Bools]:
        """The users' numbers, and where there is one."""
        return _numbers(self._table["user_no"])

    @cached_property
    def name(self) -> Coded:
        return Coded.of(self._table["name"])

    @cached_property
    def role(self) -> Coded:
        return Coded.of(self._table["role"])

    def number(self, prop: str) -> tuple[Ints, Bools]:
        """A property in millionths, and where there is one."""
        return _numbers(self._table[self._column(prop, "number")])

    def holds(self, match: Match) -> Bools:
        """Which events match."""
        found = np.ones(len(self), dtype=bool)
        if match.names is not None:
            found &= self._named(match)[self.name.codes]
        if match.role:
            found &= self.role.which(lambda text: text == match.role)[self.role.codes]
        for condition in match.where:
            found &= self._meets(condition)
        return found

    def side_by_side(self, matches: Sequence[Match], width: int) -> Ints:
        """A number whose bit ``width * n`` says whether the event meets match n."""
        of_name = np.zeros(len(self.name.texts) + 1, dtype=np.int64)
        others: list[tuple[Match, int]] = []
        for place, match in enumerate(matches):
            if match.role or match.where:
                others.append((match, width * place))
            else:
                of_name[self._named(match)] += 1 << (width * place)
        found = of_name[self.name.codes]
        for match, shift in others:
            found += self.holds(match).astype(np.int64) << shift
        return found

    def _named(self, match: Match) -> Bools:
        names = match.names
        return self.name.which(lambda text: names is None or text in names)

    def _meets(self, condition: Condition) -> Bools:
        if condition.kind == "number":
            values, there = self.number(condition.prop)
            is_least = condition.op == "at_least"
            far = values >= condition.micros if is_least else values <= condition.micros
            return far & there
        texts = Coded.of(self._table[self._column(condition.prop, "text")])
        return texts.which(_test(condition))[texts.codes]


def _test(condition: Condition) -> Callable[[str | None], bool]:
    if condition.op == "exists":
        return lambda text: text is not None
    if condition.op == "is_not":
        return lambda text: text not in condition.texts
    return lambda text: text in condition.texts


def _numbers(column: pa.ChunkedArray) -> tuple[Ints, Bools]:
    if not column.null_count:
        return column.to_numpy(), np.ones(len(column), dtype=bool)
    return column.fill_null(0).to_numpy(), column.is_valid().to_numpy()


def read(path: Path, bases: Sequence[Base], column: ColumnOf) -> Iterator[Events]:
    """What the bases look at in the events of known customers; raises NotSorted.

    The file has a column for each property of the bases.
    """
    texts = [column(prop, kind) for prop, kind in properties_of(bases) if kind == "text"]
    names = [*_needed(bases), *(column(prop, kind) for prop, kind in properties_of(bases))]
    with pq.ParquetFile(path, read_dictionary=["name", "role", *texts]) as opened:
        parts: list[pa.Table] = []
        for number in range(opened.num_row_groups):
            parts.append(opened.read_row_group(number, columns=names, use_threads=False))
            is_last = number == opened.num_row_groups - 1
            if is_last or sum(part.num_rows for part in parts) >= ROWS_AT_ONCE:
                table = _of_known(pa.concat_tables(parts))
                cut = table.num_rows if is_last else _begin_of_last(table)
                if cut:
                    yield Events(table.slice(0, cut), column)
                parts = [table.slice(cut)]


def _needed(bases: Sequence[Base]) -> Iterator[str]:
    """The columns of every event that some of the bases look at."""
    yield from ("account_id", "day", "name")
    if any(not is_daily(base) for base in bases):
        yield "user_no"
    if any(isinstance(base, Last | RoleChange) for base in bases):
        yield "ts_us"
    if any(isinstance(base, RoleChange) or base.match.role for base in bases):
        yield "role"


def _of_known(table: pa.Table) -> pa.Table:
    """Without the rows of unknown customers, which come last; in order, or NotSorted."""
    column = table["account_id"]
    known = len(column) - column.null_count
    if column.slice(known).null_count != column.null_count:
        raise NotSorted
    table = table.slice(0, known)
    accounts = table["account_id"].to_numpy()
    if np.any(accounts[1:] < accounts[:-1]):
        raise NotSorted
    return table


def _begin_of_last(table: pa.Table) -> int:
    """Where the last customer begins: more of its rows may follow."""
    accounts = table["account_id"].to_numpy()
    return int(np.searchsorted(accounts, accounts[-1])) if len(accounts) else 0
