"""What shapes ask of the events, one number per row: noted first, answered from what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

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


def split(plan: Plan) -> tuple[dict[Ask, None], list[str]]:
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


def lasting(plan: Plan) -> list[Ask]:
    """What the plan asks of the whole past, or of the time after sign-up."""
    return [
        ask
        for ask in split(plan)[0]
        if isinstance(ask, First | Latest)
        or (isinstance(ask, Total) and ask.begin.anchor == ask.end.anchor == "start")
    ]
