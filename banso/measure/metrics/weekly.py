"""One Monday after the other: what each week adds is read once, whatever looks back over it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import numpy as np

from banso.measure.metrics import at_day
from banso.measure.metrics.asks import Ask, Days, Distinct, First, Found, Latest, Total
from banso.measure.metrics.bases import Count, Sum
from banso.measure.metrics.fact_rows import FactRows
from banso.measure.metrics.facts import Shelf
from banso.measure.metrics.models import FactFile
from banso.measure.metrics.week_sums import Added, added, distinct
from banso.measure.metrics.world import NOW, Floats, Ints, Moment

WEEK = 7
P = ParamSpec("P")
A = TypeVar("A")


def fits(ask: Ask | Days) -> bool:
    """Whether the answer on a Monday is made of whole weeks, or of all days before it."""
    if isinstance(ask, Total):
        return _is_from_start(ask) or (
            ask.is_recent and ask.begin.days % WEEK == ask.end.days % WEEK == 0
        )
    return isinstance(ask, First | Latest | Days | Distinct)


def _is_from_start(ask: Total) -> bool:
    return ask.begin.anchor == ask.end.anchor == "start"


@dataclass
class _Sums:
    """What a base summed up to in each of the last weeks, the newest last."""

    weeks: deque[Floats]

    def over(self, begin: int, end: int) -> Floats:
        """From so many weeks back until so many weeks back."""
        newest = len(self.weeks)
        some = list(self.weeks)[newest - begin : newest - end]
        return np.asarray(sum(some[1:], start=some[0]))


@dataclass
class _Reading:
    """What the week before a Monday adds, being read."""

    asked: list[Ask]
    added: Future[Added] | None = None
    users: list[Future[dict[Ask, Floats]]] = field(default_factory=list)


class _AtOnce(Executor):
    """Does at once what is submitted: threads that all want Python's lock wait for each other."""

    def submit(self, fn: Callable[P, A], /, *args: P.args, **kwargs: P.kwargs) -> Future[A]:
        done: Future[A] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Weekly:
    """The answers before each Monday; ``asked`` are those that fit.

    Customers in the order of their ids; ``starts`` as day numbers. Sums are in the units of the
    facts, and NaN stands where nothing was found.
    """

    def __init__(self, asked: Sequence[Ask | Days], ids: Ints, starts: Ints) -> None:
        self.ids, self.starts = ids, starts
        self.totals = [a for a in asked if isinstance(a, Total) and not _is_from_start(a)]
        self.ever = [a for a in asked if isinstance(a, First | Latest | Total)]
        self.ever = [a for a in self.ever if a not in self.totals]
        depths: dict[Count | Sum, int] = {}
        for total in self.totals:
            depths[total.base] = max(depths.get(total.base, 0), -total.begin.days // WEEK)
        self.sums = {base: _Sums(deque(maxlen=depth)) for base, depth in depths.items()}
        self.users: dict[int, list[Distinct]] = {}  # those of one window are counted together
        for one in asked:
            if isinstance(one, Distinct):
                self.users.setdefault(one.days, []).append(one)
        self.days = [a for a in asked if isinstance(a, Days)]
        self.found: dict[Ask, Floats] = {}
        shelf = Shelf.of(list(dict.fromkeys(ask.base for ask in asked)))
        self.rows = FactRows(shelf, ids)

    def answers(self, mondays: Sequence[int]) -> Iterator[tuple[int, Found]]:
        """Each Monday, in their order, with its answers; the next week is read meanwhile."""
        if not len(mondays):
            return
        first = mondays[0]
        if self.ever:
            before = at_day.lasting_answers(self.ever, self.ids, self.starts, first - WEEK, None)
            self.found = before[0]
        active = at_day.active_days(self.days, self.ids, mondays[-1], None)
        days = range(first - WEEK * (self.depth - 1), mondays[-1] + 1, WEEK)
        with self._executor() as sums, self._executor() as users:
            coming = self._reading(days[0], mondays, sums, users)
            for day in days:
                read = coming
                if day + WEEK in days:
                    coming = self._reading(day + WEEK, mondays, sums, users)
                self._take(read)
                if day in mondays:
                    yield day, Found(self._told(day), active)

    def _executor(self) -> Executor:
        return _AtOnce() if self.rows.are_few else ThreadPoolExecutor(1)

    @property
    def depth(self) -> int:
        """How many weeks before a Monday the answers rest on, besides those on all."""
        weeks = [one.weeks.maxlen or 0 for one in self.sums.values()]
        return max([*weeks, 1])

    def _reading(
        self, day: int, wanted: Sequence[int], sums: Executor, users: Executor
    ) -> _Reading:
        """Ask for what the week before the Monday adds, as far as a wanted one needs it.

        Each kind of facts is read by a thread of its own, one week after the other.
        """
        back = max(0, (wanted[0] - day) // WEEK)
        asked: list[Ask] = [
            Total(base, Moment("as_of", -WEEK), NOW)
            for base, kept in self.sums.items()
            if (kept.weeks.maxlen or 0) > back
        ]
        read = _Reading([*asked, *(self.ever if not back else [])])
        sums.submit(self.rows.forget_before, FactFile.DAILY, day - WEEK)
        if read.asked:
            read.added = sums.submit(added, self.rows, read.asked, self.starts, day - WEEK, day)
        users.submit(self.rows.forget_before, FactFile.USERS, day - max([WEEK, *self.users]))
        for people in self.users.values() if day in wanted else ():
            read.users.append(users.submit(distinct, self.rows, people, len(self.ids), day))
        return read

    def _take(self, read: _Reading) -> None:
        """Add a week to what is known."""
        for ask, numbers in read.added.result().found.items() if read.added else ():
            if isinstance(ask, Total) and ask.is_recent:
                self.sums[ask.base].weeks.append(numbers)
            else:
                self.found[ask] = _joined(ask, self.found[ask], numbers)
        for counted in read.users:
            self.found |= counted.result()

    def _told(self, day: int) -> dict[Ask, Floats]:
        found = dict(self.found)
        for total in self.totals:
            sums = self.sums[total.base]
            found[total] = sums.over(-total.begin.days // WEEK, -total.end.days // WEEK)
        return found


def _joined(ask: Ask, before: Floats, week: Floats) -> Floats:
    """What is known after one more week."""
    if isinstance(ask, Total):
        some = np.nan_to_num(before) + np.nan_to_num(week)
        return np.where(np.isnan(before) & np.isnan(week), np.nan, some)
    if isinstance(ask, First):
        return np.where(np.isnan(before), week, before)
    return np.where(np.isnan(week), before, week)
