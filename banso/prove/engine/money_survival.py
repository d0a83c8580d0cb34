"""Kaplan-Meier weighted by money: of what customers paid, how much is still with us?

Letters: row i weighs w_i (what it paid when it began); at each time t with events D, W = sum of w
of those at risk, h = sum over D of w / W, S(t) = product (1 - h). Variance of ln S(t), robust to
weights that differ: sum over i of u_i^2, u_i = w_i (sum over times <= t of (own event - own risk h)
/ (W (1 - h))). Limits as in `survival`: S^exp(-+ z sqrt(v) / ln S). Few large customers make few:
at_risk counts (sum w)^2 / sum w^2 of those at risk (Kish 1965). With equal weights S is
Kaplan-Meier's. References: Lin & Wei 1989 (robust variance); Therneau & Grambsch 2000 section 2.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_z
from banso.prove.engine.survival import (
    MINIMUM_AT_RISK,
    Curve,
    FloatArray,
    IntArray,
    survival_at,
)


@dataclass(frozen=True, slots=True)
class MoneyCurve(Curve):
    """As `Curve`, of money: survival is the share of it still there, at_risk how many customers of
    the same size those at risk count for.
    """


def money_survival(
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    weight: npt.ArrayLike,
    entry: npt.ArrayLike | None = None,
    *,
    given: float = 0.0,
    confidence: float = 0.95,
) -> MoneyCurve | NoAnswer:
    """The curve of rows (n,) as in `kaplan_meier`, each with its weight >= 0.

    Rows without weight are left out. NoAnswer("no_money") when none has any. Raises ValueError for
    unequal lengths, NaN, negative weights, or an entry not before its duration.
    """
    stop, w = np.asarray(duration, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    hit = np.asarray(event).astype(bool)
    start = np.full(len(stop), -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    if not len(stop) == len(hit) == len(start) == len(w):
        raise ValueError("need equally long duration, event, weight and entry")
    if np.isnan(stop).any() or np.isnan(start).any() or not np.isfinite(w).all():
        raise ValueError("times and weights must be numbers")
    if (start >= stop).any() or (w < 0).any():
        raise ValueError("every row needs entry < duration and a weight of 0 or more")
    rows = w > 0
    if not rows.any():
        return NoAnswer("no_money", {"rows": len(w)})
    stop, w, hit, start = stop[rows], w[rows] / w[rows].mean(), hit[rows], start[rows]
    times, died = np.unique(stop[hit & (stop > given)], return_counts=True)
    at_risk = _at_risk(stop, start, w, times)
    place = np.searchsorted(times, stop)
    counts = hit & (stop > given)
    lost = np.bincount(place[counts], weights=w[counts], minlength=len(times))
    h = lost / at_risk
    left_over = np.cumprod(1.0 - h).astype(np.float64)
    survival = np.where(left_over < 1e-12, 0.0, left_over)
    spread = _spread(stop, start, counts, w, times, at_risk, h)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.exp(two_sided_z(confidence) * spread / np.log(survival))
        low = np.where(survival > 0, survival ** (1.0 / power), 0.0)
        high = np.where(survival > 0, survival**power, 0.0)
    worth = at_risk**2 / _at_risk(stop, start, w**2, times)
    return MoneyCurve(
        times, survival, np.where(survival > 0, survival * spread, 0.0), low, high,
        np.floor(worth + 1e-9).astype(np.int64), died.astype(np.int64), len(stop), given,
        float(stop.max()), confidence,
    )  # fmt: skip


def money_at(
    curve: MoneyCurve, time: float, minimum_at_risk: int = MINIMUM_AT_RISK
) -> Answer | NoAnswer:
    """The share of the money still there at `time`; NoAnswer as in `survival_at`."""
    found = survival_at(curve, time, minimum_at_risk)
    return replace(found, method="weighted_kaplan_meier") if isinstance(found, Answer) else found


def _at_risk(stop: FloatArray, start: FloatArray, w: FloatArray, times: FloatArray) -> FloatArray:
    """Weight of the rows with entry < t <= duration, at each time."""
    by_stop, by_start = np.argsort(stop, kind="stable"), np.argsort(start, kind="stable")
    gone = np.append(0.0, np.cumsum(w[by_stop]))
    come = np.append(0.0, np.cumsum(w[by_start]))
    still = gone[-1] - gone[np.searchsorted(stop[by_stop], times, side="left")]
    not_yet = come[-1] - come[np.searchsorted(start[by_start], times, side="left")]
    return np.asarray(still - not_yet, dtype=np.float64)


def _spread(
    stop: FloatArray,
    start: FloatArray,
    hit: npt.NDArray[np.bool_],
    w: FloatArray,
    times: FloatArray,
    at_risk: FloatArray,
    h: FloatArray,
) -> FloatArray:
    """Standard error of ln S at each time.

    A row's u is settled once it has left; of those at risk, u = w (A(entry) - A(t)) with A the sum
    of own risks, so that sums of w^2, w^2 A(entry) and w^2 A(entry)^2 are enough.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(h < 1.0, 1.0 / (at_risk * (1.0 - h)), np.nan)
    risked = np.append(0.0, np.cumsum(h * step))
    left = np.searchsorted(times, stop, side="right")
    entered = np.searchsorted(times, start, side="right")
    own = np.where(hit, np.append(step, 0.0)[np.maximum(left - 1, 0)], 0.0)
    settled = (w * (own + risked[entered] - risked[left])) ** 2
    begun = risked[entered]

    def until(place: IntArray, values: FloatArray) -> FloatArray:
        return np.cumsum(np.bincount(place, weights=values, minlength=len(times) + 1))

    w2 = w**2
    s0, s1, s2 = (
        until(entered, values) - until(left, values) for values in (w2, w2 * begun, w2 * begun**2)
    )
    squares = until(left, settled) + s2 - 2 * risked * s1 + risked**2 * s0
    return np.asarray(np.sqrt(np.maximum(squares[1:], 0.0)), dtype=np.float64)
