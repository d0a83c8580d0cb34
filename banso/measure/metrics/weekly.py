"""One Monday after the other: what each week adds is read once, whatever looks back over it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from banso.measure.metrics import at_day
from banso.measure.metrics.asks import Ask, Days, Distinct, First, Found, Latest, Total
from banso.measure.metrics.bases import Count, Sum, Users
from banso.measure.metrics.fact_sql import week_of_day
from banso.measure.metrics.facts import Facts
from banso.measure.metrics.world import NOW, Bools, Floats, Ints, Moment

WEEK = 7
_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads customers over all numbers; users' are hashes
Keys = NDArray[np.uint64]


def fits(ask: Ask | Days) -> bool:
    """Whether the answer on a Monday is made of whole weeks, or of all days before it."""
    if isinstance(ask, Distinct):
        return ask.days % WEEK == 0
    if isinstance(ask, Total):
        return _is_from_start(ask) or (
            ask.is_recent and ask.begin.days % WEEK == ask.end.days % WEEK == 0
        )
    return isinstance(ask, First | Latest | Days)


def _is_from_start(ask: Total) -> bool:
    return ask.begin.anchor == ask.end.anchor == "start"


@dataclass
class _Sums:
    """What a base summed up to in each of the last weeks, the newest last; NaN where nothing."""

    weeks: deque[Floats]

    def over(self, begin: int, end: int) -> Floats:
        """From so many weeks back until so many weeks back."""
        newest = len(self.weeks)
        some = [np.nan_to_num(one) for one in list(self.weeks)[newest - begin : newest - end]]
        return np.asarray(sum(some[1:], start=some[0]))


@dataclass
class _Seen:
    """In which week each user of a customer was last seen doing something, by base.

    ``keys`` say who, sorted; ``place`` whose user that is, and ``last`` has a line per base.
    """

    customers: int
    longest: int
    lines: dict[Users, int]
    keys: Keys = field(default_factory=lambda: np.zeros(0, np.uint64))
    place: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    last: NDArray[np.int16] = field(init=False)

    def __post_init__(self) -> None:
        self.last = np.zeros((len(self.lines), 0), np.int16)

    def add(self, week: int, place: Ints, users: Ints, masks: Sequence[NDArray[np.uint8]]) -> None:
        """A week's lines of customers and users in any order; a user may have several."""
        if self.longest > 1:
            stays = (self.last > week - self.longest).any(axis=0)
            self.keys, self.place = self.keys[stays], self.place[stays]
            self.last = self.last[:, stays]
        keys = users.view(np.uint64) ^ (place.astype(np.uint64) * _ODD)
        order = _order_of(keys)
        keys, place = keys[order], place[order]
        is_first = np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)]
        self._enter(keys[is_first], place[is_first])
        at = np.searchsorted(self.keys, keys[is_first])[np.cumsum(is_first) - 1]
        for line, mask in enumerate(masks):
            self.last[line, at[mask[order] != 0]] = week

    def _enter(self, keys: Keys, place: Ints) -> None:
        """Make a line for those that have none."""
        before = np.searchsorted(self.keys, keys)
        is_new = np.ones(len(keys), dtype=bool)
        within = before < len(self.keys)
        is_new[within] = self.keys[before[within]] != keys[within]
        self.keys = np.insert(self.keys, before[is_new], keys[is_new])
        self.place = np.insert(self.place, before[is_new], place[is_new])
        self.last = np.insert(self.last, before[is_new], 0, axis=1)

    def count(self, base: Users, weeks: int, week: int) -> Floats:
        """Users of each customer who were seen in the last weeks up to this one."""
        alive = self.last[self.lines[base]] > week - weeks
        return np.bincount(self.place[alive], minlength=self.customers).astype(np.float64)


@dataclass
class _Reading:
    """What the week before a Monday adds, being read."""

    day: int
    asked: list[Ask]
    daily: Future[pa.Table] | None = None
    users: Future[pa.Table] | None = None
    week_users: Future[pa.Table] | None = None
    facts: ExitStack = field(default_factory=ExitStack)


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
        for one in self.totals:
            depths[one.base] = max(depths.get(one.base, 0), -one.begin.days // WEEK)
        self.sums = {base: _Sums(deque(maxlen=depth)) for base, depth in depths.items()}
        self.week_users: list[Distinct] = []  # those that no other week is needed for
        self.users: list[Distinct] = []
        people = [a for a in asked if isinstance(a, Distinct)]
        long = {a.base for a in people if a.days > WEEK}
        for distinct in people:
            (self.users if distinct.base in long else self.week_users).append(distinct)
        longest = max((a.days // WEEK for a in self.users), default=0)
        bases = dict.fromkeys(a.base for a in self.users)
        self.seen = _Seen(len(ids), longest, {base: n for n, base in enumerate(bases)})
        self.days = [a for a in asked if isinstance(a, Days)]
        self.found: dict[Ask, Floats] = {}

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
        wanted = set(mondays)
        with ThreadPoolExecutor(1) as pool:
            coming = self._reading(days[0], first, pool)
            try:
                for day in days:
                    read = coming
                    if day + WEEK in days:
                        coming = self._reading(day + WEEK, first, pool)
                    with read.facts:
                        self._take(read)
                    if day in wanted:
                        yield day, Found(self._told(day), active)
            finally:
                coming.facts.close()

    @property
    def depth(self) -> int:
        """How many weeks before a Monday the answers rest on, besides those on all."""
        weeks = [one.weeks.maxlen or 0 for one in self.sums.values()]
        return max([*weeks, self.seen.longest, 1])

    def _reading(self, day: int, first: int, pool: ThreadPoolExecutor) -> _Reading:
        """Ask for what the week before the Monday adds, as far as one from the first on needs it.

        The facts are opened here; only the reading is left to the other thread.
        """
        back = max(0, (first - day) // WEEK)
        added: list[Ask] = [
            Total(base, Moment("as_of", -WEEK), NOW)
            for base, kept in self.sums.items()
            if (kept.weeks.maxlen or 0) > back
        ]
        read = _Reading(day, [*added, *(self.ever if not back else [])])
        if read.asked:
            facts = read.facts.enter_context(self._opened(read.asked, day))
            sql = at_day.ever_sql(facts, read.asked, day, day - WEEK)
            read.daily = pool.submit(facts.table, sql)
        if self.seen.longest > back:
            facts = read.facts.enter_context(self._opened(self.users, day))
            read.users = pool.submit(facts.table, self._users_sql(facts, day))
        if self.week_users and not back:
            facts = read.facts.enter_context(self._opened(self.week_users, day))
            sql = at_day.distinct_sql(facts, self.week_users, day)
            read.week_users = pool.submit(facts.table, sql)
        return read

    def _opened(self, asked: Sequence[Ask], day: int) -> AbstractContextManager[Facts]:
        started = pa.table({"account_id": self.ids, "start": self.starts})
        return at_day.opened(asked, None, day - WEEK, day, started=started)

    def _users_sql(self, facts: Facts, day: int) -> str:
        masks = ", ".join(f"{facts.of(base)} AS m{n}" for base, n in self.seen.lines.items())
        return (
            f"SELECT account_id, user_no, {masks} FROM users "  # noqa: S608 - our own names
            f"WHERE week = {week_of_day(day - WEEK)}"
        )

    def _take(self, read: _Reading) -> None:
        """Add a week to what is known."""
        if read.daily is not None:
            found = at_day.placed(read.asked, read.daily.result(), self.ids)
            for ask, numbers in found.items():
                if isinstance(ask, Total) and ask.is_recent:
                    self.sums[ask.base].weeks.append(numbers)
                else:
                    self.found[ask] = _joined(ask, self.found[ask], numbers)
        if read.users is not None:
            table = read.users.result()
            place, there = self._places(_ints(table["account_id"]))
            users = _ints(table["user_no"])[there]
            lines = range(len(self.seen.lines))
            masks = [table[f"m{n}"].fill_null(0).to_numpy().astype(np.uint8)[there] for n in lines]
            self.seen.add(week_of_day(read.day - WEEK), place[there], users, masks)
        if read.week_users is not None:
            self.found |= at_day.placed(self.week_users, read.week_users.result(), self.ids)

    def _places(self, account_ids: Ints) -> tuple[Ints, Bools]:
        """Where customers stand, and which of them are known."""
        if not len(self.ids):
            return np.zeros(len(account_ids), np.int64), np.zeros(len(account_ids), dtype=bool)
        low, span = int(self.ids[0]), int(self.ids[-1] - self.ids[0]) + 1
        if span > 4 * len(self.ids):
            place = np.minimum(np.searchsorted(self.ids, account_ids), len(self.ids) - 1)
        else:  # looked up in a table, which is quicker
            table = np.zeros(span, np.int64)
            table[self.ids - low] = np.arange(len(self.ids))
            place = table[np.clip(account_ids - low, 0, span - 1)]
        return place, self.ids[place] == account_ids

    def _told(self, day: int) -> dict[Ask, Floats]:
        found = dict(self.found)
        week = week_of_day(day - WEEK)
        for total in self.totals:
            sums = self.sums[total.base]
            found[total] = sums.over(-total.begin.days // WEEK, -total.end.days // WEEK)
        for one in self.users:
            found[one] = self.seen.count(one.base, one.days // WEEK, week)
        return found


def _order_of(keys: Keys) -> Ints:
    """The order of hashes: their high bits and their places are sorted together, which is quicker
    than an argsort; should two differ in their low bits alone, they are sorted as usual.
    """
    low = np.uint64((1 << len(keys).bit_length()) - 1)
    packed = np.sort((keys & ~low) | np.arange(len(keys), dtype=np.uint64))
    order = (packed & low).astype(np.int64)
    found = keys[order]
    return np.argsort(keys) if (found[1:] < found[:-1]).any() else order


def _joined(ask: Ask, before: Floats, week: Floats) -> Floats:
    """What is known after one more week."""
    if isinstance(ask, Total):
        some = np.nan_to_num(before) + np.nan_to_num(week)
        return np.where(np.isnan(before) & np.isnan(week), np.nan, some)
    if isinstance(ask, First):
        return np.where(np.isnan(before), week, before)
    return np.where(np.isnan(week), before, week)


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
