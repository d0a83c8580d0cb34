"""The log-rank test: do groups of customers leave at the same pace?

Letters: at each event time, n_g at risk in group g and n in all, d_g events and d in all. Observed
O_g = sum of d_g, expected E_g = sum of d n_g / n, covariance V = sum of
d (n - d)/(n - 1) (n_g/n)(1[g=h] - n_h/n); chi2 = (O-E)' V^-1 (O-E) without the last group.
References: Mantel 1966; Peto & Peto 1972; late entry: Klein & Moeschberger 2003 section 7.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.normal import chi_square_p
from banso.prove.engine.regression import FloatArray, IntArray

MINIMUM_EVENTS = 20


@dataclass(frozen=True, slots=True)
class LogRank:
    """Per group (sorted): rows, observed and expected events; the test that all paces are the
    same.
    """

    groups: tuple[str | int | float, ...]
    rows: IntArray
    observed: IntArray
    expected: FloatArray
    chi2: float
    df: int
    p: float


def log_rank(
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    group: npt.ArrayLike,
    entry: npt.ArrayLike | None = None,
    *,
    minimum_events: int = MINIMUM_EVENTS,
) -> LogRank | NoAnswer:
    """Compare the groups' times to the event; rows are seen from `entry` on.

    duration, event, group, entry: (n,). NoAnswer: "one_group" when fewer than two groups are ever
    at risk together with an event, "too_few_events" below `minimum_events`. Raises ValueError for
    unequal lengths, NaN or an entry not before its duration.
    """
    stop = np.asarray(duration, dtype=np.float64)
    hit = np.asarray(event).astype(bool)
    levels, codes = np.unique(np.asarray(group), return_inverse=True)
    start = np.full(len(stop), -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    if not len(stop) == len(hit) == len(codes) == len(start):
        raise ValueError("need equally long duration, event, group and entry")
    if np.isnan(stop).any() or np.isnan(start).any() or (start >= stop).any():
        raise ValueError("every row needs entry < duration, without NaN")
    if int(hit.sum()) < minimum_events:
        needs = {"events": int(hit.sum()), "events_needed": minimum_events}
        return NoAnswer("too_few_events", needs)
    codes = codes.reshape(-1)
    at_risk, died = _tables(stop, hit, start, codes, len(levels))
    n, d = at_risk.sum(axis=1), died.sum(axis=1)
    share = at_risk / n[:, None]
    expected = (d[:, None] * share).sum(axis=0)
    spread = np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1), 0.0)
    covariance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    kept = np.flatnonzero(np.diag(covariance) > 1e-12)
    if len(kept) < 2:
        return NoAnswer("one_group", {"groups": len(kept)})
    apart = (died.sum(axis=0) - expected)[kept[:-1]]
    inner = covariance[np.ix_(kept[:-1], kept[:-1])]
    chi2 = float(apart @ np.linalg.solve(inner, apart))
    return LogRank(
        groups=tuple(levels.tolist()),
        rows=np.bincount(codes, minlength=len(levels)).astype(np.int64),
        observed=died.sum(axis=0).astype(np.int64),
        expected=expected,
        chi2=chi2,
        df=len(kept) - 1,
        p=chi_square_p(chi2, len(kept) - 1),
    )


def _tables(
    stop: FloatArray,
    hit: npt.NDArray[np.bool_],
    start: FloatArray,
    codes: npt.NDArray[np.intp],
    groups: int,
) -> tuple[FloatArray, FloatArray]:
    """At risk and events per event time and group: (times, groups) each."""
    times = np.unique(stop[hit])
    at_risk = np.empty((len(times), groups))
    died = np.empty((len(times), groups))
    for g in range(groups):
        mine = codes == g
        still = mine.sum() - np.searchsorted(np.sort(stop[mine]), times, side="left")
        not_yet = mine.sum() - np.searchsorted(np.sort(start[mine]), times, side="left")
        at_risk[:, g] = still - not_yet
        place = np.searchsorted(times, stop[mine & hit])
        died[:, g] = np.bincount(place, minlength=len(times))
    return at_risk, died
