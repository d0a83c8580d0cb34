"""Looking several times without being fooled: Lan-DeMets bounds of O'Brien-Fleming's kind.

Letters: t_1 < ... < t_K <= 1 the shares of the information at the looks, Z_k the test statistic at
look k, a*(t) the part of alpha spent by t, b_k the bound: P(|Z_k| >= b_k for the first time at k) =
a*(t_k) - a*(t_{k-1}) when nothing is different. Each side spends what O'Brien and Fleming's bounds
for alpha/2 would: a*(t) = 2 (2 - 2 Phi(z_{1 - alpha/4} / sqrt(t))). Computed by integrating the
density of B_k = sqrt(t_k) Z_k forward (Armitage, McPherson & Rowe 1969). References: Lan & DeMets
1983, Biometrika 70:659; Jennison & Turnbull 2000, ch. 19.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from banso.prove.engine.normal import cumulative, quantile, two_sided_p
from banso.prove.engine.regression import FloatArray

_POINTS = 501
_FURTHEST = 8.0


def spent(t: float, alpha: float = 0.05) -> float:
    """a*(t), the two-sided error spent by information t (0 < t <= 1; more counts as 1)."""
    if t <= 0:
        return 0.0
    return 4.0 - 4.0 * cumulative(quantile(1 - alpha / 4) / math.sqrt(min(1.0, t)))


def bounds(information: Sequence[float], alpha: float = 0.05) -> tuple[float, ...]:
    """b_1 ... b_K for looks at these shares of the information.

    Raises ValueError unless they rise strictly and lie in 0..1. The first looks of few data have
    bounds beyond 8 and are given as that: they cannot be crossed.
    """
    _rising(information)
    found: list[float] = []
    density: FloatArray | None = None
    grid = np.zeros(0)
    before, used = 0.0, 0.0
    for t in information:
        allowed = spent(t, alpha) - used
        step = t - before

        crossing = partial(_bound_crossing, density=density, grid=grid, t=t, step=step)
        bound = _solve(crossing, allowed)
        grid_next = np.linspace(-bound * math.sqrt(t), bound * math.sqrt(t), _POINTS)
        density = _forward(grid_next, density, grid, step)
        grid, before = grid_next, t
        used += allowed
        found.append(bound)
    return tuple(found)


def crossing_probability(
    information: Sequence[float], limits: Sequence[float], drift: float = 0.0
) -> float:
    """P(|Z_k| >= limit_k at some look) when B has this drift (E Z at t = 1; 0: no difference)."""
    _rising(information)
    density: FloatArray | None = None
    grid, before, total = np.zeros(0), 0.0, 0.0
    for t, limit in zip(information, limits, strict=True):
        edge, step = limit * math.sqrt(t), t - before
        total += _crossing(edge, density, grid, step, drift)
        grid_next = np.linspace(-edge, edge, _POINTS)
        density = _forward(grid_next, density, grid, step, drift)
        grid, before = grid_next, t
    return total


@dataclass(frozen=True, slots=True)
class Plan:
    """Looks planned beforehand: shares of information, bounds, error spent by each, and how much

    larger the sample must be than with a single look for the same power (inflation, >= 1).
    """

    information: tuple[float, ...]
    bounds: tuple[float, ...]
    spent: tuple[float, ...]
    inflation: float


def plan(information: Sequence[float], alpha: float = 0.05, power: float = 0.8) -> Plan:
    """Bounds and their price for looks at these shares, the last of which should be 1."""
    limits = bounds(information, alpha)
    single = quantile(1 - alpha / 2) + quantile(power)
    low, high = single * 0.9, single * 2
    for _ in range(50):
        middle = (low + high) / 2
        enough = crossing_probability(information, limits, middle) >= power
        low, high = (low, middle) if enough else (middle, high)
    return Plan(
        tuple(information), limits, tuple(spent(t, alpha) for t in information),
        max(1.0, (high / single) ** 2),
    )  # fmt: skip


def _bound_crossing(
    bound: float, *, density: FloatArray | None, grid: FloatArray, t: float, step: float
) -> float:
    return _crossing(bound * math.sqrt(t), density, grid, step)


def _rising(information: Sequence[float]) -> None:
    if not information or information[0] <= 0 or information[-1] > 1:
        raise ValueError("information must lie in 0..1")
    if any(b <= a for a, b in pairwise(information)):
        raise ValueError("information must rise from look to look")


def _solve(crossing: Callable[[float], float], allowed: float) -> float:
    """The bound crossed with probability `allowed`, by bisection."""
    low, high = 0.0, _FURTHEST
    if allowed <= 0 or crossing(high) >= allowed:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if crossing(middle) > allowed else (low, middle)
    return high


def _crossing(
    edge: float, density: FloatArray | None, grid: FloatArray, step: float, drift: float = 0.0
) -> float:
    """P(|B| >= edge after one more step), among those that have not crossed yet."""
    spread, shift = math.sqrt(step), drift * step
    if density is None:
        return float(_tails(np.zeros(1), edge, spread, shift)[0])
    return float(np.trapezoid(density * _tails(grid, edge, spread, shift), grid))


def _tails(start: FloatArray, edge: float, spread: float, shift: float) -> FloatArray:
    from scipy.special import ndtr

    above = ndtr((start + shift - edge) / spread)
    return np.asarray(above + ndtr((-edge - start - shift) / spread))


def _forward(
    grid: FloatArray, density: FloatArray | None, old: FloatArray, step: float, drift: float = 0.0
) -> FloatArray:
    """The density of B on `grid` after one more step, of those that have not crossed."""
    shift = drift * step

    def normal(gap: FloatArray) -> FloatArray:
        return np.asarray(np.exp(-0.5 * gap * gap / step) / math.sqrt(2 * math.pi * step))

    if density is None:
        return normal(grid - shift)
    moved = normal(grid[:, None] - old[None, :] - shift) * density[None, :]
    return np.asarray(np.trapezoid(moved, old, axis=1))


def repeated_confidence(bound: float) -> float:
    """The confidence of an interval of `bound` standard errors either side: 1 - P(|Z| >= bound)."""
    return 1.0 - two_sided_p(bound)
