"""How small a difference can be seen, how much data is needed, and by when it will be there.

Letters: z_a = z(1 - alpha/2), z_b = z(power); D events (non-renewals); p share of decisions that
are events; R2 share of the KPI's variance explained by the other terms of the model; deff design
effect of repeated rows per account (1 = none). Odds ratios are per standard deviation of the KPI.
References: Hsieh, Bloch & Larsen 1998 (logistic); Hsieh & Lavori 2000 (Cox, continuous);
Schoenfeld 1983, Biometrics 39:499 (two groups); Fleiss 1981 as in R's power.prop.test.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from banso.prove.engine.normal import cumulative, quantile

DAYS_PER_MONTH = 365.25 / 12
FORETELL_YEARS = 50
_WINDOW_DAYS = 365
_SHORTEST_DAYS = 28


def _z_sum(alpha: float, power: float) -> float:
    return quantile(1 - alpha / 2) + quantile(power)


def fdr_alpha(q: float, family_size: int, discoveries: int = 0) -> float:
    """The p-value a KPI must reach to pass false-discovery level q: alpha* = q max(1, discoveries)
    / m.

    Raises ValueError when family_size < 1.
    """
    if family_size < 1:
        raise ValueError("a family has at least one member")
    return q * min(max(1, discoveries), family_size) / family_size


def smallest_detectable_or(
    events: float,
    event_rate: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    r2: float = 0.0,
    deff: float = 1.0,
) -> float | None:
    """exp((z_a + z_b) / sqrt(D (1-p)(1-R2) / deff)), an odds ratio > 1 per SD; None without
    information (D = 0).
    """
    information = events * (1 - event_rate) * (1 - r2) / deff
    if information <= 0:
        return None
    exponent = _z_sum(alpha, power) / math.sqrt(information)
    return math.exp(exponent) if exponent < 50 else None


def events_needed(
    odds_ratio: float,
    event_rate: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    r2: float = 0.0,
    deff: float = 1.0,
) -> float:
    """D = (z_a + z_b)^2 deff / ((ln OR)^2 (1-p)(1-R2)). Raises ValueError for OR <= 0, OR = 1, p or
    R2 >= 1.
    """
    if odds_ratio <= 0 or odds_ratio == 1 or not 0 <= event_rate < 1 or not 0 <= r2 < 1:
        raise ValueError("need odds_ratio > 0 and not 1, 0 <= event_rate < 1, 0 <= r2 < 1")
    bottom = math.log(odds_ratio) ** 2 * (1 - event_rate) * (1 - r2)
    return _z_sum(alpha, power) ** 2 * deff / bottom


def decisions_per_month(decided_on: npt.NDArray[np.int64], data_cut: date) -> float | None:
    """Decisions per month over the last year before data_cut (or since the first decision, if
    later).

    decided_on: day numbers since 1970-01-01, any order. None when less than four weeks are on
    record or nothing was decided in the window: then a rate cannot be told.
    """
    if len(decided_on) == 0:
        return None
    cut = (data_cut - date(1970, 1, 1)).days
    window = min(_WINDOW_DAYS, cut - int(decided_on.min()))
    if window < _SHORTEST_DAYS:
        return None
    count = int(np.count_nonzero((decided_on >= cut - window) & (decided_on <= cut)))
    return count / (window / DAYS_PER_MONTH) if count else None


def months_until(
    events_now: float, events_wanted: float, per_month: float | None, event_rate: float
) -> float | None:
    """(D_needed - D_now) / (decisions per month x p); 0 when already there, None when no events are
    coming.
    """
    if events_wanted <= events_now:
        return 0.0
    if per_month is None or per_month * event_rate <= 0:
        return None
    return (events_wanted - events_now) / (per_month * event_rate)


def known_by(data_cut: date, months: float | None) -> date | None:
    """The date `months` after data_cut; None when months is None or beyond FORETELL_YEARS."""
    if months is None or months > 12 * FORETELL_YEARS:
        return None
    return data_cut + timedelta(days=math.ceil(months * DAYS_PER_MONTH))


def cox_power(
    n: int,
    hazard_ratio: float,
    variance: float,
    event_share: float,
    *,
    r2: float = 0.0,
    alpha: float = 0.05,
    sides: int = 2,
) -> float:
    """Power for a continuous covariate in Cox's model: Phi(|ln HR| sqrt(n s2 psi (1-R2)) -
    z(1-alpha/sides)).

    variance s2 of the covariate, event_share psi, R2 with the other covariates (Hsieh & Lavori
    2000).
    """
    signal = abs(math.log(hazard_ratio)) * math.sqrt(n * variance * event_share * (1 - r2))
    return cumulative(signal - quantile(1 - alpha / sides))


def schoenfeld_events(
    hazard_ratio: float, *, alpha: float = 0.05, power: float = 0.8, share_treated: float = 0.5
) -> float:
    """Events to tell two groups apart: (z_a + z_b)^2 / (w (1-w) (ln HR)^2), w the share treated."""
    weight = share_treated * (1 - share_treated)
    return _z_sum(alpha, power) ** 2 / (weight * math.log(hazard_ratio) ** 2)


def logistic_sample_size(
    rate_at_mean: float,
    odds_ratio: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    r2: float = 0.0,
    deff: float = 1.0,
) -> float:
    """Rows for one standardised covariate: (z_a + z_b)^2 deff / (p1 (1-p1) (ln OR)^2 (1-R2))."""
    bottom = rate_at_mean * (1 - rate_at_mean) * math.log(odds_ratio) ** 2 * (1 - r2)
    return _z_sum(alpha, power) ** 2 * deff / bottom


def two_proportions_power(n: float, p1: float, p2: float, *, alpha: float = 0.05) -> float:
    """Power with n rows per group: Phi((sqrt(n) |p1-p2| - z_a sqrt(2 P(1-P))) / sqrt(p1 q1 + p2
    q2)), P the mean.
    """
    spread = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    pooled = math.sqrt((p1 + p2) * (1 - (p1 + p2) / 2))
    return cumulative((math.sqrt(n) * abs(p1 - p2) - quantile(1 - alpha / 2) * pooled) / spread)


def two_proportions_n(p1: float, p2: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Rows per group: (z_a sqrt(2 P(1-P)) + z_b sqrt(p1 q1 + p2 q2))^2 / (p1-p2)^2. ValueError when
    p1 = p2.
    """
    if p1 == p2:
        raise ValueError("no sample size tells equal shares apart")
    spread = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    pooled = math.sqrt((p1 + p2) * (1 - (p1 + p2) / 2))
    return (quantile(1 - alpha / 2) * pooled + quantile(power) * spread) ** 2 / (p1 - p2) ** 2


def smallest_detectable_uplift(
    base: float, n_per_arm: float, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Smallest rise above `base` seen with n rows per arm; None when even base -> 100 % would be
    missed. Raises ValueError unless 0 < base < 1.
    """
    if not 0 < base < 1:
        raise ValueError("base must lie between 0 and 1")
    low, high = base + 1e-9, 1 - 1e-9
    if two_proportions_power(n_per_arm, base, high, alpha=alpha) < power:
        return None
    for _ in range(100):
        middle = (low + high) / 2
        enough = two_proportions_power(n_per_arm, base, middle, alpha=alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high - base
