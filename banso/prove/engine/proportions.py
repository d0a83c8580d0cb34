"""Shares and their differences.

Letters: x successes out of n, p = x/n, z the two-sided normal quantile (1.96 at 95 %).
All shares lie in 0..1. References: Wilson 1927; Clopper & Pearson 1934; Newcombe 1998,
Statist. Med. 17:857-872 (one sample) and 17:873-890 (difference, method 10); Fleiss 1981 p. 139.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import chi_square_p, two_sided_z

MINIMUM_N = 10


class Interval(NamedTuple):
    """Limits of a share or of a difference of shares."""

    low: float
    high: float


class ChiSquare(NamedTuple):
    """A statistic, its degrees of freedom, and how often chance alone gives as much."""

    statistic: float
    df: int
    p: float


def _validate(successes: int, n: int) -> None:
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"need 0 <= successes <= n and n > 0, got {successes} of {n}")


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson score interval: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).

    Raises ValueError unless 0 <= successes <= n, n > 0.
    """
    _validate(successes, n)
    z = two_sided_z(confidence)
    p = successes / n
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if successes == 0 else (centre - half) / scale
    high = 1.0 if successes == n else (centre + half) / scale
    return Interval(max(0.0, low), min(1.0, high))


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Exact interval: quantiles of Beta(x, n-x+1) and Beta(x+1, n-x). Raises ValueError as
    `wilson`.
    """
    from scipy.special import betaincinv

    _validate(successes, n)
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1 - tail))
    return Interval(low, high)


def newcombe(x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95) -> Interval:
    """Interval of p1 - p2 by Newcombe's square-and-add of the two Wilson intervals (l, u).

    low = d - sqrt((p1-l1)^2 + (u2-p2)^2), high = d + sqrt((u1-p1)^2 + (p2-l2)^2), d = p1 - p2.
    """
    l1, u1 = wilson(x1, n1, confidence)
    l2, u2 = wilson(x2, n2, confidence)
    p1, p2 = x1 / n1, x2 / n2
    low = p1 - p2 - math.hypot(p1 - l1, u2 - p2)
    high = p1 - p2 + math.hypot(u1 - p1, p2 - l2)
    return Interval(max(-1.0, low), min(1.0, high))


def rate(
    successes: int, n: int, confidence: float = 0.95, minimum_n: int = MINIMUM_N
) -> Answer | NoAnswer:
    """A share with its Wilson interval, or NoAnswer("too_few_rows") when n < minimum_n: show counts
    then.
    """
    if n < minimum_n:
        needs = {"n": n, "n_needed": minimum_n, "successes": successes}
        return NoAnswer("too_few_rows", needs)
    low, high = wilson(successes, n, confidence)
    return Answer(
        value=successes / n,
        low=low,
        high=high,
        n=n,
        events=successes,
        scale="proportion",
        method="wilson",
        confidence=confidence,
    )


def difference(
    x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95, minimum_n: int = MINIMUM_N
) -> Answer | NoAnswer:
    """p1 - p2 with Newcombe's interval, or NoAnswer when either group has fewer than minimum_n
    rows.
    """
    if min(n1, n2) < minimum_n:
        needs = {"n": min(n1, n2), "n_needed": minimum_n}
        return NoAnswer("too_few_rows", needs)
    low, high = newcombe(x1, n1, x2, n2, confidence)
    return Answer(
        value=x1 / n1 - x2 / n2,
        low=low,
        high=high,
        n=n1 + n2,
        events=x1 + x2,
        scale="difference",
        method="newcombe",
        confidence=confidence,
    )


def heterogeneity(successes: Sequence[int], n: Sequence[int]) -> ChiSquare:
    """Pearson chi-square that k shares are equal, df = k - 1: sum (x_i - n_i P)^2 / (n_i P(1-P)).

    P is the pooled share. Raises ValueError when it is 0 or 1 (nothing varies).
    """
    pooled = _pooled(successes, n)
    spread = pooled * (1 - pooled)
    total = sum((x - m * pooled) ** 2 / (m * spread) for x, m in zip(successes, n, strict=True))
    df = len(n) - 1
    return ChiSquare(total, df, chi_square_p(total, df))


def trend(
    successes: Sequence[int], n: Sequence[int], scores: Sequence[float] | None = None
) -> ChiSquare:
    """Cochran-Armitage test for a linear trend of k shares over `scores` (default 1..k), df = 1.

    T = sum s_i (x_i - n_i P); chi2 = T^2 / (P(1-P) (sum n_i s_i^2 - (sum n_i s_i)^2 / N)).
    Raises ValueError where all or none succeeded, or scores do not vary.
    """
    s = list(scores) if scores is not None else [float(i + 1) for i in range(len(n))]
    pooled = _pooled(successes, n)
    rows = list(zip(successes, n, s, strict=True))
    total = sum(n)
    t = sum(score * (x - m * pooled) for x, m, score in rows)
    mean = sum(m * score for _, m, score in rows) / total
    spread = sum(m * (score - mean) ** 2 for _, m, score in rows)
    if spread == 0:
        raise ValueError("the scores do not vary")
    statistic = t * t / (pooled * (1 - pooled) * spread)
    return ChiSquare(statistic, 1, chi_square_p(statistic, 1))


def _pooled(successes: Sequence[int], n: Sequence[int]) -> float:
    pooled = sum(successes) / sum(n)
    if not 0 < pooled < 1:
        raise ValueError("all or none succeeded: nothing to test")
    return pooled
