"""Which of two scores ranks better, on the same rows.

Letters: m rows with the event, k without; V_i, U_j the placement of an event among the non-events
and of a non-event among the events (DeLong's structural components); d their differences between
the two scores. References: DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837 (rows
independent); Obuchowski 1997, Biometrics 53:567 (several rows of one cluster).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.calibration import midranks
from banso.prove.engine.normal import two_sided_p, two_sided_z

FloatArray = npt.NDArray[np.float64]


def auc_difference(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    event: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    minimum: int = 10,
) -> Answer | NoAnswer:
    """AUC of ``second`` less AUC of ``first``, with p of no difference.

    first, second, event: (n,), a higher score should mean the event. With clusters (n,) the
    components of one cluster are added up before they are squared:
    var = S_V/m^2 + S_U/k^2 + 2 S_VU/(m k), S_V = I/(I-1) sum over clusters of (sum (d_V - mean))^2
    with I the clusters that have events, and so on; alone in its cluster each row gives DeLong's.
    NoAnswer("too_few_events" | "too_few_non_events") below ``minimum`` on a side,
    NoAnswer("same_ranking") when both put all rows alike; ValueError for NaN or other lengths.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    y = np.asarray(event).astype(bool)
    if not len(a) == len(b) == len(y) or np.isnan(a).any() or np.isnan(b).any():
        raise ValueError("need equally long scores and events, scores without NaN")
    m, k = int(y.sum()), int((~y).sum())
    if min(m, k) < max(2, minimum):
        reason = "too_few_events" if m <= k else "too_few_non_events"
        return NoAnswer(reason, {"events": m, "non_events": k, "needed": minimum})
    of = np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    if len(of) != len(y):
        raise ValueError("need a cluster for each row")
    (va, ua), (vb, ub) = placements(a, y), placements(b, y)
    v, u = vb - va, ub - ua
    value = float(v.mean())
    se = math.sqrt(max(_variance(v - value, u - value, y, of), 0.0))
    if se < 1e-12:
        return NoAnswer("same_ranking", {"events": m, "non_events": k})
    half = two_sided_z(confidence) * se
    return Answer(
        value=value,
        low=max(-1.0, value - half),
        high=min(1.0, value + half),
        n=m + k,
        events=m,
        accounts=len(np.unique(of)),
        scale="auc_difference",
        method="delong" if clusters is None else "obuchowski",
        confidence=confidence,
        se=se,
        p=two_sided_p(value / se),
    )


def placements(score: FloatArray, event: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """V (m,) and U (k,): the share of the other class that each row is rightly placed against."""
    m, k = int(event.sum()), int((~event).sum())
    ranks = midranks(score)
    v = (ranks[event] - midranks(score[event])) / k
    u = 1.0 - (ranks[~event] - midranks(score[~event])) / m
    return np.asarray(v), np.asarray(u)


def _variance(
    v: FloatArray, u: FloatArray, event: npt.NDArray[np.bool_], of: npt.NDArray[np.intp]
) -> float:
    """Obuchowski's variance from centred components; DeLong's where no cluster has two rows."""
    m, k, size = len(v), len(u), int(of.max()) + 1
    by_event = np.bincount(of[event], weights=v, minlength=size)
    by_other = np.bincount(of[~event], weights=u, minlength=size)
    with_event = len(np.unique(of[event]))
    with_other = len(np.unique(of[~event]))
    both = len(np.unique(of))
    if min(with_event, with_other) < 2:
        return 0.0
    s_v = with_event / (with_event - 1) * float((by_event**2).sum())
    s_u = with_other / (with_other - 1) * float((by_other**2).sum())
    s_vu = both / (both - 1) * float((by_event * by_other).sum())
    return s_v / m**2 + s_u / k**2 + 2 * s_vu / (m * k)
