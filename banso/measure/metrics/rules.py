"""How the values of a metric lie over customers, and which weeks its course has."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from banso.prove.engine.survival import kaplan_meier

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
WEEKS_IN_SERIES = 13
MOST_BINS = 12
MONDAY = 4  # 1970-01-05 was the first Monday


@dataclass(frozen=True)
class Spread:
    """Quartiles over ``n`` customers with a value; ``censored`` of them are "not yet"."""

    n: int
    censored: int
    q1: float | None
    median: float | None
    q3: float | None


def spread(numbers: Floats, censored: Bools) -> Spread:
    """Quartiles; with "not yet" among the values they are those of the Kaplan-Meier curve."""
    there = ~np.isnan(numbers)
    values, waiting = numbers[there], censored[there]
    if not len(values):
        return Spread(0, 0, None, None, None)
    if not waiting.any():
        return Spread(len(values), 0, *_quartiles(values))
    curve = kaplan_meier(values + 1, ~waiting)  # a first day of 0 is an event too
    reached = [curve.time[curve.survival <= 1 - share] for share in (0.25, 0.5, 0.75)]
    quartiles = [float(days[0]) - 1 if len(days) else None for days in reached]
    return Spread(len(values), int(waiting.sum()), *quartiles)


def _quartiles(values: Floats) -> tuple[float, float, float]:
    """What ``numpy.quantile`` gives; small whole numbers are counted, which is quicker."""
    places = (len(values) - 1) * np.array([0.25, 0.5, 0.75])
    low = places.astype(np.int64)
    high = np.minimum(low + 1, len(values) - 1)
    if values.min() < 0 or values.max() > len(values) or (values != np.floor(values)).any():
        ordered = np.partition(values, [*low, *high])
        below, above = ordered[low], ordered[high]
    else:
        up_to = np.cumsum(np.bincount(values.astype(np.int64)))
        below, above = np.searchsorted(up_to, [low, high], side="right").astype(np.float64)
    step, share = above - below, places - low
    q1, median, q3 = np.where(share < 0.5, below + step * share, above - step * (1 - share))
    return float(q1), float(median), float(q3)


def bins(numbers: Floats) -> list[tuple[float, float, int]]:
    """From, below, how many: at most a dozen even steps; the last one also holds the far ends."""
    values = numbers[~np.isnan(numbers)]
    if not len(values):
        return []
    low, high = float(values.min()), float(np.quantile(values, 0.98))
    whole = bool((values == np.round(values)).all())
    width = high - low if high - low > 1e-6 + 1e-9 * abs(high) else 0.0
    step = _step(width, whole=whole)
    first = floor(low / step) * step
    steps = floor(ceil(high) / step - first / step) + 1 if whole else ceil((high - first) / step)
    count = min(max(steps, 1), MOST_BINS)
    place = np.minimum(((values - first) / step + 1e-9).astype(np.int64), count - 1)
    counted = np.bincount(place, minlength=count)
    edges = [round(first + step * n, 10) for n in range(count)]
    last = max(edges[-1] + step, float(values.max()))
    return [
        (edge, edges[n + 1] if n + 1 < count else last, int(counted[n]))
        for n, edge in enumerate(edges)
    ]


def _step(width: float, *, whole: bool) -> float:
    """1, 2 or 5 times a power of ten that cuts the width into at most a dozen."""
    if width <= 0:
        return 1.0
    power = float(10 ** floor(log10(width / MOST_BINS)))
    step = next(m * power for m in (1, 2, 5, 10, 20) if m * power * (MOST_BINS - 1) >= width)
    return max(step, 1.0) if whole else step


def extremes(ids: Ints, numbers: Floats, *, most: int, highest: bool) -> list[tuple[int, float]]:
    """Id and value of those at one end."""
    values = -numbers if highest else numbers
    ends = np.flatnonzero(~np.isnan(values))
    if len(ends) > most:  # only those at the end are put in order
        border = np.partition(values, most - 1)[most - 1]  # NaN comes last
        beyond = np.flatnonzero(values < border)
        ends = np.append(beyond, np.flatnonzero(values == border)[: most - len(beyond)])
    ends = ends[np.argsort(values[ends], kind="stable")]
    return [(int(pk), float(v)) for pk, v in zip(ids[ends], kept(numbers[ends]), strict=True)]


def mondays(first_day: int, today: int) -> list[int]:
    """Day numbers of the Mondays after the first event until today."""
    start = first_day + 1 + (MONDAY - (first_day + 1)) % 7
    return list(range(start, today + 1, 7))


def kept(numbers: Floats) -> list[Any]:
    """Values as they are kept in JSON: few decimals, and None where there is none."""
    rounded = np.where(np.abs(numbers) < 10, np.round(numbers, 6), np.round(numbers, 3))
    told = rounded.astype(object)
    told[np.isnan(numbers)] = None
    found: list[Any] = told.tolist()
    return found
