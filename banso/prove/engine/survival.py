"""Kaplan-Meier with late entry.

Letters: at each time t with d events, n at risk = rows with entry < t <= duration.
S(t) = product (1 - d/n); Greenwood: v = sum d / (n (n - d)); se(S) = S sqrt(v);
log-log limits: S^exp(-+ z sqrt(v) / ln S). References: Kaplan & Meier 1958; Greenwood 1926;
Kalbfleisch & Prentice 2002 section 1.4; late entry: Klein & Moeschberger 2003 section 4.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_z

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MINIMUM_AT_RISK = 10


@dataclass(frozen=True, slots=True)
class Curve:
    """One value per distinct event time: survival, its standard error and limits, number at risk,
    events.

    `given` is the time the curve starts from (S = 1 there); `last` the longest duration seen; `n`
    rows.
    """

    time: FloatArray
    survival: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: IntArray
    events: IntArray
    n: int
    given: float
    last: float
    confidence: float


def kaplan_meier(
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    entry: npt.ArrayLike | None = None,
    *,
    given: float = 0.0,
    confidence: float = 0.95,
) -> Curve:
    """The curve of rows that last `duration`, end in an event (True) or censored, and are seen from
    `entry` on.

    duration, event, entry: shape (n,), one unit of time for all. `given`: only times after it
    count, so that S is conditional on lasting that long; with late entry choose it where enough
    rows are at risk, because an early time with two rows at risk would otherwise ruin the whole
    curve. Raises ValueError for unequal lengths, NaN, no rows, or an entry not before its duration.
    """
    stop = np.asarray(duration, dtype=np.float64)
    hit = np.asarray(event).astype(bool)
    start = np.full(len(stop), -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    if not len(stop) or not len(stop) == len(hit) == len(start):
        raise ValueError("need equally long, non-empty duration, event and entry")
    if np.isnan(stop).any() or np.isnan(start).any() or (start >= stop).any():
        raise ValueError("every row needs entry < duration, without NaN")
    times, died = np.unique(stop[hit & (stop > given)], return_counts=True)
    still = len(stop) - np.searchsorted(np.sort(stop), times, side="left")
    not_yet = len(stop) - np.searchsorted(np.sort(start), times, side="left")
    at_risk = (still - not_yet).astype(np.int64)
    survival = np.cumprod(1.0 - died / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(died / (at_risk * (at_risk - died).astype(np.float64))))
        se = np.where(survival > 0, survival * spread, 0.0)
        power = np.exp(two_sided_z(confidence) * spread / np.log(survival))
        low = np.where(survival > 0, survival ** (1.0 / power), 0.0)
        high = np.where(survival > 0, survival**power, 0.0)
    return Curve(
        times,
        survival,
        se,
        low,
        high,
        at_risk,
        died.astype(np.int64),
        len(stop),
        given,
        float(stop.max()),
        confidence,
    )


class Steps(Protocol):
    """A curve over time that is read at a time."""

    @property
    def time(self) -> FloatArray: ...
    @property
    def at_risk(self) -> IntArray: ...
    @property
    def events(self) -> IntArray: ...
    @property
    def last(self) -> float: ...


def steps_until(curve: Steps, time: float, minimum_at_risk: int) -> int | NoAnswer:
    """How many of a curve's times lie up to `time`, or why it cannot be read there: NoAnswer
    "beyond_follow_up", "no_events", "too_few_at_risk".
    """
    if time > curve.last:
        return NoAnswer("beyond_follow_up", {"time": time, "last": curve.last})
    steps = int(np.searchsorted(curve.time, time, side="right"))
    if steps == 0 or not curve.events[:steps].any():
        return NoAnswer("no_events", {"time": time, "events": 0})
    fewest = int(curve.at_risk[:steps].min())
    if fewest < minimum_at_risk:
        return NoAnswer("too_few_at_risk", {"at_risk": fewest, "at_risk_needed": minimum_at_risk})
    return steps


def survival_at(
    curve: Curve, time: float, minimum_at_risk: int = MINIMUM_AT_RISK
) -> Answer | NoAnswer:
    """S(time) with its log-log interval.

    NoAnswer("beyond_follow_up") after the last time seen; NoAnswer("too_few_at_risk") when the
    smallest risk set up to `time` has fewer than minimum_at_risk rows; NoAnswer("no_events") before
    the first event.
    """
    steps = steps_until(curve, time, minimum_at_risk)
    if isinstance(steps, NoAnswer):
        return steps
    i = steps - 1
    return Answer(
        value=float(curve.survival[i]),
        low=float(curve.low[i]),
        high=float(curve.high[i]),
        n=curve.n,
        events=int(curve.events[:steps].sum()),
        scale="survival",
        method="kaplan_meier",
        confidence=curve.confidence,
        se=float(curve.se[i]),
    )
