"""Whether one metric goes with another a month later, within customers (METHODS 3.3).

Letters: y (n) the parent in month t, x (n) the child in month t-1, account and period (n) codes.
Model: y = a_account + g_period + b x + e. Both are freed from what belongs to the account and to
the month by taking out the means of each in turn until nothing moves (Gaure 2013, "OLS with
multiple high dimensional category variables", CSDA 66:8-18), then b = x'y / x'x with a variance
robust to repeated months of an account: V = (x'x)^-2 sum_g (sum_{i in g} x_i e_i)^2 G/(G-1)
(n-1)/(n-k), k = 1 + months - 1 (the accounts' means are nested in the clusters and do not count,
Cameron & Miller 2015, JHR 50:317, section II.F).
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import quantile, two_sided_p, two_sided_z
from banso.prove.engine.power import known_by
from banso.prove.engine.regression import Clusters, FloatArray, IntArray

MINIMUM_ACCOUNTS = 20
MINIMUM_MONTHS = 4
SMALLEST = 0.10
_ROUNDS, _STILL = 200, 1e-10


def lagged(
    x: FloatArray,
    y: FloatArray,
    account: IntArray,
    period: IntArray,
    *,
    data_cut: date,
    confidence: float = 0.95,
) -> Answer | NoAnswer:
    """Slope of y on x in standard deviations within customers and months, one row per pair.

    x, y (n): finite; account, period (n): codes 0.. of customer and month of y. Answer.scale is
    "within_sd": by how many within-SDs y is higher where x was one within-SD higher the month
    before; events are the periods. NoAnswer "too_few_accounts", "too_few_months" (with a date),
    "no_variation" (x or y never changes within a customer). Raises ValueError for unequal lengths
    or numbers that are not finite.
    """
    if not len(x) == len(y) == len(account) == len(period):
        raise ValueError("x, y, account and period need the same length")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x and y must be finite; leave out pairs with a missing value")
    accounts, periods = len(np.unique(account)), len(np.unique(period))
    if accounts < MINIMUM_ACCOUNTS:
        return NoAnswer(
            "too_few_accounts", {"accounts": accounts, "accounts_needed": MINIMUM_ACCOUNTS}
        )
    if periods < MINIMUM_MONTHS:
        needs = {"months_there": periods, "months_needed": MINIMUM_MONTHS}
        return NoAnswer("too_few_months", needs, known_by(data_cut, MINIMUM_MONTHS - periods))
    clusters = Clusters.of(account)
    months = Clusters.of(period)
    x_in, y_in = _within(x, clusters, months), _within(y, clusters, months)
    sx, sy = _spread(x_in, x), _spread(y_in, y)
    if not sx or not sy:
        return NoAnswer("no_variation", {"accounts": accounts})
    x_in, y_in = x_in / sx, y_in / sy
    total = float(x_in @ x_in)
    b = float(x_in @ y_in) / total
    moved = clusters.sums((x_in * (y_in - b * x_in))[:, None])[:, 0]
    n = len(x)
    factor = clusters.count / (clusters.count - 1) * (n - 1) / max(1, n - periods)
    se = math.sqrt(float(moved @ moved) * factor) / total
    if se <= 0:
        return NoAnswer("no_variation", {"accounts": accounts})
    half = two_sided_z(confidence) * se
    return Answer(
        value=b,
        low=b - half,
        high=b + half,
        n=n,
        events=periods,
        accounts=accounts,
        scale="within_sd",
        method="two_way_within",
        confidence=confidence,
        se=se,
        p=two_sided_p(b / se),
    )


def months_to_tell(found: Answer, *, alpha: float, power: float = 0.80) -> float | None:
    """Months until a slope of SMALLEST would be seen, as the error shrinks with 1/sqrt(months)."""
    if not found.se:
        return None
    wanted = SMALLEST / (quantile(1 - alpha / 2) + quantile(power))
    return max(0.0, found.events * (found.se / wanted) ** 2 - found.events)


def _within(values: FloatArray, accounts: Clusters, months: Clusters) -> FloatArray:
    """The values without the means of accounts and of months."""
    rest: FloatArray = np.asarray(values - values.mean(), dtype=np.float64)
    scale = float(np.abs(rest).max(initial=0.0)) or 1.0
    groups = [(c, np.bincount(c.codes, minlength=c.count)) for c in (accounts, months)]
    for _ in range(_ROUNDS):
        before: FloatArray = rest
        for clusters, size in groups:
            means = clusters.sums(rest[:, None])[:, 0] / size
            rest = np.asarray(rest - means[clusters.codes], dtype=np.float64)
        if float(np.abs(rest - before).max()) < _STILL * scale:
            break
    return rest


def _spread(within: FloatArray, whole: FloatArray) -> float:
    """Standard deviation, 0 where only rounding is left."""
    spread = float(within.std())
    return spread if spread > 1e-7 * (float(whole.std()) + 1e-300) else 0.0
