"""How a metric is spread over the decisions, and renewal group by group of its values.

Groups hold equal shares of the decisions as far as ties allow: equal values are never parted, so a
common value makes its group larger and takes the place of its neighbours. Quantiles are of type 7
(Hyndman & Fan 1996, The American Statistician 50:361-365).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.findings import Group
from banso.prove.engine.proportions import rate

FloatArray = npt.NDArray[np.float64]

MOST_GROUPS = 10
ROWS_PER_GROUP = 20
MOST_BINS = 12
_TAIL = 0.98
_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Bin:
    """low <= value < high, or <= high in the last one; low = high for a single value."""

    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Known values n, how many are missing, smallest and largest, and the 10, 25, 50, 75 and 90 %
    quantiles (linear between neighbours, Hyndman & Fan 1996, type 7).
    """

    n: int
    missing: int
    low: float
    high: float
    quantiles: tuple[float, ...]
    bins: tuple[Bin, ...]


def in_order(values: FloatArray) -> FloatArray:
    """The known of `values` (n,), NaN = missing, ascending."""
    return np.sort(values[np.isfinite(values)])


def spread(values: FloatArray, known: FloatArray | None = None) -> Spread | NoAnswer:
    """Distribution of `values` (n,), NaN = missing; NoAnswer("no_values") when all are. known: the
    same `in_order`, where it is at hand.

    Up to 12 different values are counted one by one; else bins of equal width (whole numbers keep
    whole ends), 12 at most, reach to the 98 % quantile, and the last one takes in what lies beyond.
    """
    known = in_order(values) if known is None else known
    if not len(known):
        return NoAnswer("no_values", {"n": 0})
    quantiles = tuple(_quantile(known, share) for share in _SHARES)
    missing = len(values) - len(known)
    low, high = float(known[0]), float(known[-1])
    return Spread(len(known), missing, low, high, quantiles, _bins(known))


def _quantile(known: FloatArray, share: float) -> float:
    """Type 7 of Hyndman & Fan, of values in order."""
    place = share * (len(known) - 1)
    below = int(place)
    above = min(below + 1, len(known) - 1)
    return float(known[below] + (place - below) * (known[above] - known[below]))


def _bins(known: FloatArray) -> tuple[Bin, ...]:
    starts = np.flatnonzero(np.concatenate(([True], known[1:] != known[:-1])))
    levels, counts = known[starts], np.diff(np.concatenate((starts, [len(known)])))
    if len(levels) <= MOST_BINS:
        return tuple(Bin(float(v), float(v), int(n)) for v, n in zip(levels, counts, strict=True))
    tail = _quantile(known, _TAIL)
    low, high = float(levels[0]), tail if tail > levels[0] else float(levels[-1])
    edges = np.linspace(low, high, MOST_BINS + 1)
    if np.array_equal(levels, np.rint(levels)):
        edges = np.arange(low, high + 1, max(1.0, np.ceil((high - low) / MOST_BINS)))
    edges[-1] = levels[-1]
    ends = np.searchsorted(known, edges[1:-1], side="left")
    counts = np.diff(np.concatenate(([0], ends, [len(known)])))
    return tuple(
        Bin(float(a), float(b), int(n))
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    )


def cohorts(
    values: FloatArray,
    not_renewed: FloatArray,
    known: FloatArray | None = None,
    *,
    confidence: float = 0.95,
) -> tuple[Group, ...] | NoAnswer:
    """Renewal by groups of ascending value: tenths, or fewer so that 20 decisions stand in each.

    values (n,) with NaN = missing, not_renewed (n,) 0/1; known: the values `in_order`, where that
    is at hand. k = min(10, known // 20) groups; row i of
    the sorted known goes to group floor(i k / known), and equal values to the group of the first of
    them. Each group's rate is the share RENEWED with Wilson's interval; `label` is its number from
    1. NoAnswer("too_few_rows") below 40 known rows, "no_variation" when all values are equal.
    Raises ValueError for arrays of different length.
    """
    if len(values) != len(not_renewed):
        raise ValueError(f"{len(values)} values for {len(not_renewed)} decisions")
    known = in_order(values) if known is None else known
    groups = min(MOST_GROUPS, len(known) // ROWS_PER_GROUP)
    if groups < 2:
        return NoAnswer("too_few_rows", {"n": len(known), "n_needed": 2 * ROWS_PER_GROUP})
    lost = np.sort(values[np.isfinite(values) & (not_renewed > 0)])
    first = -(-np.arange(groups) * len(known) // groups)
    lowest = known[first]
    # Where a group would begin amid equal values it begins after them.
    amid = np.concatenate(([False], known[first[1:] - 1] == lowest[1:]))
    after = np.searchsorted(known, lowest, side="right")
    starts = np.unique(np.where(amid, after, first))
    starts = starts[starts < len(known)]
    if len(starts) < 2:
        starts = np.array([0, after[0]])
        if starts[1] == len(known):
            return NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
    return _cut(known, lost, starts.tolist(), confidence)


def _cut(
    known: FloatArray, lost: FloatArray, starts: list[int], confidence: float
) -> tuple[Group, ...]:
    made = []
    for i, (a, b) in enumerate(zip(starts, [*starts[1:], len(known)], strict=True), start=1):
        below = np.searchsorted(lost, known[a], side="left")
        events = int(np.searchsorted(lost, known[b - 1], side="right") - below)
        renewed: Answer | NoAnswer = rate(b - a - events, b - a, confidence)
        made.append(Group(str(i), float(known[a]), float(known[b - 1]), b - a, events, renewed))
    return tuple(made)
