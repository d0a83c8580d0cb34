"""How strong something unmeasured would have to be to explain an estimate away.

E-value: the least risk ratio that an unmeasured thing must have both with treatment and with the
outcome, beyond everything measured, to move the estimate to "no difference". For RR >= 1:
E = RR + sqrt(RR (RR - 1)); for RR < 1 of 1/RR. VanderWeele & Ding 2017, Ann Intern Med 167:268.
Robustness value: the share of what is left to explain in both treatment and outcome that it must
explain. Cinelli & Hazlett 2020, JRSS B 82:39.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from banso.prove.engine.covariates import Covariate
from banso.prove.engine.weighting import BoolArray

COMMON_OUTCOME = 0.15


class EValue(NamedTuple):
    """For the estimate, and for the limit of its interval nearer to no difference (1: crosses)."""

    estimate: float
    limit: float


class Robustness(NamedTuple):
    """Shares (0..1): to bring the estimate to zero, to make it not significant, and the partial R2

    of treatment with the outcome (an unmeasured thing that explains all of the outcome would need
    that much of treatment).
    """

    zero: float
    significance: float
    partial_r2: float


def e_value(risk_ratio: float, low: float, high: float) -> EValue:
    """E-values of a risk ratio with its interval. ValueError unless 0 < low <= RR <= high."""
    if not 0 < low <= risk_ratio <= high:
        raise ValueError("need 0 < low <= risk ratio <= high")
    crosses = low <= 1 <= high
    near = low if risk_ratio > 1 else high
    return EValue(_e_value(risk_ratio), 1.0 if crosses else _e_value(near))


def e_value_of_odds_ratio(
    odds_ratio: float, low: float, high: float, *, outcome_share: float
) -> EValue:
    """The same for an odds ratio: its square root stands for the risk ratio when the outcome is

    common (share > 15 %), as renewal is; else it is taken as the risk ratio.
    """
    if outcome_share > COMMON_OUTCOME:
        return e_value(math.sqrt(odds_ratio), math.sqrt(low), math.sqrt(high))
    return e_value(odds_ratio, low, high)


def e_value_of_difference(
    treated_share: float, difference: float, low: float, high: float
) -> EValue | None:
    """The same for a difference of shares p1 - p0: risk ratio p1 / p0 with p0 = p1 - difference.

    The limits are those of the difference with p1 held. The rarer of outcome and its absence is
    looked at (losses where renewal is common): a ratio of two shares near 1 hides large effects.
    None where a share would leave 0..1, so that no ratio exists.
    """
    if treated_share - difference > 0.5:
        treated_share, difference, low, high = 1 - treated_share, -difference, -high, -low
    if treated_share <= 0 or treated_share - difference <= 0:
        return None
    ratio = treated_share / (treated_share - difference)
    bottom = treated_share / (treated_share - low) if treated_share > low else math.inf
    top = treated_share / (treated_share - high) if treated_share > high else math.inf
    return e_value(ratio, min(bottom, ratio), max(top, ratio))


def _e_value(ratio: float) -> float:
    ratio = ratio if ratio >= 1 else 1 / ratio
    return ratio + math.sqrt(ratio * (ratio - 1)) if math.isfinite(ratio) else math.inf


def robustness(t: float, degrees: float, *, critical: float = 1.959963984540054) -> Robustness:
    """From a linear estimate's t-value and residual degrees of freedom.

    f = |t| / sqrt(df); RV_q = (sqrt(f_q^4 + 4 f_q^2) - f_q^2) / 2 with f_q = f, and with
    f - critical / sqrt(df - 1) for significance (0 when it is not there). Raises ValueError for
    df <= 1.
    """
    if degrees <= 1:
        raise ValueError("needs more than one degree of freedom")
    f = abs(t) / math.sqrt(degrees)
    left = max(0.0, f - critical / math.sqrt(degrees - 1))
    return Robustness(_robustness(f), _robustness(left), t * t / (t * t + degrees))


def _robustness(f: float) -> float:
    return (math.sqrt(f**4 + 4 * f**2) - f**2) / 2


def strength(covariate: Covariate, treated: BoolArray, event: BoolArray) -> float | None:
    """How strongly a covariate goes with both treatment and the event: the smaller of its two risk
    ratios (each taken >= 1), above against not above its median, or its commonest kind against the
    others. The yardstick beside an E-value, which asks for that much of something unmeasured. None
    where a ratio does not exist.
    """
    if covariate.kind == "number":
        values = np.asarray(covariate.values, dtype=np.float64)
        known = np.isfinite(values)
        high = values > np.median(values[known]) if known.any() else known
    else:
        labels = np.array([label or "" for label in covariate.values])
        kinds, counts = np.unique(labels, return_counts=True)
        known, high = np.ones(len(labels), dtype=np.bool_), labels == kinds[counts.argmax()]
    ratios = [_risk_ratio(high[known], side[known]) for side in (treated, event)]
    return None if None in ratios else min(ratio for ratio in ratios if ratio is not None)


def _risk_ratio(high: BoolArray, event: BoolArray) -> float | None:
    if not high.any() or high.all():
        return None
    one, none = float(event[high].mean()), float(event[~high].mean())
    if min(one, none) <= 0:
        return None
    return max(one / none, none / one)
