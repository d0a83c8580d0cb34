"""How many have reached a step by when, where others leave before they can (competing events).

Letters: at each event time t_j, n_j at risk (entry < t_j <= duration), d_j events of any kind,
d_kj of kind k. S(t) = product (1 - d/n) is the share still on the way; cumulative incidence
F_k(t) = sum over t_j <= t of S(t_j-) d_kj / n_j (Aalen & Johansen 1978). Counting those who left as
"not yet seen" (1 - Kaplan-Meier) overstates, reached / started understates.
Variance (delta method; Marubini & Valsecchi 1995 section 10.3), with D = F(t) - F(t_j):
  sum D^2 d/(n (n-d)) + S(t-)^2 (n-d_k) d_k / n^3 - 2 D S(t-) d_k / n^2;
limits F^exp(-+ z se / (F ln F)) (log-log), which stay between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_z
from banso.prove.engine.regression import FloatArray, IntArray
from banso.prove.engine.survival import MINIMUM_AT_RISK, steps_until


@dataclass(frozen=True, slots=True)
class Incidence:
    """One value per distinct event time of any kind: share that had the event, its standard error
    and limits, the share still on the way, number at risk, events of the kind and of the others.

    n rows, waiting: rows that were still on the way when last seen; last: the longest duration.
    """

    time: FloatArray
    share: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    on_the_way: FloatArray
    at_risk: IntArray
    events: IntArray
    others: IntArray
    n: int
    waiting: int
    last: float
    confidence: float


def cumulative_incidence(
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    kind: int,
    entry: npt.ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Incidence:
    """The share of customers that had event `kind` by each time.

    duration (n,): until the event or the last look; event (n,): 0 = still on the way, 1, 2, … =
    what happened; entry (n,): seen from then on. Raises ValueError for unequal lengths, NaN, no
    rows, an entry not before its duration, or a kind below 1.
    """
    stop, what = np.asarray(duration, dtype=np.float64), np.asarray(event).astype(np.int64)
    start = np.full(len(stop), -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    if not len(stop) or not len(stop) == len(what) == len(start):
        raise ValueError("need equally long, non-empty duration, event and entry")
    if np.isnan(stop).any() or np.isnan(start).any() or (start >= stop).any():
        raise ValueError("every row needs entry < duration, without NaN")
    if kind < 1:
        raise ValueError("kinds of events are 1, 2, …")
    times = np.unique(stop[what > 0])
    place = np.searchsorted(times, stop)
    any_kind = np.bincount(place[what > 0], minlength=len(times)).astype(np.float64)
    mine = np.bincount(place[what == kind], minlength=len(times)).astype(np.float64)
    still = len(stop) - np.searchsorted(np.sort(stop), times, side="left")
    not_yet = len(stop) - np.searchsorted(np.sort(start), times, side="left")
    at_risk = (still - not_yet).astype(np.float64)
    left = np.cumprod(1.0 - any_kind / at_risk).astype(np.float64)
    before = np.concatenate(([1.0], left[:-1]))
    share = np.cumsum(before * mine / at_risk)
    se = _errors(share, before, at_risk, any_kind, mine)
    low, high = _limits(share, se, two_sided_z(confidence))
    return Incidence(
        time=times,
        share=share,
        se=se,
        low=low,
        high=high,
        on_the_way=left,
        at_risk=at_risk.astype(np.int64),
        events=mine.astype(np.int64),
        others=(any_kind - mine).astype(np.int64),
        n=len(stop),
        waiting=int((what == 0).sum()),
        last=float(stop.max()),
        confidence=confidence,
    )


def _errors(
    share: FloatArray, before: FloatArray, n: FloatArray, d: FloatArray, dk: FloatArray
) -> FloatArray:
    """The variance written out in powers of F(t), so that one pass of running sums gives all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pace = np.where(n > d, d / (n * (n - d)), 0.0)  # nobody is left: nothing is added later
    jump = before * dk / n**2
    own = before**2 * (n - dk) * dk / n**3
    variance = (
        share**2 * np.cumsum(pace)
        - 2 * share * np.cumsum(pace * share)
        + np.cumsum(pace * share**2)
        + np.cumsum(own)
        - 2 * (share * np.cumsum(jump) - np.cumsum(jump * share))
    )
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _limits(share: FloatArray, se: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    inside = (share > 0) & (share < 1)
    f = np.where(inside, share, 0.5)
    power = np.exp(z * se / (f * np.abs(np.log(f))))
    low = np.where(inside, f**power, share)
    return low, np.where(inside, f ** (1.0 / power), share)


def incidence_at(
    curve: Incidence, time: float, minimum_at_risk: int = MINIMUM_AT_RISK
) -> Answer | NoAnswer:
    """The share that had the event by `time`, with its interval.

    NoAnswer: "beyond_follow_up" after the last time seen, "too_few_at_risk" when the smallest risk
    set up to `time` has fewer rows than asked for, "no_events" while nobody had it.
    """
    steps = steps_until(curve, time, minimum_at_risk)
    if isinstance(steps, NoAnswer):
        return steps
    i = steps - 1
    return Answer(
        value=float(curve.share[i]),
        low=float(curve.low[i]),
        high=float(curve.high[i]),
        n=curve.n,
        events=int(curve.events[:steps].sum()),
        scale="proportion",
        method="aalen_johansen",
        confidence=curve.confidence,
        se=float(curve.se[i]),
    )


def days_until(
    curve: Incidence, share: float = 0.5, minimum_at_risk: int = MINIMUM_AT_RISK
) -> float | NoAnswer:
    """The first time at which `share` of all customers had the event (the median for one half).

    NoAnswer: "not_reached" when fewer had it by the last time at which enough were at risk.
    """
    sure = int(np.argmax(curve.at_risk < minimum_at_risk)) if len(curve.time) else 0
    steps = sure if len(curve.time) and curve.at_risk.min() < minimum_at_risk else len(curve.time)
    reached = np.flatnonzero(curve.share[:steps] >= share - 1e-12)
    if not len(reached):
        most = float(curve.share[steps - 1]) if steps else 0.0
        return NoAnswer("not_reached", {"share": most, "share_needed": share})
    return float(curve.time[reached[0]])
