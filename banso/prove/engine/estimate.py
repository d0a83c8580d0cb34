"""One KPI's estimate: logistic with cluster-robust errors, or Firth's where a cell is nearly empty.

Liang & Zeger 1986, Biometrika 73:13-22; Heinze & Schemper 2002, Statistics in Medicine 21:2409-19;
where few left or few accounts repeat, few_events.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from banso.prove.engine.columns import Column
from banso.prove.engine.design import Decisions, Nuisance
from banso.prove.engine.few_events import degrees_of_freedom, reach, variance, wald_p
from banso.prove.engine.firth import fit_firth, penalised_likelihood_ratio
from banso.prove.engine.normal import chi_square_p, two_sided_p, two_sided_z
from banso.prove.engine.regression import (
    FloatArray,
    SingularDesignError,
    independent_columns,
    newton_logistic,
    only,
    small_sample_factor,
)
from banso.prove.engine.side_by_side import Own, fit_side_by_side

_TOLERANCE = 1e-6
_MOST_EXPLAINED = 1 - 1e-6
_SIGNIFICANT = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """b (m,) log-odds of non-renewal of the tested columns with covariance (m, m) and limits.

    chi2, p: Wald's test that all are 0 (F or t; see few_events.py), or, for Firth, the penalised
    likelihood ratio over the design effect. r2: of the first tested column on the shared terms.
    influential: code of the account without which p would cross 0.05, None if there is none;
    shift: the largest move of b by one account, in standard errors.
    """

    b: FloatArray
    covariance: FloatArray
    low: FloatArray
    high: FloatArray
    chi2: float
    p: float
    method: Literal["logistic", "firth"]
    r2: float
    influential: int | None
    shift: float | None

    @property
    def se(self) -> FloatArray:
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)

    @property
    def z(self) -> float:
        """Signed root of chi2, for one tested column."""
        return math.copysign(math.sqrt(self.chi2), float(self.b[0]))


def estimate(
    column: Column, nuisance: Nuisance, d: Decisions, confidence: float
) -> Estimate | None:
    """The KPI beside the shared terms; None when it cannot be told apart from them or nothing
    converges.
    """
    r2 = nuisance.explained(column.x[:, 0])
    if r2 > _MOST_EXPLAINED:
        return None
    x = np.column_stack((nuisance.x, column.x))
    k = nuisance.x.shape[1]
    tested = list(range(k, k + column.tested))
    if column.x.shape[1] > 1:
        kept = independent_columns(x)
        if not set(tested) <= set(kept):
            return None
        x = only(x, kept)
    start = np.concatenate((nuisance.start, np.zeros(x.shape[1] - k)))
    try:
        if not column.sparse:
            found = _robust(x, start, tested, d, confidence, r2)
            if found is not None:
                return found
        return _firth(x, start, tested, d, confidence, r2)
    except (SingularDesignError, np.linalg.LinAlgError):
        return None


def estimates(
    columns: Sequence[Column],
    nuisance: Nuisance,
    d: Decisions,
    confidence: float,
    *,
    exact: bool = True,
) -> list[Estimate | None]:
    """`estimate` of every column; those with one tested column share the work of their models."""
    made: list[Estimate | None] = [None] * len(columns)
    left = set(range(len(columns)))
    explained = [
        nuisance.explained(c.x[:, 0]) if exact and c.tested else float(not c.tested)
        for c in columns
    ]
    k = nuisance.x.shape[1]
    if d.clusters.count > 1:
        for width in (1, 2):
            own = [
                i for i in sorted(left)
                if columns[i].tested == 1 and columns[i].x.shape[1] == width
                and not columns[i].sparse and explained[i] <= _MOST_EXPLAINED and d.n > k + width
            ]  # fmt: skip
            if not own:
                continue
            found = fit_side_by_side(
                nuisance.x, nuisance.start, [columns[i].x for i in own], d.y, d.clusters,
                exact=exact,
            )  # fmt: skip
            factor = small_sample_factor(d.n, k + width, d.clusters.count)
            for i, one in zip(own, found, strict=True):
                if one is not None:
                    made[i] = _of_own(one, factor, d, confidence, explained[i])
                    left.discard(i)
    for i in left:
        made[i] = estimate(columns[i], nuisance, d, confidence)
    return made


def _of_own(one: Own, factor: float, d: Decisions, confidence: float, r2: float) -> Estimate:
    """An estimate of one tested column from how far each account moves it."""
    across = one.moved[:, None]
    model, rows = np.array([[one.variance]]), np.array([[one.rows]])
    return _wald(np.array([one.b]), model, rows, across, factor, d, confidence, r2)


def _robust(
    x: FloatArray, start: FloatArray, tested: list[int], d: Decisions, confidence: float, r2: float
) -> Estimate | None:
    fit = newton_logistic(x, d.y, start, _TOLERANCE)
    if not fit.converged:
        return None
    bread = np.linalg.inv(fit.information).astype(np.float64)
    moved = (x @ bread[:, tested]) * fit.residual[:, None]
    factor = small_sample_factor(d.n, x.shape[1], d.clusters.count)
    return _wald(
        fit.coef[tested], bread[np.ix_(tested, tested)], moved.T @ moved, d.clusters.sums(moved),
        factor, d, confidence, r2,
    )  # fmt: skip


def _wald(
    b: FloatArray, model: FloatArray, rows: FloatArray, moved: FloatArray, factor: float,
    d: Decisions, confidence: float, r2: float,
) -> Estimate:  # fmt: skip
    """Wald's test and limits of b (m,); moved (G, m): influence of the accounts, rows (m, m): the
    sum over rows of its products, model (m, m): covariance by the model.
    """
    count, fewer = d.clusters.count, min(d.events, d.n - d.events)
    covariance = variance(model, rows, moved.T @ moved, count=count, factor=factor, fewer=fewer)
    f = degrees_of_freedom(d.n, count, d.rows_per_account)
    chi2 = float(b @ np.linalg.solve(covariance, b))
    half = reach(confidence, f) * np.sqrt(np.diag(covariance))
    influential, shift = None, None
    if len(b) == 1:
        influential, shift = _influential(
            float(b[0]), moved[:, 0], float(covariance[0, 0]), reach(_SIGNIFICANT, f)
        )
    p = wald_p(chi2, len(b), f)
    return Estimate(b, covariance, b - half, b + half, chi2, p, "logistic", r2, influential, shift)


def _influential(
    b: float, moved: FloatArray, variance: float, significant: float
) -> tuple[int | None, float]:
    """The account without which |b| / se would cross `significant`, and the largest shift in se."""
    squares = moved * moved
    total = float(squares.sum())
    left = variance * np.maximum(total - squares, 1e-300) / total
    without = np.abs(b - moved) / np.sqrt(left)
    now = abs(b) / math.sqrt(variance)
    size = np.abs(moved)
    crossing = np.flatnonzero((without > significant) != (now > significant))
    shift = float(size.max()) / math.sqrt(variance)
    return (int(crossing[size[crossing].argmax()]) if len(crossing) else None), shift


def _firth(
    x: FloatArray, start: FloatArray, tested: list[int], d: Decisions, confidence: float, r2: float
) -> Estimate | None:
    """Firth with the model's covariance times the largest possible design effect of repeated rows.

    The limit beyond the estimate is Wald's; the limit towards 0 follows the likelihood ratio
    (signed root taken as linear), so that test and interval agree where Wald's test is known to be
    weak.
    """
    fit = fit_firth(x, d.y, start)
    if not fit.converged or len(fit.kept) < x.shape[1]:
        return None
    b, covariance = fit.coef[tested], fit.covariance[np.ix_(tested, tested)] * d.rows_per_account
    chi2 = penalised_likelihood_ratio(x, d.y, fit, tested) / d.rows_per_account
    z = two_sided_z(confidence)
    half = z * np.sqrt(np.diag(covariance))
    low, high = b - half, b + half
    if len(tested) == 1 and chi2 > 0:
        near = float(b[0]) * (1 - z / math.sqrt(chi2))
        low, high = (np.array([near]), high) if b[0] > 0 else (low, np.array([near]))
        p = two_sided_p(math.sqrt(chi2))
    else:
        p = chi_square_p(chi2, len(tested))
    return Estimate(b, covariance, low, high, chi2, p, "firth", r2, None, None)
