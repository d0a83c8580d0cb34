"""The course of a metric before the decisions: its median per week and outcome.

A median's interval is distribution-free: with B ~ Binomial(n, 1/2), l the largest rank with
P(B <= l - 1) <= (1 - confidence) / 2, it reaches from the l-th smallest to the l-th largest value
(Conover 1999, Practical Nonparametric Statistics, 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.proportions import MINIMUM_N

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Point:
    """`weeks` before the decision, and the median of those who renewed and of those who did not."""

    weeks: int
    renewed: Answer | NoAnswer
    not_renewed: Answer | NoAnswer


def median(values: FloatArray, confidence: float = 0.95) -> Answer | NoAnswer:
    """Median of `values` (n,), NaN = missing, with its interval; NoAnswer("too_few_rows") below
    10 known.
    """
    from scipy.special import bdtr

    known = np.sort(values[np.isfinite(values)])
    n = len(known)
    if n < MINIMUM_N:
        return NoAnswer("too_few_rows", {"n": n, "n_needed": MINIMUM_N})
    tail = (1 - confidence) / 2
    below = bdtr(np.arange(n // 2 + 1), n, 0.5)
    rank = max(1, int(np.count_nonzero(below <= tail)))
    return Answer(
        value=float(np.median(known)), low=float(known[rank - 1]), high=float(known[n - rank]),
        n=n, events=0, scale="median", method="order_statistics", confidence=confidence,
    )  # fmt: skip


def course(values: FloatArray, not_renewed: BoolArray, weeks: Sequence[int]) -> tuple[Point, ...]:
    """Medians of `values` (n, len(weeks)), NaN = not measured, apart by `not_renewed` (n,).

    weeks: how long before the decision each column was measured. Raises ValueError for other
    shapes.
    """
    if values.shape != (len(not_renewed), len(weeks)):
        raise ValueError(f"need values of shape ({len(not_renewed)}, {len(weeks)})")
    return tuple(
        Point(week, median(column[~not_renewed]), median(column[not_renewed]))
        for week, column in zip(weeks, values.T, strict=True)
    )
