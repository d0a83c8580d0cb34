"""How answers to one question changed between two years, and how much of that is who answered.

Letters: year k, person i of account a, value x, mean m_k; stratum s with share q_ks of the year's
respondents and mean m_ks. Change d = m_2 - m_1. Kitagawa's two terms add up to it exactly:
composition = sum (q_2s - q_1s)(m_1s + m_2s)/2, within = sum (m_2s - m_1s)(q_1s + q_2s)/2.
Standardised: year 2 with the mix of year 1, sum q_1s m_2s. Errors are of accounts: u_ka = sum over
its people of (x - m_k) / n_k; var d = sum over a of (u_2a - u_1a)^2, so that an account that
answered in both years counts with its covariance.
References: Kitagawa 1955, JASA 50:1168; Das Gupta 1993 (standardisation); Kish 1965 section 12.4
(differences of overlapping samples).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_p, two_sided_t, two_sided_t_p, two_sided_z

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MINIMUM = 10


@dataclass(frozen=True, slots=True)
class Year:
    """Answers of one year: value (n,), account (n,) numbered alike in both years, stratum (n,)."""

    value: FloatArray
    account: IntArray
    stratum: IntArray

    @property
    def n(self) -> int:
        return len(self.value)

    @property
    def mean(self) -> float:
        return float(self.value.mean())


@dataclass(frozen=True, slots=True)
class Split:
    """What the change consists of; ``composition`` + ``within`` = ``change``. ``outside``: share of
    either year's answers in strata that the other year does not have, left out of all three.
    """

    change: float
    composition: float
    within: float
    outside: float


def _short(*counts: int) -> NoAnswer | None:
    fewest = min(counts)
    return (
        None
        if fewest >= MINIMUM
        else NoAnswer("too_few_people", {"people": fewest, "people_needed": MINIMUM})
    )


def year_change(first: Year, second: Year, *, confidence: float = 0.95) -> Answer | NoAnswer:
    """d with its interval by z and its p; ``accounts`` are those of either year.

    NoAnswer("too_few_people") below ten answers in a year; NoAnswer("no_variation").
    """
    short = _short(first.n, second.n)
    if short is not None:
        return short
    u = [_by_account(year, first, second) for year in (first, second)]
    return _difference(
        second.mean - first.mean, u[1] - u[0], first.n + second.n, "clustered_difference",
        confidence,
    )  # fmt: skip


def _by_account(
    year: Year, first: Year, second: Year, weight: FloatArray | None = None
) -> FloatArray:
    """Sums of w (x - m) / sum w per account, for all accounts of both years."""
    w = np.ones(year.n) if weight is None else weight
    m = float(w @ year.value) / float(w.sum())
    size = int(max(first.account.max(), second.account.max())) + 1
    u = w * (year.value - m) / w.sum()
    return np.asarray(np.bincount(year.account, weights=u, minlength=size), dtype=np.float64)


def _difference(
    value: float, u: FloatArray, n: int, method: str, confidence: float
) -> Answer | NoAnswer:
    se = math.sqrt(float(np.square(u).sum()))
    if se <= 0.0:
        return NoAnswer("no_variation", {"n": n})
    half = two_sided_z(confidence) * se
    return Answer(
        value=value, low=value - half, high=value + half, n=n, events=n, scale="difference",
        method=method, accounts=int(np.count_nonzero(u)), confidence=confidence, se=se,
        p=two_sided_p(value / se),
    )  # fmt: skip


def standardised_change(
    first: Year, second: Year, *, confidence: float = 0.95
) -> Answer | NoAnswer:
    """The change with the second year weighted to the first year's mix of strata.

    NoAnswer as ``year_change``; NoAnswer("empty_stratum") where nobody of a stratum of the first
    year answered in the second.
    """
    short = _short(first.n, second.n)
    if short is not None:
        return short
    size = int(max(first.stratum.max(), second.stratum.max())) + 1
    before, after = (np.bincount(y.stratum, minlength=size) for y in (first, second))
    lost = (before > 0) & (after == 0)
    if np.any(lost):
        needs = {"strata": int(lost.sum()), "people": int(before[lost].sum())}
        return NoAnswer("empty_stratum", needs)
    weight = (before / np.maximum(after, 1))[second.stratum]
    m2 = float(weight @ second.value) / float(weight.sum())
    u = _within_strata(second, weight, size)
    whole = np.bincount(second.account, weights=u, minlength=_accounts(first, second))
    return _difference(
        m2 - first.mean, whole - _by_account(first, first, second), first.n + second.n,
        "standardised_difference", confidence,
    )  # fmt: skip


def _accounts(first: Year, second: Year) -> int:
    return int(max(first.account.max(), second.account.max())) + 1


def _within_strata(year: Year, weight: FloatArray, size: int) -> FloatArray:
    """w (x - mean of its stratum) / sum w: the strata's shares are held, their means vary."""
    counts = np.bincount(year.stratum, minlength=size)
    means = np.bincount(year.stratum, weights=year.value, minlength=size) / np.maximum(counts, 1)
    return np.asarray(weight * (year.value - means[year.stratum]) / weight.sum())


def matched_change(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    account: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> Answer | NoAnswer:
    """Mean of after - before over people who answered in both years, each (n,), with the t interval
    over accounts.

    NoAnswer("too_few_people") below ten people or ten accounts; NoAnswer("no_variation").
    """
    gaps = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    _levels, codes = np.unique(np.asarray(account), return_inverse=True)
    g = len(_levels)
    short = _short(len(gaps), g)
    if short is not None:
        return short
    value = float(gaps.mean())
    u = np.bincount(codes.reshape(-1), weights=gaps - value) / len(gaps)
    se = math.sqrt(float(u @ u) * g / (g - 1))
    if se <= 0.0:
        return NoAnswer("no_variation", {"n": len(gaps)})
    half = two_sided_t(confidence, g - 1) * se
    return Answer(
        value=value, low=value - half, high=value + half, n=len(gaps), events=len(gaps),
        scale="difference", method="paired_clustered", accounts=g, confidence=confidence, se=se,
        p=two_sided_t_p(value / se, g - 1),
    )  # fmt: skip


def composition_and_within(first: Year, second: Year) -> Split | NoAnswer:
    """Kitagawa's two terms over the strata that both years have.

    NoAnswer("too_few_people") below ten answers in a year; NoAnswer("no_common_stratum").
    """
    short = _short(first.n, second.n)
    if short is not None:
        return short
    size = int(max(first.stratum.max(), second.stratum.max())) + 1
    counts = [np.bincount(y.stratum, minlength=size).astype(np.float64) for y in (first, second)]
    sums = [np.bincount(y.stratum, weights=y.value, minlength=size) for y in (first, second)]
    both = (counts[0] > 0) & (counts[1] > 0)
    if not np.any(both):
        return NoAnswer("no_common_stratum", {"strata": 0})
    inside = sum(float(c[both].sum()) for c in counts)
    q = [c[both] / c[both].sum() for c in counts]
    m = [s[both] / c[both] for s, c in zip(sums, counts, strict=True)]
    return Split(
        change=float(q[1] @ m[1] - q[0] @ m[0]),
        composition=float((q[1] - q[0]) @ (m[0] + m[1])) / 2,
        within=float((m[1] - m[0]) @ (q[0] + q[1])) / 2,
        outside=1 - inside / (first.n + second.n),
    )
