"""How often the customer with the higher risk score leaves first (Harrell's C)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_z

_BLOCK = 512
_MOST_ROWS = 3000


def concordance(
    duration: npt.ArrayLike, event: npt.ArrayLike, score: npt.ArrayLike
) -> float | NoAnswer:
    """C = (pairs in the right order + half of equal scores) / comparable pairs.

    duration, event, score: (n,); a higher score should end sooner. Pairs are comparable when one
    ends in an event and the other is seen longer (at the same time: only if it is censored). 0.5 =
    no better than chance. NoAnswer("no_comparable_pairs") when there are none. Raises ValueError
    for unequal lengths or NaN. Reference: Harrell, Lee & Mark 1996.
    """
    stop = np.asarray(duration, dtype=np.float64)
    hit = np.asarray(event).astype(bool)
    risk = np.asarray(score, dtype=np.float64)
    if not len(stop) == len(hit) == len(risk):
        raise ValueError("need equally long duration, event and score")
    if np.isnan(stop).any() or np.isnan(risk).any():
        raise ValueError("durations and scores must not be NaN")
    order = np.lexsort((hit, -stop))  # longest first; at one time the censored before the events
    stop, hit, risk = stop[order], hit[order], risk[order]
    right, pairs = 0.0, 0
    longer = np.empty(0)
    for begin in range(0, len(stop), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        t, d, s = stop[part], hit[part], risk[part]
        lower = np.searchsorted(longer, s, side="left")
        equal = np.searchsorted(longer, s, side="right") - lower
        same = np.flatnonzero((stop[:begin] == t[0]) & hit[:begin])
        right += float((lower + 0.5 * equal)[d].sum())
        pairs += int(d.sum()) * begin
        if len(same):  # events at the time of this block's first rows are no pairs with them
            ties = d & (t == t[0])
            against = np.sort(risk[same])
            less = np.searchsorted(against, s[ties], side="left")
            also = np.searchsorted(against, s[ties], side="right") - less
            right -= float((less + 0.5 * also).sum())
            pairs -= int(ties.sum()) * len(same)
        comparable = d[:, None] & ((t[None, :] > t[:, None]) | ((t[None, :] == t[:, None]) & ~d))
        pairs += int(comparable.sum())
        higher = (s[:, None] > s[None, :]) + 0.5 * (s[:, None] == s[None, :])
        right += float((higher * comparable).sum())
        longer = np.sort(np.concatenate((longer, s)), kind="stable")
    if not pairs:
        return NoAnswer("no_comparable_pairs", {"rows": len(stop), "events": int(hit.sum())})
    return right / pairs


def concordance_interval(
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> Answer | NoAnswer:
    """C with its interval: var(C) = sum over rows of ((pairs of the row right) - C (pairs of the
    row))^2 / (all pairs)^2, the linear part of a ratio of U-statistics (Kang et al. 2015).

    Late entry is not looked at: a pair counts as if both had been watched from 0. Above 3,000 rows
    the spread is taken from every k-th row. Reasons of NoAnswer and errors
    as in `concordance`.
    """
    value = concordance(duration, event, score)
    if isinstance(value, NoAnswer):
        return value
    stop, hit = np.asarray(duration, dtype=np.float64), np.asarray(event).astype(bool)
    risk = np.asarray(score, dtype=np.float64)
    n, events = len(stop), int(hit.sum())
    step = -(-n // _MOST_ROWS)
    stop, hit, risk = stop[::step], hit[::step], risk[::step]
    longer = (stop[None, :] > stop[:, None]) | ((stop[None, :] == stop[:, None]) & ~hit[None, :])
    pairs = hit[:, None] & longer
    np.fill_diagonal(pairs, False)
    right = pairs * ((risk[:, None] > risk[None, :]) + 0.5 * (risk[:, None] == risk[None, :]))
    moved = right.sum(axis=0) + right.sum(axis=1) - value * (pairs.sum(axis=0) + pairs.sum(axis=1))
    total = int(pairs.sum())
    if not total:
        return NoAnswer("no_comparable_pairs", {"rows": len(stop), "events": events})
    se = float(np.sqrt((moved**2).sum())) / total * float(np.sqrt(len(stop) / n))
    half = two_sided_z(confidence) * se
    return Answer(
        value=value, low=max(value - half, 0.0), high=min(value + half, 1.0), n=n, events=events,
        scale="concordance", method="harrell", confidence=confidence, se=se,
    )  # fmt: skip
