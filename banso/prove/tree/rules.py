"""What an edge's estimate says, where a figure is going, and where nodes are drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from banso.prove.engine.answer import Answer
from banso.prove.engine.proportions import rate
from banso.prove.hypotheses.rules import next_quarter

State = Literal["untested", "supported", "unknown", "refuted", "leak", "no_test"]
Q_TARGET = 0.10
FEWEST_POINTS, FEWEST_IN_QUARTER = 4, 10
DAYS_IN_YEAR = 365.25


def state_of(
    *, value: float, low: float, high: float, q: float, claimed_up: bool, zone: float
) -> State:
    """What an estimate says of an edge as it is drawn (METHODS 3.3).

    value, low, high: in the direction "more of the child, more of the parent", 0 = none. zone: the
    largest size, on the same scale, that would not matter.
    """
    sign = 1 if claimed_up else -1
    if q <= Q_TARGET:
        return "supported" if sign * value > 0 else "refuted"
    return "refuted" if -zone < low and high < zone else "unknown"


def is_kpi(states: Sequence[str]) -> bool:
    """Whether a metric may be called a KPI: its own line holds, and all those above it up to the
    next outcome do.
    """
    return all(state == "supported" for state in states)


@dataclass(frozen=True)
class Actual:
    """A figure with what it rests on; low and high are None where no interval is given."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Point:
    """A figure at a time: ``day`` is the end of what it is about."""

    day: date
    value: float
    n: int


def rate_of(successes: int, n: int) -> Actual | None:
    """A share with Wilson's interval; None below ten."""
    found = rate(successes, n)
    if not isinstance(found, Answer):
        return None
    return Actual(found.value, n, found.low, found.high)


def quarter_of(day: date) -> date:
    """The first day of the calendar quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarterly(quarters: Sequence[date], counted: Sequence[bool], until: date) -> tuple[Point, ...]:
    """Shares by quarter, whole quarters with ten decisions and more, oldest first."""
    size: dict[date, int] = defaultdict(int)
    hits: dict[date, int] = defaultdict(int)
    for quarter, hit in zip(quarters, counted, strict=True):
        size[quarter] += 1
        hits[quarter] += hit
    made = []
    for quarter in sorted(size):
        last = next_quarter(quarter) - timedelta(days=1)
        if last <= until and size[quarter] >= FEWEST_IN_QUARTER:
            made.append(Point(last, hits[quarter] / size[quarter], size[quarter]))
    return tuple(made)


@dataclass(frozen=True)
class Forecast:
    """Where a figure would be on a day if its course went on, with a 95 % interval."""

    day: date
    value: float
    low: float
    high: float
    points: int


def forecast(
    course: Sequence[Point], *, on: date, lowest: float | None, highest: float | None
) -> Forecast | None:
    """The median of the slopes between all pairs of points, carried on from their middle.

    Theil and Sen's line is not moved by single odd points; its interval for the slope is Sen's
    (1968, JASA 63:1379). None below four points, or for a day that is over.
    """
    if len(course) < FEWEST_POINTS or on <= course[-1].day:
        return None
    from scipy.stats import theilslopes

    years = [(point.day - course[0].day).days / DAYS_IN_YEAR for point in course]
    values = [point.value for point in course]
    slope, intercept, low, high = theilslopes(values, years, 0.95)
    ahead = (on - course[0].day).days / DAYS_IN_YEAR
    middle = sorted(years)[len(years) // 2]

    def inside(value: float) -> float:
        value = value if lowest is None else max(lowest, value)
        return value if highest is None else min(highest, value)

    value = intercept + slope * ahead
    return Forecast(
        on,
        inside(value),
        inside(value + (low - slope) * (ahead - middle)),
        inside(value + (high - slope) * (ahead - middle)),
        len(course),
    )


@dataclass(frozen=True)
class Place:
    """Where a node is drawn: column (depth) and row (leaves are one below the other)."""

    column: int
    row: float


def places(children: Mapping[int | None, Sequence[int]]) -> dict[int, Place]:
    """The root on the left, each parent in the middle of its children. children: of each node, in
    order; the key None has the roots.
    """
    made: dict[int, Place] = {}
    next_row = 0

    def put(pk: int, column: int) -> float:
        nonlocal next_row
        rows = [put(child, column + 1) for child in children.get(pk, ())]
        if rows:
            row = (rows[0] + rows[-1]) / 2
        else:
            row, next_row = float(next_row), next_row + 1
        made[pk] = Place(column, row)
        return row

    for root in children.get(None, ()):
        put(root, 0)
    return made


def may_move_under(
    node: int, target: int, parents: Mapping[int, int | None], *, deepest: int
) -> bool:
    """Whether a node may hang under another: not under itself or what hangs under it, and not
    deeper than ``deepest`` levels.
    """
    above, steps = target, 1
    while True:
        if above == node:
            return False
        parent = parents[above]
        if parent is None:
            break
        above, steps = parent, steps + 1
    return steps + _height(node, parents) <= deepest


def _height(node: int, parents: Mapping[int, int | None]) -> int:
    below = [child for child, parent in parents.items() if parent == node]
    return 1 + max((_height(child, parents) for child in below), default=0)
