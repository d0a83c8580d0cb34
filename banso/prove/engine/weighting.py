"""Weights that make the untreated look like the treated, and what shows whether they do.

Letters: A (n) 1 = treated, L (n, k) what was known before treatment, e = P(A = 1 | L) the
propensity, w weights. ATT (the treated): w = 1 for the treated, e/(1-e) for the untreated. ATE
(everybody): w = 1/e and 1/(1-e). Pre-treatment columns only: what treatment may have moved must
not be among them. References: Rosenbaum & Rubin 1983, Biometrika 70:41; Austin 2009, Statist.
Med. 28:3083 (standardised differences); Kish 1965 (effective sample).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from banso.prove.engine.firth import fit_firth
from banso.prove.engine.regression import (
    FloatArray,
    SingularDesignError,
    independent_columns,
    newton_logistic,
)

Estimand = Literal["att", "ate"]
BoolArray = npt.NDArray[np.bool_]

_EDGE = 1e-9
NEAR_THE_EDGE = 2


@dataclass(frozen=True, slots=True)
class Propensity:
    """e (n,), the columns used x (n, j) with the intercept first, standardised, and the influence

    of each row on their coefficients (n, j), so that estimates can carry the error of the model.
    separated: a group can be told apart without error; then there is no overlap there.
    """

    e: FloatArray
    x: FloatArray
    influence: FloatArray
    separated: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """One covariate: means of treated and untreated, standardised mean difference before and after.

    smd = (mean treated - mean untreated) / sqrt((s1^2 + s0^2) / 2), s of the unweighted sample in
    both, so that weighting cannot look better by changing the yardstick. NaN where nothing varies
    within the groups but their means differ is told as infinity.
    """

    name: str
    treated: float
    untreated: float
    untreated_weighted: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """share: of the treated with at least two untreated at or beyond their propensity on either

    side; edges, treated, untreated: counts for a picture of both groups by propensity, in bins of
    equal width in log-odds (the first takes all that lie below).
    """

    share: float
    edges: tuple[float, ...]
    treated: tuple[int, ...]
    untreated: tuple[int, ...]


def design(columns: npt.ArrayLike) -> FloatArray:
    """Intercept and the columns (n, k), each with mean 0 and standard deviation 1, collinear ones
    left out.

    Raises ValueError for wrong shape or non-finite numbers.
    """
    x = np.asarray(columns, dtype=np.float64)
    if x.ndim != 2 or not np.isfinite(x).all():
        raise ValueError("need finite columns (n, k); fill in missing values first")
    spread = x.std(axis=0)
    kept = spread > 1e-12 * (1 + np.abs(x).max(axis=0, initial=0.0))
    scaled = (x[:, kept] - x[:, kept].mean(axis=0)) / spread[kept]
    whole = np.column_stack([np.ones(len(x)), scaled])
    return np.ascontiguousarray(whole[:, list(independent_columns(whole))])


def fit_propensity(columns: npt.ArrayLike, treated: BoolArray) -> Propensity:
    """Logistic regression of A on L. Where groups are separated, Firth's finite estimate.

    Raises ValueError when nobody or everybody is treated.
    """
    a = treated.astype(np.float64)
    if not 0 < a.sum() < len(a):
        raise ValueError("need treated and untreated")
    x = design(columns)
    try:
        fit = newton_logistic(x, a)
        coef, separated = fit.coef, not fit.converged
    except SingularDesignError:
        coef, separated = np.zeros(x.shape[1]), True
    if separated:
        found = fit_firth(x, a)
        x, coef = x[:, list(found.kept)], found.coef
    e = np.clip(1.0 / (1.0 + np.exp(-np.clip(x @ coef, -700, 700))), _EDGE, 1 - _EDGE)
    information = (x * (e * (1 - e))[:, None]).T @ x
    bread = np.linalg.pinv(information, hermitian=True)
    return Propensity(e, x, np.asarray((x * (a - e)[:, None]) @ bread * len(a)), separated)


def weights(e: FloatArray, treated: BoolArray, estimand: Estimand) -> FloatArray:
    """w (n,) as defined above."""
    if estimand == "att":
        return np.where(treated, 1.0, e / (1 - e))
    return np.where(treated, 1 / e, 1 / (1 - e))


def stabilised(e: FloatArray, treated: BoolArray) -> FloatArray:
    """The weights for everybody times P(A): mean 1 in expectation (Hernan & Robins, ch. 12)."""
    share = float(treated.mean())
    return np.where(treated, share / e, (1 - share) / (1 - e))


def effective_n(w: FloatArray) -> float:
    """Kish: (sum w)^2 / sum w^2, how many equal rows the weighted ones are worth; 0 for none."""
    squares = float(w @ w)
    return float(w.sum()) ** 2 / squares if squares else 0.0


def balance(
    columns: npt.ArrayLike, names: tuple[str, ...], treated: BoolArray, w: FloatArray
) -> tuple[Balance, ...]:
    """Standardised mean differences of every column before and after weighting.

    Raises ValueError unless columns are (n, k) with k names and n treatments.
    """
    x = np.asarray(columns, dtype=np.float64)
    if x.shape != (len(treated), len(names)):
        raise ValueError("need one name for each column and one row for each treatment")
    return tuple(_balance(x[:, j], name, treated, w) for j, name in enumerate(names))


def _balance(x: FloatArray, name: str, treated: BoolArray, w: FloatArray) -> Balance:
    ours, theirs = x[treated], x[~treated]
    before = float(ours.mean()), float(theirs.mean())
    after = (
        float(np.average(ours, weights=w[treated])),
        float(np.average(theirs, weights=w[~treated])),
    )
    spread = float(np.sqrt((ours.var() + theirs.var()) / 2))
    return Balance(
        name,
        before[0],
        before[1],
        after[1],
        _ratio(before[0] - before[1], spread),
        _ratio(after[0] - after[1], spread),
    )


def _ratio(gap: float, spread: float) -> float:
    if spread > 1e-12:
        return gap / spread
    return 0.0 if abs(gap) < 1e-9 else float(np.copysign(np.inf, gap))


def overlap(e: FloatArray, treated: BoolArray, bins: int = 20) -> Overlap:
    """Where the treated have untreated beside them.

    A treated row is covered when at least two untreated have a propensity as low or lower, and two
    as high or higher. One outlier is no company.
    """
    ours, theirs = e[treated], np.sort(e[~treated])
    place = min(NEAR_THE_EDGE, len(theirs)) - 1
    low, high = theirs[place], theirs[len(theirs) - 1 - place]
    covered = (ours >= low) & (ours <= high)
    linear = np.log(e) - np.log1p(-e)
    start = min(float(linear[treated].min()), float(np.quantile(linear[~treated], 0.05)))
    edges = 1 / (1 + np.exp(-np.linspace(start, linear.max(), bins + 1)))
    edges[0], edges[-1] = 0.0, 1.0
    return Overlap(
        float(covered.mean()),
        tuple(float(edge) for edge in edges),
        tuple(int(n) for n in np.histogram(ours, edges)[0]),
        tuple(int(n) for n in np.histogram(theirs, edges)[0]),
    )
