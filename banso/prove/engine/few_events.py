"""How sure a coefficient is where accounts repeat and few leave: variance and reference law.

The cluster-robust sandwich is estimated from the residuals of the rarer outcome alone. With 27
non-renewals among 600 accounts it varies so much that 1.5 to 2 times as many p-values as there
should be lie below 0.01 (measured; Kauermann & Carroll 2001, JASA 96:1387-1396, tell why). The
variance that follows from the model does not vary so, but knows nothing of repeated rows. So, for m
coefficients of a logistic model:

V = (1 - t) D M + t S,   D = tr(R^-1 C) / m G/(G-1),   t = min(1, e / 500)

M (m, m) the model's covariance, their part of I^-1; u_i the rows' influence, I^-1 x_i (y_i - p_i);
R = sum over rows u_i u_i'; C = sum over accounts of (sum of u_i)(sum of u_i)'; S = c C the sandwich
with c of regression.py; D the mean design effect of repeated rows (Rao & Scott 1981, JASA
76:221-230; 1992, Biometrics 48:577-585: divide the statistic by it); e the rows with the rarer
outcome; G accounts. Where every account has one row D is G/(G-1); from 500 of the rarer outcome on,
V is the sandwich alone, which holds even where the model's form is wrong.

Wald's test is referred to F(m, f), t(f) for m = 1 (its intervals, too), since D rests on few
accounts where each has many rows: f = (G-1)/G n / (k - 1), k = sum n_g^2 / n the rows per account
as the rows have them. It is Satterthwaite's number for a variance summed over accounts (Bell &
McCaffrey 2002, Survey Methodology 28:169-181) less what one row alone would tell: G - 1 where
accounts have many rows (Cameron & Miller 2015, JHR 50:317-372, VI.D), infinite where each has one.
"""

from __future__ import annotations

import math

import numpy as np

from banso.prove.engine.normal import chi_square_p, f_p, two_sided_t, two_sided_z
from banso.prove.engine.regression import FloatArray

ENOUGH = 500


def trust(fewer: int) -> float:
    """t, 0..1: the weight of the sandwich with `fewer` rows of the rarer outcome."""
    return min(1.0, fewer / ENOUGH)


def variance(
    model: FloatArray,
    rows: FloatArray,
    accounts: FloatArray,
    *,
    count: int,
    factor: float,
    fewer: int,
) -> FloatArray:
    """V (m, m) from M = model, R = rows, C = accounts; count: G, factor: c, fewer: e.

    Raises LinAlgError where a row of R is empty (nothing varies), ValueError for G < 2.
    """
    if count < 2:
        raise ValueError("needs two accounts")
    sandwich = accounts * factor
    t = trust(fewer)
    if t == 1.0:
        return np.asarray(sandwich)
    effect = float(np.trace(np.linalg.solve(rows, accounts))) / len(model)
    return np.asarray((1.0 - t) * effect * count / (count - 1) * model + t * sandwich)


def degrees_of_freedom(n: int, count: int, rows_per_account: float) -> float:
    """f of n rows of G = count accounts; infinite where no account has two."""
    if rows_per_account <= 1.0:
        return math.inf
    return max(1.0, (count - 1) / count * n / (rows_per_account - 1.0))


def wald_p(chi2: float, m: int, f: float) -> float:
    """P that chance gives as large a Wald statistic b' V^-1 b of m coefficients."""
    return chi_square_p(chi2, m) if math.isinf(f) else f_p(chi2 / m, m, f)


def reach(confidence: float, f: float) -> float:
    """How many standard errors an interval reaches to either side."""
    return two_sided_z(confidence) if math.isinf(f) else two_sided_t(confidence, f)
