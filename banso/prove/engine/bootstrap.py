"""Intervals for ratios of money, over accounts: what if other customers of the same kind had come?

Letters: account i brings numerators a_i (one column per ratio) and the denominator b_i; ratio
= sum a / sum b. Each resample counts account i N_i times, N_i Poisson(1) (the bootstrap of large n;
Hanley & MacGibbon 2006). The accounts with the most money are drawn one by one; the sums of the
many small ones are drawn from their normal limit with the same mean and covariance, so that 100,000
accounts cost what 400 do. Interval: percentiles (Efron & Tibshirani 1993 section 13.3), taken
further out where few accounts carry the money (Hesterberg 2015): at Phi(-+ t sqrt(m/(m-1))), t of
(sum b^2)^2 / sum b^4 - 1 degrees of freedom, m = (sum b)^2 / sum b^2.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.normal import cumulative
from banso.prove.engine.regression import FloatArray

MINIMUM_ACCOUNTS = 10
ENOUGH_CHANGED = 10
RESAMPLES = 2000
ONE_BY_ONE = 400


def money_ratios(
    numerators: npt.ArrayLike,
    denominator: npt.ArrayLike,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
) -> list[Answer | NoAnswer]:
    """sum a / sum b for each column of `numerators` (n, m) or (n,), with its bootstrap interval.

    denominator: (n,) money of each account at the start. An answer's `events` counts the accounts
    whose two amounts differ; below 10 its check "accounts_changed" fails: the interval is then too
    narrow. NoAnswer: "too_few_accounts" (< 10), "nothing_to_divide_by". Raises ValueError for
    unequal lengths or numbers that are not finite.
    """
    a, b = np.asarray(numerators, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    a = a[:, None] if a.ndim == 1 else a
    if len(a) != len(b) or not np.isfinite(a).all() or not np.isfinite(b).all():
        raise ValueError("need equally long, finite amounts")
    ratios = a.shape[1]
    if len(b) < MINIMUM_ACCOUNTS:
        needs = {"accounts": len(b), "accounts_needed": MINIMUM_ACCOUNTS}
        return [NoAnswer("too_few_accounts", needs)] * ratios
    if not b.sum() > 0:
        return [NoAnswer("nothing_to_divide_by", {"accounts": len(b)})] * ratios
    sums = _resampled(np.column_stack((a, b)), np.random.default_rng(seed), resamples)
    drawn = sums[sums[:, -1] > 0]
    tails = _tails(b, confidence)
    answers: list[Answer | NoAnswer] = []
    for j in range(ratios):
        value = float(a[:, j].sum() / b.sum())
        changed = int((a[:, j] != b).sum())
        low, high = np.quantile(drawn[:, j] / drawn[:, -1], tails)
        answers.append(
            Answer(
                value=value,
                low=min(float(low), value),
                high=max(float(high), value),
                n=len(b),
                events=changed,
                scale="ratio",
                method="bootstrap",
                confidence=confidence,
                checks=(
                    Check("accounts_changed", changed, ENOUGH_CHANGED, changed >= ENOUGH_CHANGED),
                ),
            )
        )
    return answers


def _tails(b: FloatArray, confidence: float) -> list[float]:
    """The shares between which the resamples count: further out than 2.5 % and 97.5 %."""
    squares = float((b**2).sum())
    carried = max(float(b.sum()) ** 2 / squares, 2.0)
    freedom = max(squares**2 / float((b**4).sum()) - 1, 1.0)
    out = float(stdtrit(freedom, (1 + confidence) / 2)) * math.sqrt(carried / (carried - 1))
    return [cumulative(-out), cumulative(out)]


def _resampled(amounts: FloatArray, rng: np.random.Generator, resamples: int) -> FloatArray:
    """Sums of the columns (n, k) in each resample: (resamples, k)."""
    size = np.abs(amounts).max(axis=1)
    order = np.argsort(-size, kind="stable")
    large, small = amounts[order[:ONE_BY_ONE]], amounts[order[ONE_BY_ONE:]]
    sums = rng.poisson(1.0, (resamples, len(large))) @ large
    if len(small):
        values, vectors = np.linalg.eigh(small.T @ small)
        spread = vectors * np.sqrt(np.maximum(values, 0.0))
        sums += small.sum(axis=0) + rng.normal(size=(resamples, amounts.shape[1])) @ spread.T
    return np.asarray(sums, dtype=np.float64)
