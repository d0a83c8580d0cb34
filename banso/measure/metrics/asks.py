"""What shapes ask of the events, one number per row: noted first, answered from what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from banso.measure.metrics.active_days import ActiveDays
from banso.measure.metrics.bases import MICRO, Count, Last, Sum, Users
from banso.measure.metrics.evaluation import Plan
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


@dataclass(frozen=True)
class Days:
    """On which days it happened."""

    base: Count


Ask = Total | First | LastDay | Latest | Distinct


@dataclass(frozen=True)
class Found:
    """What is known, in the order of the customers: numbers, NaN where there is none, and days."""

    numbers: dict[Ask, Floats] = field(default_factory=dict)
    days: dict[Days, ActiveDays] = field(default_factory=dict)

    def __or__(self, other: Found) -> Found:
        return Found(self.numbers | other.numbers, self.days | other.days)


NOBODY = Rows(
    *(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, np.int64)),
    np.zeros(0),
)


class Asking(World):
    """Remembers what a shape asks for; a shape that asks for more gets a KeyError."""

    def __init__(self) -> None:
        super().__init__(np.zeros(0, np.int64), NOBODY, 0)
        self.asked: dict[Ask | Days, None] = {}

    def total(self, base: Count | Sum, begin: Moment, end: Moment) -> Floats:
        self.asked[Total(base, begin, end)] = None
        return np.zeros(0)

    def first(self, base: Count) -> tuple[Ints, Bools]:
        self.asked[First(base)] = None
        return np.zeros(0, np.int64), np.zeros(0, bool)

    def first_since(self, base: Count, since: Ints) -> tuple[Ints, Bools]:
        self.asked[Days(base)] = None
        return np.zeros(0, np.int64), np.zeros(0, bool)

    def weeks_in_a_row(self, base: Count) -> Floats:
        self.asked[Days(base)] = None
        return np.zeros(0)

    def days_in_a_row(self, base: Count, *, working: bool) -> Floats:
        self.asked[Days(base)] = None
        return np.zeros(0)

    def users(self, base: Users, days: int) -> Floats:
        self.asked[Distinct(base, days)] = None
        return np.zeros(0)

    def last(self, base: Last) -> Floats:
        self.asked[Latest(base)] = None
        return np.zeros(0)


class Answering(World):
    """Gives the shapes what they asked for: one number per row, all of one day."""

    def __init__(
        self, accounts: Ints, rows: Rows, first_day: int, as_of: int, found: Found
    ) -> None:
        super().__init__(accounts, rows, first_day)
        self.as_of, self.found, self.days = as_of, found.numbers, found.days

    def total(self, base: Count | Sum, begin: Moment, end: Moment) -> Floats:
        numbers = np.nan_to_num(self.found[Total(base, begin, end)])
        return numbers / MICRO if isinstance(base, Sum) else numbers

    def first(self, base: Count) -> tuple[Ints, Bools]:
        days = self.found[First(base)]
        there = ~np.isnan(days)
        return np.where(there, days, _NEVER).astype(np.int64), there

    def first_since(self, base: Count, since: Ints) -> tuple[Ints, Bools]:
        day = self.days[Days(base)].first_since(since)
        return day, day < self.as_of

    def weeks_in_a_row(self, base: Count) -> Floats:
        return self.days[Days(base)].weeks_in_a_row(self.as_of)

    def days_in_a_row(self, base: Count, *, working: bool) -> Floats:
        return self.days[Days(base)].days_in_a_row(self.as_of, working=working)

    def users(self, base: Users, days: int) -> Floats:
        return np.nan_to_num(self.found[Distinct(base, days)])

    def last(self, base: Last) -> Floats:
        return self.found[Latest(base)] / MICRO


def split(plan: Plan) -> tuple[dict[Ask | Days, None], list[str]]:
    """What can be asked at once, and the metrics that need each row's steps."""
    asked: dict[Ask | Days, None] = {}
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


def lasting(plan: Plan) -> list[Ask | Days]:
    """What the plan asks of the whole past, or of the time after sign-up."""
    return [ask for ask in split(plan)[0] if is_lasting(ask)]


def is_lasting(ask: Ask | Days) -> bool:
    """Whether it looks at the whole past, or at the time after sign-up."""
    if isinstance(ask, Total):
        return ask.begin.anchor == ask.end.anchor == "start"
    return isinstance(ask, First | Latest | Days)


def longest(asked: Iterable[Ask | Days]) -> int:
    """How many days back from the day they look, besides those that are lasting."""
    reached = [0]
    for ask in asked:
        if isinstance(ask, Distinct):
            reached.append(ask.days)
        elif isinstance(ask, Total) and ask.is_recent:
            reached.append(-ask.begin.days)
        elif not is_lasting(ask):
            return _NEVER
    return max(reached)
