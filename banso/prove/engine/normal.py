"""Normal, chi-square, t and F distributions as plain numbers (Abramowitz & Stegun 1964, 26)."""

from __future__ import annotations

import math
from statistics import NormalDist

_STANDARD = NormalDist()


def quantile(share: float) -> float:
    """z with P(Z <= z) = share; share strictly between 0 and 1 (else ValueError)."""
    if not 0.0 < share < 1.0:
        raise ValueError(f"share must lie between 0 and 1, got {share}")
    return _STANDARD.inv_cdf(share)


def cumulative(z: float) -> float:
    """P(Z <= z)."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def two_sided_z(confidence: float) -> float:
    """Half-width multiplier of a two-sided interval: 0.95 gives 1.959964."""
    return quantile(0.5 + confidence / 2.0)


def two_sided_p(z: float) -> float:
    """P(|Z| >= |z|)."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def chi_square_p(statistic: float, df: int) -> float:
    """P(X >= statistic) for X chi-square with df degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))


def two_sided_t(confidence: float, df: float) -> float:
    """Student's t with (1 - confidence)/2 beyond it on either side. ValueError for df < 1."""
    from scipy.special import stdtrit

    if df < 1:
        raise ValueError("needs a degree of freedom")
    return float(stdtrit(df, (1 + confidence) / 2))


def two_sided_t_p(t: float, df: float) -> float:
    """P(|T| >= |t|) of Student's t. ValueError for df < 1."""
    from scipy.special import stdtr

    if df < 1:
        raise ValueError("needs a degree of freedom")
    return float(2 * stdtr(df, -abs(t)))


def f_p(statistic: float, above: float, below: float) -> float:
    """P(X >= statistic) for X of F with these degrees of freedom. ValueError for fewer than 1."""
    from scipy.special import fdtrc

    if above < 1 or below < 1:
        raise ValueError("needs a degree of freedom")
    return float(fdtrc(above, below, statistic))
