"""What some days add for each customer, from the rows of the facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from banso.measure.metrics.asks import Ask, Distinct, First, LastDay, Latest, Total
from banso.measure.metrics.bases import Base
from banso.measure.metrics.fact_rows import FactRows, Numbers, Rows
from banso.measure.metrics.fact_sql import BORDER, first_day_of, week_of_day
from banso.measure.metrics.neighbours import Key, begins_of, by_user, sums_of
from banso.measure.metrics.world import Bools, Floats, Ints

_FEW = 0.3  # of the rows: then they are taken out first


class Added:
    """What the days from ``begin`` until before ``end`` add, in the order of the customers.

    Sums are 0 where nothing happened; first and last days and last values NaN where there is none.
    """

    def __init__(self, asked: Sequence[Ask], starts: Ints, begin: int, end: int) -> None:
        self.starts, self.begin, self.end = starts, begin, end
        size = len(starts)
        self.sums: dict[Total, Floats] = {
            ask: np.zeros(size) for ask in asked if isinstance(ask, Total)
        }
        self.firsts: dict[First, Floats] = {
            ask: np.full(size, np.nan) for ask in asked if isinstance(ask, First)
        }
        self.last_days: dict[LastDay, Floats] = {
            ask: np.full(size, np.nan) for ask in asked if isinstance(ask, LastDay)
        }
        self.lasts = {ask: _Last.none(size) for ask in asked if isinstance(ask, Latest)}

    @property
    def found(self) -> dict[Ask, Floats]:
        made: dict[Ask, Floats] = {ask: last.numbers() for ask, last in self.lasts.items()}
        for found in (self.sums, self.firsts, self.last_days):
            made |= found.items()
        return made

    @property
    def days(self) -> dict[Ask, Floats]:
        """The day of each last value."""
        return {ask: np.where(one.there, one.day, np.nan) for ask, one in self.lasts.items()}

    def add(self, rows: Rows, name: dict[Base, str]) -> None:
        """Add a part of the rows; it may lack some of the bases."""
        part = _Part.of(rows, self.begin, self.end)
        for total, sums in self.sums.items():
            if name[total.base] in part.rows.numbers:
                values = part.rows.numbers[name[total.base]]
                if not total.is_recent:
                    values = np.where(self._is_in(total, part), values, 0)
                sums[part.places] += part.summed(values)
        for first, days in self.firsts.items():
            if name[first.base] in part.rows.numbers:
                at = part.having(name[first.base])
                at = at[begins_of(part.rows.place[at])]
                places = part.rows.place[at]
                days[places] = np.fmin(days[places], part.rows.keys["day"][at])
        for one, days in self.last_days.items():
            if name[one.base] in part.rows.numbers:
                at = part.having(name[one.base])
                at = at[_ends(part.rows.place[at])]
                places = part.rows.place[at]
                days[places] = np.fmax(days[places], part.rows.keys["day"][at])
        for latest, last in self.lasts.items():
            column = name[latest.base]
            if column in part.rows.numbers:
                last.take(part, column)

    def _is_in(self, total: Total, part: _Part) -> Bools:
        """Which rows lie in the span after their customer's start."""
        start, day = self.starts[part.rows.place], part.rows.keys["day"]
        return (day >= start + total.begin.days) & (day < start + total.end.days)


@dataclass(frozen=True)
class _Part:
    """Rows, which of them lie in the span of days, and where those of each customer begin and end:
    ``places`` has which customers.
    """

    rows: Rows
    inside: Bools
    begins: Ints
    kept: Ints
    places: Ints

    @classmethod
    def of(cls, rows: Rows, begin: int, end: int) -> _Part:
        day = rows.keys["day"]
        inside = (day >= begin) & (day < end)
        if np.count_nonzero(inside) < _FEW * len(inside):
            rows = rows.some(np.flatnonzero(inside))
            inside = np.ones(len(rows), dtype=bool)
        begins = begins_of(rows.place, inside)
        kept = np.flatnonzero(inside[begins])
        return cls(rows, inside, begins, kept, rows.place[begins[kept]].astype(np.int64))

    def having(self, column: str) -> Ints:
        """The rows in the span on which it happened."""
        return np.flatnonzero(self.inside & (self.rows.numbers[column] > 0))

    def summed(self, values: Numbers) -> Floats:
        """The sums of each customer's rows in the span, in the order of ``places``."""
        if not len(values):
            return np.zeros(0)
        sums = self._sums(values).astype(np.float64)
        return sums if len(self.kept) == len(sums) else sums[self.kept]

    def _sums(self, values: Numbers) -> NDArray[Any]:
        largest = _largest(values)
        if values.dtype == np.int64 and largest * len(values) >= BORDER:
            return np.add.reduceat(values.astype(object), self.begins).astype(np.float64)
        if values.dtype == np.int32 and largest * self._most_rows < 2**31:
            return _narrow_sums_of(values, self.begins)
        return sums_of(values, self.begins)

    @cached_property
    def _most_rows(self) -> int:
        """How many rows a customer has at most."""
        return int(np.diff(self.begins, append=len(self.rows)).max(initial=0))


def _narrow_sums_of(values: Numbers, begins: Ints) -> NDArray[np.int32]:
    """The sum of each group, if that has room in 32 bits; as with 64, differences are right."""
    ends = np.append(begins[1:], len(values)) - 1
    found: NDArray[np.int32] = np.cumsum(values, dtype=np.int32)[ends]
    found[1:] -= found[:-1].copy()
    return found


def _largest(values: Numbers) -> int:
    return max(abs(int(values.max())), abs(int(values.min())))


@dataclass
class _Last:
    """The last value of each customer, its moment and its day."""

    value: Ints
    moment: Ints
    day: Ints
    there: Bools

    @classmethod
    def none(cls, size: int) -> _Last:
        value, moment, day = (np.zeros(size, np.int64) for _ in range(3))
        return cls(value, moment, day, np.zeros(size, dtype=bool))

    def take(self, part: _Part, column: str) -> None:
        """A later moment, or a larger value at the same one, takes the place of what was known."""
        rows = part.rows
        known = rows.there.get(column)
        at = np.flatnonzero(part.inside if known is None else part.inside & known)
        at = at[_ends(rows.place[at])]
        place = rows.place[at]
        value, moment = rows.numbers[column][at], rows.numbers[f"{column}t"][at]
        later = moment > self.moment[place]
        later |= (moment == self.moment[place]) & (value > self.value[place])
        later |= ~self.there[place]
        self.value[place[later]], self.moment[place[later]] = value[later], moment[later]
        self.day[place] = np.where(
            self.there[place],
            np.maximum(self.day[place], rows.keys["day"][at]),
            rows.keys["day"][at],
        )
        self.there[place] = True

    def numbers(self) -> Floats:
        return np.where(self.there, self.value.astype(np.float64), np.nan)


def _ends(place: Key) -> Ints:
    """The last row of each customer."""
    return np.append(begins_of(place), len(place))[1:] - 1


def added(rows: FactRows, asked: Sequence[Ask], starts: Ints, begin: int, end: int) -> Added:
    """What the days add to totals, first days and last values."""
    found = Added(asked, starts, begin, end)
    for part in rows.of_days(begin, end - 1):
        found.add(part, rows.name)
    return found


def distinct(
    rows: FactRows, asked: Sequence[Distinct], customers: int, as_of: int
) -> dict[Ask, Floats]:
    """How many users of each customer did it in the window, which is the same for all asks."""
    begin = as_of - asked[0].days
    found: dict[Ask, Floats] = {ask: np.zeros(customers) for ask in asked}
    for parts in rows.of_users(begin, as_of - 1):
        some = [part for one in parts if len(part := _in_weeks(one, begin, as_of))]
        if not some:
            continue
        place = np.concatenate([part.place for part in some])
        order, begins = by_user(place, np.concatenate([part.keys["user_no"] for part in some]))
        place, person = place[order], _numbered(begins, len(order))
        for ask in asked:
            seen = np.flatnonzero(np.concatenate([*_marks(some, rows.name[ask.base])])[order])
            seen = seen[begins_of(person[seen])]  # each of them once
            found[ask] += np.bincount(place[seen], minlength=customers)
    return found


def _numbered(begins: Ints, rows: int) -> Ints:
    """The number of each row's group."""
    is_first = np.zeros(rows, np.int64)
    is_first[begins] = 1
    return np.cumsum(is_first)


def _in_weeks(rows: Rows, begin: int, end: int) -> Rows:
    """The rows of weeks with days from one until before another; only those days' bits."""
    first, last = week_of_day(begin), week_of_day(end - 1)
    week = rows.keys["week"]
    inside = (week >= first) & (week <= last)
    rows = rows if inside.all() else rows.some(np.flatnonzero(inside))
    wanted = {
        week: sum(1 << n for n in range(7) if begin <= first_day_of(week) + n < end)
        for week in (first, last)
    }
    numbers = dict(rows.numbers)
    for cut, bits in wanted.items():
        if bits != 127:
            mask = np.where(rows.keys["week"] == cut, bits, 127).astype(np.int8)
            numbers = {
                name: marks & mask for name, marks in numbers.items() if marks.dtype == np.int8
            }
    return Rows(rows.place, rows.keys, numbers, rows.there)


def _marks(parts: Sequence[Rows], column: str) -> Iterator[Numbers]:
    for part in parts:
        yield part.numbers[column] if column in part.numbers else np.zeros(len(part), np.int8)
