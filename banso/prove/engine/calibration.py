"""How well a score ranks (AUC) and how right its probabilities are (Brier).

Letters: m rows with the event, k without; AUC = P(score of an event > score of a non-event) + half
the ties. References: DeLong, DeLong & Clarke-Pearson 1988; Hanley & McNeil 1982, Radiology 143:29;
Pepe 2003 (interval on the logit scale); Newcombe 2006, Statist. Med. 25:559; Brier 1950.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_p, two_sided_z

FloatArray = npt.NDArray[np.float64]


def midranks(values: FloatArray) -> FloatArray:
    """Ranks 1..n with ties sharing their mean rank."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    group = np.cumsum(first) - 1
    edges = np.concatenate((np.flatnonzero(first), [len(values)]))
    ranks = np.empty(len(values))
    ranks[order] = ((edges[:-1] + 1 + edges[1:]) / 2)[group]
    return ranks


def auc(
    score: npt.ArrayLike, event: npt.ArrayLike, *, confidence: float = 0.95, minimum: int = 10
) -> Answer | NoAnswer:
    """AUC with DeLong's standard error; p tests AUC = 0.5. Rows are taken as independent.

    With R midranks over all rows and r midranks within a class: V_i = (R_i - r_i)/k over events,
    U_j = 1 - (R_j - r_j)/m over non-events; AUC = mean V; var = var(V)/m + var(U)/k. Interval:
    logit A -+ z se / (A (1 - A)), which keeps what it promises with few events; where the score
    separates everything (no variance) Newcombe's limits, so that it never looks certain.
    NoAnswer("too_few_events" | "too_few_non_events") below `minimum` on a side, "no_variation" when
    all scores are alike; ValueError for NaN scores.
    """
    s = np.asarray(score, dtype=np.float64)
    y = np.asarray(event).astype(bool)
    if len(s) != len(y) or np.isnan(s).any():
        raise ValueError("need equally long score and event, scores without NaN")
    m, k = int(y.sum()), int((~y).sum())
    if min(m, k) < max(2, minimum):
        reason = "too_few_events" if m <= k else "too_few_non_events"
        return NoAnswer(reason, {"events": m, "non_events": k, "needed": minimum})
    if s.min() == s.max():
        return NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
    ranks = midranks(s)
    v = (ranks[y] - midranks(s[y])) / k
    u = 1.0 - (ranks[~y] - midranks(s[~y])) / m
    value = float(v.mean())
    se = math.sqrt(float(v.var(ddof=1)) / m + float(u.var(ddof=1)) / k)
    low, high = _limits(value, se, m, k, two_sided_z(confidence))
    return Answer(
        value=value,
        low=low,
        high=high,
        n=m + k,
        events=m,
        scale="auc",
        method="delong",
        confidence=confidence,
        se=se,
        p=two_sided_p((value - 0.5) / se) if se > 0 else None,
    )


def _limits(a: float, se: float, events: int, non_events: int, z: float) -> tuple[float, float]:
    if se > 0 and 0 < a < 1:
        middle, half = math.log(a / (1 - a)), z * se / (a * (1 - a))
        return 1 / (1 + math.exp(-(middle - half))), 1 / (1 + math.exp(-(middle + half)))
    share = _newcombe_limit(max(a, 1 - a), events, non_events, z)
    return (share, a) if a > 0.5 else (a, 1 - share)


def _newcombe_limit(a: float, events: int, non_events: int, z: float) -> float:
    """The lower A0 with a - A0 = z se(A0), se^2 = A0 (1 - A0) (1 + N (1 - A0) / (2 - A0) +
    N A0 / (1 + A0)) / (m k), N = (m + k) / 2 - 1.
    """
    size = (events + non_events) / 2 - 1
    low, high = 0.5, a
    for _ in range(60):
        t = (low + high) / 2
        spread = 1 + size * (1 - t) / (2 - t) + size * t / (1 + t)
        inside = a - t <= z * math.sqrt(t * (1 - t) * spread / (events * non_events))
        low, high = (low, t) if inside else (t, high)
    return (low + high) / 2


def hanley_mcneil_se(auc_value: float, events: int, non_events: int) -> float:
    """Standard error from the AUC A alone: Q1 = A/(2-A), Q2 = 2A^2/(1+A),

    se^2 = (A(1-A) + (m-1)(Q1-A^2) + (k-1)(Q2-A^2)) / (m k).
    """
    a = auc_value
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    top = a * (1 - a) + (events - 1) * (q1 - a * a) + (non_events - 1) * (q2 - a * a)
    return math.sqrt(top / (events * non_events))


def brier(probability: npt.ArrayLike, event: npt.ArrayLike) -> float:
    """Mean of (probability - event)^2; 0 is perfect. ValueError for no rows or a probability
    outside 0..1.
    """
    p = np.asarray(probability, dtype=np.float64)
    y = np.asarray(event).astype(np.float64)
    if not len(p) or len(p) != len(y) or not np.all((p >= 0) & (p <= 1)):
        raise ValueError("need equally long probabilities in 0..1 and events")
    return float(np.mean((p - y) ** 2))


def brier_skill(probability: npt.ArrayLike, event: npt.ArrayLike) -> float | None:
    """1 - Brier / Brier of the base rate; None when all or none had the event."""
    y = np.asarray(event).astype(np.float64)
    base = float(y.mean()) if len(y) else 0.0
    if base in (0.0, 1.0):
        return None
    return 1.0 - brier(probability, event) / (base * (1 - base))
