"""Values of many customers on one day: the sums that the shapes ask for, in a few statements."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pyarrow as pa

from banso.measure.metrics import facts as fact_files
from banso.measure.metrics import rowwise, week_sums
from banso.measure.metrics.active_days import SPAN, ActiveDays
from banso.measure.metrics.asks import (
    NO_START,
    Answering,
    Ask,
    Days,
    Distinct,
    First,
    Found,
    LastDay,
    Latest,
    Total,
    split,
)
from banso.measure.metrics.bases import Base
from banso.measure.metrics.evaluation import Plan
from banso.measure.metrics.fact_rows import FactRows
from banso.measure.metrics.fact_sql import first_day_of, week_of_day
from banso.measure.metrics.facts import Facts, Shelf
from banso.measure.metrics.shape import Given
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.world import Floats, Ints, Moment, Values

_NEVER = 1 << 19
NOTHING = Found()
A = TypeVar("A")
_MIDDLE = 2**62  # makes every moment and value in millionths positive
_LOW = 2**64 - 1


def values_on(
    plan: Plan,
    rows: pa.Table,
    *,
    is_everybody: bool,
    known: Found = NOTHING,
    ready: Mapping[str, Values] | None = None,
    first_day: int | None = None,
) -> dict[str, Values]:
    """The values by metric of rows that all look from one day, in the order of their accounts.

    ``is_everybody`` reads the facts of all customers without looking up each; ``known`` has, for
    each row, what need not be asked again, and ``ready`` metrics that are finished; ``first_day``
    is that of all events, if it is known.
    """
    account_ids = _ints(rows["account_id"])
    as_of = int(rows["as_of_day"][0].as_py())
    asked, others = split(plan)
    if first_day is None:
        first_day = fact_files.first_day()
    prepared = rowwise.rows_of(rows, account_ids)
    found = known
    lacking = [ask for ask in asked if ask not in known.numbers and ask not in known.days]
    if lacking:
        only = None if is_everybody else account_ids
        starts = _ints(rows["signed_up_day"].fill_null(NO_START))
        found |= answers(lacking, account_ids, starts, as_of, only)
    start = _NEVER if first_day is None else first_day
    world = Answering(account_ids, prepared, start, as_of, found)
    finished = dict(ready or {})
    if not finished.keys() >= set(others):
        finished |= _stepwise(plan, others, rows)
    values: dict[str, Values] = {}
    for definition in plan.ordered:
        key = definition.key
        if key in finished:
            values[key] = finished[key]
        else:
            values[key] = shapes()[definition.shape].finish(world, plan.given[key], values)
    return values


def _stepwise(plan: Plan, keys: Sequence[str], rows: pa.Table) -> dict[str, Values]:
    """The values of metrics that look at more than sums."""
    wanted = set(keys)
    chosen = [d for d in plan.ordered if d.key in wanted]
    bases = dict.fromkeys(b for d in chosen for b in shapes()[d.shape].bases(plan.given[d.key]))
    given: dict[str, Given] = {key: plan.given[key] for key in wanted}
    parts = list(
        rowwise.evaluated(replace(plan, ordered=chosen, given=given, bases=[*bases]), rows)
    )
    found = pa.concat_tables(parts)
    return {key: Values.in_table(found, key) for key in wanted}


def _is_recent(ask: Ask) -> bool:
    return isinstance(ask, Distinct) or (isinstance(ask, Total) and ask.is_recent)


def answers(
    asked: Sequence[Ask | Days], account_ids: Ints, starts: Ints, as_of: int, only: Ints | None
) -> Found:
    """A number per customer for everything asked, NaN where there is none; or the days."""
    recent = [a for a in asked if isinstance(a, Total) and a.is_recent]
    people = [a for a in asked if isinstance(a, Distinct)]
    found: dict[Ask, Floats] = {}
    if only is None:
        with Counting([*recent, *people], account_ids, as_of) as counting:
            found |= counting.found()
        recent, people = [], []
    for some in _alike(recent, lambda ask: ask.begin.days):
        with opened(some, only, as_of + some[0].begin.days, as_of) as facts:
            table = facts.table(_recent_sql(facts, some, as_of))
        found |= placed(some, table, account_ids)
    for alike in _alike(people, lambda ask: ask.days):
        with opened(alike, only, as_of - alike[0].days, as_of) as facts:
            table = facts.table(distinct_sql(facts, alike, as_of))
        found |= placed(alike, table, account_ids)
    rest = [a for a in asked if not isinstance(a, Days) and not _is_recent(a)]
    if rest:
        found |= lasting_answers(rest, account_ids, starts, as_of, only)[0]
    days = [a for a in asked if isinstance(a, Days)]
    return Found(found, active_days(days, account_ids, as_of, only))


class Counting:
    """Totals and users of the last days of all customers, being counted: each file is read once,
    whole, and the two kinds of facts, which lie in files of their own, side by side.

    Used as a context, so that its threads end.
    """

    def __init__(self, asked: Sequence[Ask | Days], account_ids: Ints, as_of: int) -> None:
        self._ids, self._as_of = account_ids, as_of
        self._totals = [a for a in asked if isinstance(a, Total) and a.is_recent]
        self._users = [a for a in asked if isinstance(a, Distinct)]
        every: list[Total | Distinct] = [*self._totals, *self._users]
        bases: dict[Base, None] = dict.fromkeys(ask.base for ask in every)
        windows = [*(-a.begin.days for a in self._totals), *(a.days for a in self._users)]
        self._rows = FactRows(Shelf.of(bases, as_of - max([0, *windows]), as_of - 1), account_ids)
        self._pool = ThreadPoolExecutor(2)
        self._parts = [self._pool.submit(part) for part in (self._of_users, self._of_days)]

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown()

    def found(self, ids: Ints | None = None) -> dict[Ask, Floats]:
        """The answers, of all customers or of some, when they are there."""
        whole = {ask: numbers for part in self._parts for ask, numbers in part.result().items()}
        if ids is None:
            return whole
        place = np.searchsorted(self._ids, ids)
        return {ask: numbers[place] for ask, numbers in whole.items()}

    def _of_days(self) -> dict[Ask, Floats]:
        found: dict[Ask, Floats] = {}
        starts = np.zeros(len(self._ids), np.int64)  # nobody asks for them
        for some in _alike(self._totals, lambda ask: (ask.begin.days, ask.end.days)):
            begin, end = self._as_of + some[0].begin.days, self._as_of + some[0].end.days
            found |= week_sums.added(self._rows, some, starts, begin, end).found
        return found

    def _of_users(self) -> dict[Ask, Floats]:
        found: dict[Ask, Floats] = {}
        for alike in _alike(self._users, lambda ask: ask.days):
            found |= week_sums.distinct(self._rows, alike, len(self._ids), self._as_of)
        return found


def active_days(
    asked: Sequence[Days],
    account_ids: Ints,
    as_of: int,
    only: Ints | None,
    *,
    since: int | None = None,
) -> dict[Days, ActiveDays]:
    """On which days before ``as_of`` it happened, from ``since`` on if given."""
    if not asked:
        return {}
    with opened(asked, only, since, as_of) as facts:
        bits = ", ".join(
            f"BIT_OR(CASE WHEN {facts.of(a.base)} > 0 THEN CAST(1 AS BIGINT) << (day % {SPAN}) "
            f"ELSE 0 END) AS x{n}"
            for n, a in enumerate(asked)
        )
        table = facts.table(
            f"SELECT account_id, day // {SPAN} AS word, {bits} FROM daily "  # noqa: S608 - ours
            f"WHERE {_between(since, as_of)} GROUP BY account_id, word"
        )
    ids = _ints(table["account_id"])
    place = np.minimum(np.searchsorted(account_ids, ids), max(len(account_ids) - 1, 0))
    there = account_ids[place] == ids if len(account_ids) else np.zeros(len(ids), dtype=bool)
    lines = [_ints(table[name])[there] for name in ("word", *(f"x{n}" for n in range(len(asked))))]
    return {
        ask: ActiveDays.of_words(len(account_ids), place[there], lines[0], lines[n + 1])
        for n, ask in enumerate(asked)
    }


def lasting_answers(
    asked: Sequence[Ask],
    account_ids: Ints,
    starts: Ints,
    as_of: int,
    only: Ints | None,
    *,
    since: int | None = None,
) -> tuple[dict[Ask, Floats], dict[Ask, Floats]]:
    """The same for what looks far back, of the days from ``since`` on if given; and the day of each
    last value.
    """
    started = pa.table({"account_id": account_ids, "start": starts})
    with opened(asked, only, since, as_of, started=started) as facts:
        table = facts.table(ever_sql(facts, asked, as_of, since))
    return placed(asked, table, account_ids), placed_days(asked, table, account_ids)


def ends_of_everybody(
    asked: Sequence[Ask], account_ids: Ints, since: int, until: int
) -> tuple[dict[Ask, Floats], dict[Ask, Floats]]:
    """The same of the days from one until before another, for customers who are most of all."""
    shelf = Shelf.of(dict.fromkeys(ask.base for ask in asked), since, until - 1)
    rows, starts = FactRows(shelf, account_ids), np.zeros(len(account_ids), np.int64)
    found = week_sums.added(rows, asked, starts, since, until)
    return found.found, found.days


def placed_days(asks: Sequence[Ask], table: pa.Table, account_ids: Ints) -> dict[Ask, Floats]:
    """The day of each last value, from the same table."""
    latest = [(n, ask) for n, ask in enumerate(asks) if isinstance(ask, Latest)]
    days = table.select(["account_id", *(f"d{n}" for n, _ in latest)])
    names = ["account_id", *(f"x{n}" for n in range(len(latest)))]
    return placed([ask for _, ask in latest], days.rename_columns(names), account_ids)


def placed(asks: Sequence[Ask], table: pa.Table, account_ids: Ints) -> dict[Ask, Floats]:
    """The answers x0, x1, … of a table in the order of the customers."""
    ids = _ints(table["account_id"])
    place = np.searchsorted(ids, account_ids)
    place[place == len(ids)] = 0
    there = ids[place] == account_ids if len(ids) else np.zeros(len(account_ids), bool)
    found: dict[Ask, Floats] = {}
    for number, ask in enumerate(asks):
        numbers = np.full(len(account_ids), np.nan)
        if there.any():
            values = table[f"x{number}"].to_numpy().astype(np.float64)
            numbers[there] = values[place[there]]
        found[ask] = numbers
    return found


def opened(
    asks: Sequence[Ask | Days],
    only: Ints | None,
    begin: int | None,
    as_of: int,
    **tables: pa.Table,
) -> AbstractContextManager[Facts]:
    """The facts that these are answered from, of files with days from ``begin`` to ``as_of``."""
    bases: list[Base] = list(dict.fromkeys(ask.base for ask in asks))
    return fact_files.opened(bases, accounts=only, first_day=begin, last_day=as_of - 1, **tables)


def _recent_sql(facts: Facts, asks: Sequence[Total], as_of: int) -> str:
    sums = ", ".join(
        f"SUM(CASE WHEN day >= {as_of + a.begin.days} AND day < {as_of + a.end.days} "
        f"THEN {facts.of(a.base)} END)::DOUBLE AS x{n}"
        for n, a in enumerate(asks)
    )
    first = as_of + min(a.begin.days for a in asks)
    return (
        f"SELECT account_id, {sums} FROM daily WHERE day >= {first} AND day < {as_of} "  # noqa: S608
        "GROUP BY account_id ORDER BY account_id"
    )


def _alike(asks: Sequence[A], window: Callable[[A], Hashable]) -> list[list[A]]:
    """Asks of one window share a pass; long windows read many files, for those that want them."""
    groups: dict[Hashable, list[A]] = {}
    for ask in asks:
        groups.setdefault(window(ask), []).append(ask)
    return list(groups.values())


def distinct_sql(facts: Facts, asks: Sequence[Distinct], as_of: int) -> str:
    """Users with a bit in the window, each once; ``bits`` says which days of a week lie in it."""
    begin = as_of - asks[0].days
    weeks = range(week_of_day(begin), week_of_day(as_of - 1) + 1)
    bits = {
        week: sum(1 << n for n in range(7) if begin <= first_day_of(week) + n < as_of)
        for week in weeks
    }
    whole = all(bit == 127 for bit in bits.values())
    cut = " ".join(f"WHEN {week} THEN {bit}" for week, bit in bits.items())
    mask = "" if whole else f" & (CASE week {cut} ELSE 0 END)"
    ors = ", ".join(f"BIT_OR({facts.of(a.base)}{mask}) AS m{n}" for n, a in enumerate(asks))
    counts = ", ".join(
        f"COUNT(CASE WHEN m{n} <> 0 THEN 1 END)::DOUBLE AS x{n}" for n in range(len(asks))
    )
    return (
        f"SELECT account_id, {counts} FROM (SELECT account_id, user_no, {ors} FROM users "  # noqa: S608
        f"WHERE week BETWEEN {weeks[0]} AND {weeks[-1]} GROUP BY account_id, user_no) seen "
        "GROUP BY account_id ORDER BY account_id"
    )


def ever_sql(facts: Facts, asks: Sequence[Ask], as_of: int, since: int | None) -> str:
    """account_id, x0, x1, … of the days before ``as_of``, from ``since`` on if given.

    A last value is that of the last moment that has one, of several at that moment the largest: it
    travels in the low bits of its moment. Its day is d0, d1, ….
    """
    inner, outer = [], []
    for n, ask in enumerate(asks):
        column = facts.of(ask.base)
        outer.append(f"x{n}::DOUBLE AS x{n}")
        if isinstance(ask, First):
            inner.append(f"MIN(CASE WHEN {column} > 0 THEN day END) AS x{n}")
        elif isinstance(ask, LastDay):
            inner.append(f"MAX(CASE WHEN {column} > 0 THEN day END) AS x{n}")
        elif isinstance(ask, Total):
            begin, end = _day(ask.begin, as_of), _day(ask.end, as_of)
            between = f"day >= {begin} AND day < {end}"
            is_all = (begin, end) == (str(since), str(as_of))
            counted = column if is_all else f"CASE WHEN {between} THEN {column} END"
            inner.append(f"SUM({counted}) AS x{n}")
        elif isinstance(ask, Latest):
            there = f"{column} IS NOT NULL"
            moment = f"(CAST({column}t + {_MIDDLE} AS HUGEINT) << 64) + ({column} + {_MIDDLE})"
            inner.append(f"MAX(CASE WHEN {there} THEN {moment} END) AS x{n}")
            inner.append(f"MAX(CASE WHEN {there} THEN day END) AS d{n}")
            outer[-1] = f"((x{n} & {_LOW}) - {_MIDDLE})::DOUBLE AS x{n}, d{n}::DOUBLE AS d{n}"
    return (
        f"SELECT account_id, {', '.join(outer)} FROM ("  # noqa: S608 - ours
        f"SELECT account_id, {', '.join(inner)} FROM daily JOIN started USING (account_id) "
        f"WHERE {_between(since, as_of)} GROUP BY account_id) found ORDER BY account_id"
    )


def _between(since: int | None, as_of: int) -> str:
    return f"day < {as_of}" if since is None else f"day >= {since} AND day < {as_of}"


def _day(moment: Moment, as_of: int) -> str:
    return f"{as_of + moment.days}" if moment.anchor == "as_of" else f"(start + {moment.days})"


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
