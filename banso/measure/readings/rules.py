"""Where a value stands among a customer's own weeks, and how a metric lies within segments."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from banso.measure.metrics.rules import Spread, spread

FEWEST_WEEKS = 8
FEWEST_CUSTOMERS = 5
WIDTH = 2.0  # of a normal distribution's weeks, 19 of 20 lie so many standard deviations around
FROM_MAD, FROM_MEAN = 1.4826, 1.2533
ABOVE, BELOW, WITHIN = "above", "below", "within"

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Band:
    """What is usual for a customer by its own past: the median and a robust spread around it."""

    low: float
    mid: float
    high: float
    n: int


def band_of(values: Sequence[float | None]) -> Band | None:
    """The band of the past weeks; None with fewer than eight.

    The spread is the median absolute deviation, scaled to a standard deviation; where more than
    half of the weeks are alike it is the mean one, so that a single other week makes no alarm.
    """
    there = np.array([value for value in values if value is not None], dtype=np.float64)
    if len(there) < FEWEST_WEEKS:
        return None
    mid = float(np.median(there))
    away = np.abs(there - mid)
    sigma = FROM_MAD * float(np.median(away)) or FROM_MEAN * float(away.mean())
    low = mid - WIDTH * sigma
    if low < 0 <= float(there.min()):
        low = 0.0
    return Band(low, mid, mid + WIDTH * sigma, len(there))


def standing(value: float | None, band: Band | None) -> str:
    """Above, below or within the band; empty where one of the two is not there."""
    if value is None or band is None:
        return ""
    margin = 1e-9 * max(abs(band.low), abs(band.high), 1.0)
    if value > band.high + margin:
        return ABOVE
    return BELOW if value < band.low - margin else WITHIN


def moves(values: Sequence[float | None], waits: bool) -> bool:
    """Whether a course of weeks says more than the present value alone."""
    there = {value for value in values if value is not None}
    return not waits and len(there) > 1


@dataclass(frozen=True)
class Segment:
    """How a metric lies over the customers of one segment; few have no quartiles."""

    key: Hashable
    members: int
    spread: Spread

    @property
    def is_small(self) -> bool:
        return self.spread.n < FEWEST_CUSTOMERS


def segments(
    groups: Mapping[int, Hashable], ids: NDArray[np.int64], values: Floats, waiting: Bools
) -> list[Segment]:
    """One for each group, the largest first; ``groups`` says those of accounts."""
    places: dict[Hashable, list[int]] = {}
    for place, pk in enumerate(ids.tolist()):
        places.setdefault(groups.get(pk, ""), []).append(place)
    found = [_segment(key, values[at], waiting[at]) for key, at in places.items()]
    return sorted(found, key=lambda s: (-s.members, str(s.key)))


def _segment(key: Hashable, values: Floats, waiting: Bools) -> Segment:
    lies = spread(values, waiting)
    if lies.n < FEWEST_CUSTOMERS:
        lies = Spread(lies.n, lies.censored, None, _median(values, waiting), None)
    return Segment(key, len(values), lies)


def _median(values: Floats, waiting: Bools) -> float | None:
    found: Any = spread(values, waiting).median
    return None if found is None else float(found)


def axis_of(values: Sequence[float]) -> tuple[float, float, float]:
    """From, to and the step of an axis that holds the values, at round numbers."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    width = (high - low) or abs(high) or 1.0
    power = 10.0 ** floor(log10(width / 3))
    step = next(m * power for m in (1, 2, 5, 10) if m * power * 3 >= width)
    first, last = floor(low / step) * step, ceil(high / step) * step
    last = last if last > first else first + step
    return round(first, 10), round(last, 10), round(step, 10)
