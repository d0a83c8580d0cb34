"""Values of many customers on one day: the sums that the shapes ask for, in a few statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pyarrow as pa

from banso.measure.metrics import facts as fact_files
from banso.measure.metrics import rowwise
from banso.measure.metrics.bases import MICRO, Base, Count, Last, Sum, Users
from banso.measure.metrics.evaluation import Plan
from banso.measure.metrics.fact_sql import first_day_of, week_of_day
from banso.measure.metrics.facts import Facts
from banso.measure.metrics.shape import Given
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.world import Bools, Floats, Ints, Moment, Rows, Values, World

_NEVER = 1 << 19
NO_START = -(1 << 19)  # so far back that nothing lies between it and the days after it


@dataclass(frozen=True)
class Total:
    base: Count | Sum
    begin: Moment
    end: Moment

    @property
    def is_recent(self) -> bool:
        """Whether it looks back from the day only so far."""
        return self.begin.anchor == self.end.anchor == "as_of"


@dataclass(frozen=True)
class First:
    base: Count


@dataclass(frozen=True)
class LastDay:
    base: Count


@dataclass(frozen=True)
class Latest:
    base: Last


@dataclass(frozen=True)
class Distinct:
    base: Users
    days: int


A = TypeVar("A")
Ask = Total | First | LastDay | Latest | Distinct
NOBODY = Rows(
    *(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, np.int64)),
    np.zeros(0),
)


class Asking(World):
    """Remembers what a shape asks for; a shape that asks for more than sums gets a KeyError."""

    def __init__(self) -> None:
        super().__init__(np.zeros(0, np.int64), NOBODY, 0)
        self.asked: dict[Ask, None] = {}

    def total(self, base: Count | Sum, begin: Moment, end: Moment) -> Floats:
        self.asked[Total(base, begin, end)] = None
        return np.zeros(0)

    def first(self, base: Count) -> tuple[Ints, Bools]:
        self.asked[First(base)] = None
        return np.zeros(0, np.int64), np.zeros(0, bool)

    def users(self, base: Users, days: int) -> Floats:
        self.asked[Distinct(base, days)] = None
        return np.zeros(0)

    def last(self, base: Last) -> Floats:
        self.asked[Latest(base)] = None
        return np.zeros(0)


class Answering(World):
    """Gives the shapes what they asked for: one number per row."""

    def __init__(
        self, accounts: Ints, rows: Rows, first_day: int, found: Mapping[Ask, Floats]
    ) -> None:
        super().__init__(accounts, rows, first_day)
        self.found = found

    def total(self, base: Count | Sum, begin: Moment, end: Moment) -> Floats:
        numbers = np.nan_to_num(self.found[Total(base, begin, end)])
        return numbers / MICRO if isinstance(base, Sum) else numbers

    def first(self, base: Count) -> tuple[Ints, Bools]:
        days = self.found[First(base)]
        there = ~np.isnan(days)
        return np.where(there, days, _NEVER).astype(np.int64), there

    def users(self, base: Users, days: int) -> Floats:
        return np.nan_to_num(self.found[Distinct(base, days)])

    def last(self, base: Last) -> Floats:
        return self.found[Latest(base)] / MICRO


def values_on(
    plan: Plan, rows: pa.Table, *, is_everybody: bool, known: Mapping[Ask, Floats] | None = None
) -> pa.Table:
    """The values of rows that all look from one day, in the order of their accounts.

    ``is_everybody`` reads the facts of all customers without looking up each; ``known`` has, for
    each row, what need not be asked again.
    """
    account_ids = _ints(rows["account_id"])
    as_of = int(rows["as_of_day"][0].as_py())
    asked, others = _split(plan)
    first_day = fact_files.first_day()
    prepared = rowwise.rows_of(rows, account_ids)
    found: dict[Ask, Floats] = dict(known or {})
    lacking = [ask for ask in asked if ask not in found]
    if lacking:
        only = None if is_everybody else account_ids
        starts = _ints(rows["signed_up_day"].fill_null(NO_START))
        found |= answers(lacking, account_ids, starts, as_of, only)
    start = _NEVER if first_day is None else first_day
    world = Answering(account_ids, prepared, start, found)
    stepwise = _stepwise(plan, others, rows) if others else {}
    values: dict[str, Values] = {}
    for definition in plan.ordered:
        key = definition.key
        if key in stepwise:
            values[key] = stepwise[key]
        else:
            values[key] = shapes()[definition.shape].finish(world, plan.given[key], values)
    columns = {"row_id": rows["row_id"], "account_id": rows["account_id"]}
    for key, kept in values.items():
        columns[key] = pa.array(kept.numbers, from_pandas=True)
        columns[f"{key}__censored"] = pa.array(kept.censored)
    return pa.table(columns)


def _split(plan: Plan) -> tuple[dict[Ask, None], list[str]]:
    """What can be asked as sums, and the metrics that need each row's steps."""
    asked: dict[Ask, None] = {}
    others: list[str] = []
    nothing = Values(np.zeros(0), np.zeros(0, dtype=bool))
    known = {definition.key: nothing for definition in plan.ordered}
    for definition in plan.ordered:
        world = Asking()
        try:
            shapes()[definition.shape].finish(world, plan.given[definition.key], known)
        except KeyError:
            others.append(definition.key)
        else:
            asked |= world.asked
    return asked, others


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
    return {
        key: Values(
            found[key].to_numpy(zero_copy_only=False).astype(np.float64),
            found[f"{key}__censored"].to_numpy(zero_copy_only=False).astype(bool),
        )
        for key in wanted
    }


def lasting(plan: Plan) -> list[Ask]:
    """What the plan asks of the whole past, or of the time after sign-up."""
    return [
        ask
        for ask in _split(plan)[0]
        if isinstance(ask, First | Latest)
        or (isinstance(ask, Total) and ask.begin.anchor == ask.end.anchor == "start")
    ]


def _is_recent(ask: Ask) -> bool:
    return isinstance(ask, Distinct) or (isinstance(ask, Total) and ask.is_recent)


def answers(
    asked: Sequence[Ask], account_ids: Ints, starts: Ints, as_of: int, only: Ints | None
) -> dict[Ask, Floats]:
    """A number per customer for everything asked, NaN where there is none."""
    recent = [a for a in asked if isinstance(a, Total) and a.is_recent]
    people = [a for a in asked if isinstance(a, Distinct)]
    found: dict[Ask, Floats] = {}
    for some in _alike(recent, lambda ask: ask.begin.days):
        with _opened(some, only, as_of + some[0].begin.days, as_of) as facts:
            table = facts.table(_recent_sql(facts, some, as_of))
        found |= _placed(some, table, account_ids)
    for alike in _alike(people, lambda ask: ask.days):
        with _opened(alike, only, as_of - alike[0].days, as_of) as facts:
            table = facts.table(_distinct_sql(facts, alike, as_of))
        found |= _placed(alike, table, account_ids)
    rest = [a for a in asked if not _is_recent(a)]
    if rest:
        found |= lasting_answers(rest, account_ids, starts, as_of, only)[0]
    return found


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
    found: dict[Ask, Floats] = {}
    days: dict[Ask, Floats] = {}
    latest = [a for a in asked if isinstance(a, Latest)]
    if latest:
        with _opened(latest, only, since, as_of) as facts:
            for one in latest:
                table = facts.table(_latest_sql(facts.of(one.base), as_of, since))
                found |= _placed([one], table, account_ids)
                days |= _placed([one], table.rename_columns(["account_id", "x", "x0"]), account_ids)
    ever = [a for a in asked if isinstance(a, First | LastDay | Total)]
    if ever:
        started = pa.table({"account_id": account_ids, "start": starts})
        with _opened(ever, only, since, as_of, started=started) as facts:
            table = facts.table(_ever_sql(facts, ever, as_of, since))
        found |= _placed(ever, table, account_ids)
    return found, days


def _placed(asks: Sequence[Ask], table: pa.Table, account_ids: Ints) -> dict[Ask, Floats]:
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


def _opened(
    asks: Sequence[Ask], only: Ints | None, begin: int | None, as_of: int, **tables: pa.Table
) -> AbstractContextManager[Facts]:
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


def _alike(asks: Sequence[A], window: Callable[[A], int]) -> list[list[A]]:
    """Asks of one window share a pass; long windows read many files, for those that want them."""
    groups: dict[int, list[A]] = {}
    for ask in asks:
        groups.setdefault(window(ask), []).append(ask)
    return list(groups.values())


def _distinct_sql(facts: Facts, asks: Sequence[Distinct], as_of: int) -> str:
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


def _ever_sql(facts: Facts, asks: Sequence[Ask], as_of: int, since: int | None) -> str:
    made = []
    for n, ask in enumerate(asks):
        column = facts.of(ask.base)
        if isinstance(ask, First):
            made.append(f"MIN(CASE WHEN {column} > 0 THEN day END)::DOUBLE AS x{n}")
        elif isinstance(ask, LastDay):
            made.append(f"MAX(CASE WHEN {column} > 0 THEN day END)::DOUBLE AS x{n}")
        elif isinstance(ask, Total):
            between = f"day >= {_day(ask.begin, as_of)} AND day < {_day(ask.end, as_of)}"
            made.append(f"SUM(CASE WHEN {between} THEN {column} END)::DOUBLE AS x{n}")
    return (
        f"SELECT account_id, {', '.join(made)} FROM daily JOIN started USING (account_id) "  # noqa: S608
        f"WHERE {_between(since, as_of)} GROUP BY account_id ORDER BY account_id"
    )


def _between(since: int | None, as_of: int) -> str:
    return f"day < {as_of}" if since is None else f"day >= {since} AND day < {as_of}"


def _latest_sql(column: str, as_of: int, since: int | None) -> str:
    """The value at the last moment that has one, of several at that moment the largest; its day."""
    there = f"{column} IS NOT NULL AND {_between(since, as_of)}"
    return (
        f"SELECT account_id, MAX({column})::DOUBLE AS x0, MAX(day)::DOUBLE AS day FROM daily JOIN ("  # noqa: S608
        f"SELECT account_id AS owner, MAX({column}t) AS moment FROM daily WHERE {there} GROUP BY 1"
        f") newest ON account_id = owner AND {column}t = moment WHERE {there} "
        "GROUP BY account_id ORDER BY account_id"
    )


def _day(moment: Moment, as_of: int) -> str:
    return f"{as_of + moment.days}" if moment.anchor == "as_of" else f"(start + {moment.days})"


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
