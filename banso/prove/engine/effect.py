"""What treatment changed, from observation: weighting, standardisation, and both together.

Letters as in weighting.py; Y (n) the outcome, m_a(L) = E(Y | A = a, L) fitted in group a (logistic
for a 0/1 outcome, else least squares), p1 = share treated, w the weights.

ATT  weighting        mean_1 Y - sum_0 w Y / sum_0 w
     standardisation  mean_1 (Y - m_0)
     doubly robust    mean_1 (Y - m_0) - sum_0 w (Y - m_0) / sum_0 w
ATE  weighting        sum_1 w Y / sum_1 w - sum_0 w Y / sum_0 w
     standardisation  mean (m_1 - m_0)
     doubly robust    mean (m_1 - m_0) + sum_1 w (Y - m_1) / sum_1 w - sum_0 w (Y - m_0) / sum_0 w

Each row's influence on the estimate carries what it does to the propensity and outcome models, so
errors are those of the stacked estimating equations; rows of one account are summed first:
se^2 = G/(G-1) sum_g (sum_{i in g} influence_i)^2 / n^2. The doubly robust one is right when either
model is. References: Robins, Rotnitzky & Zhao 1994, JASA 89:846; Lunceford & Davidian 2004,
Statist. Med. 23:2937; Hernan & Robins, Causal Inference: What If, ch. 12-13; Stefanski & Boos 2002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from banso.prove.engine.answer import Answer
from banso.prove.engine.firth import fit_firth
from banso.prove.engine.normal import two_sided_p, two_sided_z
from banso.prove.engine.regression import (
    Clusters,
    FloatArray,
    SingularDesignError,
    newton_logistic,
)
from banso.prove.engine.weighting import BoolArray, Estimand, Propensity, weights

Family = Literal["binary", "number"]


@dataclass(frozen=True, slots=True)
class Estimated:
    """value of a contrast, and the influence (n,) of each row on it."""

    value: float
    influence: FloatArray

    def se(self, clusters: Clusters) -> float:
        """Clustered standard error. Raises ValueError with fewer than two accounts."""
        return clustered_se(self.influence, clusters)

    def answer(
        self, clusters: Clusters, *, events: int, method: str, confidence: float = 0.95
    ) -> Answer:
        """As an Answer on the scale "difference" with a normal interval."""
        se, half = self.se(clusters), two_sided_z(confidence)
        return Answer(
            value=self.value,
            low=self.value - half * se,
            high=self.value + half * se,
            n=len(self.influence),
            events=events,
            accounts=clusters.count,
            scale="difference",
            method=method,
            confidence=confidence,
            se=se,
            p=two_sided_p(self.value / se) if se > 0 else None,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """m (n,) for every row as if in one group, its derivative (n, k) by the coefficients, and the

    influence (n, k) of each row on them (zero outside the group it was fitted in).
    """

    m: FloatArray
    slope: FloatArray
    influence: FloatArray


def clustered_se(influence: FloatArray, clusters: Clusters) -> float:
    """sqrt(G/(G-1) sum_g (sum of influence in g)^2) / n. ValueError with fewer than two."""
    if clusters.count < 2:
        raise ValueError("clustered errors need two clusters")
    sums = clusters.sums(influence[:, None])[:, 0]
    factor = clusters.count / (clusters.count - 1)
    return math.sqrt(factor * float(sums @ sums)) / len(influence)


def fit_outcome(x: FloatArray, y: FloatArray, group: BoolArray, family: Family) -> Outcome:
    """m(L) fitted on the rows of `group`, for all rows. x (n, k) with the intercept first.

    A 0/1 outcome that never varies in the group has its constant. Separation: Firth's estimate.
    """
    return _outcomes(x, (x,), y, group, family)[0]


def fit_jointly(
    x: FloatArray, y: FloatArray, treated: BoolArray, family: Family, interactions: FloatArray
) -> tuple[Outcome, Outcome]:
    """One model of Y on L, A and A times `interactions` (n, j): outcomes of all rows if treated,
    and if not. For `standardised` with the ATE (Hernan & Robins, programme 13.3).
    """
    a, one = treated.astype(np.float64)[:, None], np.ones((len(y), 1))
    none = np.zeros((len(y), 1 + interactions.shape[1]))
    seen = np.column_stack([x, a, a * interactions])
    course = (np.column_stack([x, one, interactions]), np.column_stack([x, none]))
    ours, theirs = _outcomes(seen, course, y, np.ones(len(y), dtype=np.bool_), family)
    return ours, theirs


def _outcomes(
    x: FloatArray, courses: tuple[FloatArray, ...], y: FloatArray, group: BoolArray, family: Family
) -> list[Outcome]:
    """The model of Y on x in the group, foretold for the designs of `courses`."""
    n, inside = len(y), x[group]
    if family == "binary" and y[group].min() == y[group].max():
        none = np.zeros((n, 1))
        return [Outcome(np.full(n, float(y[group][0])), none, none) for _ in courses]
    if family == "number":
        bread = np.linalg.pinv(inside.T @ inside, hermitian=True)
        coef = bread @ (inside.T @ y[group])
        residual = y - x @ coef
        told = [(c @ coef, c) for c in courses]
    else:
        coef = _logistic(inside, y[group])
        p = _probability(x @ coef)
        bread = np.linalg.pinv((inside * (p * (1 - p))[group, None]).T @ inside, hermitian=True)
        residual = y - p
        shares = [_probability(c @ coef) for c in courses]
        told = [(m, c * (m * (1 - m))[:, None]) for m, c in zip(shares, courses, strict=True)]
    influence = np.asarray((x * np.where(group, residual, 0.0)[:, None]) @ bread * n)
    return [Outcome(m, slope, influence) for m, slope in told]


def _probability(eta: FloatArray) -> FloatArray:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(eta, -700, 700))))


def _logistic(x: FloatArray, y: FloatArray) -> FloatArray:
    try:
        fit = newton_logistic(x, y)
        if fit.converged:
            return fit.coef
    except SingularDesignError:
        pass
    found = fit_firth(x, y)
    coef = np.zeros(x.shape[1])
    coef[list(found.kept)] = found.coef
    return coef


def unadjusted(y: FloatArray, treated: BoolArray) -> Estimated:
    """mean_1 Y - mean_0 Y, as counted."""
    one, none = y[treated].mean(), y[~treated].mean()
    p1 = treated.mean()
    influence = np.where(treated, (y - one) / p1, -(y - none) / (1 - p1))
    return Estimated(float(one - none), influence)


def weighted(
    y: FloatArray,
    treated: BoolArray,
    propensity: Propensity,
    estimand: Estimand,
    *,
    as_known: bool = False,
) -> Estimated:
    """Inverse probability weighting with weights that sum to one in each group (Hajek).

    as_known: take the weights as given, as published robust intervals do; they come out wider.
    """
    value, influence = _contrast(y, treated, propensity, estimand, as_known=as_known)
    return Estimated(value, influence)


def standardised(
    y: FloatArray, treated: BoolArray, ours: Outcome, theirs: Outcome, estimand: Estimand
) -> Estimated:
    """The g-formula: outcomes foretold for the same customers under either course.

    ours, theirs: the outcome models of the treated and of the untreated.
    """
    if estimand == "att":
        gap, p1 = y - theirs.m, treated.mean()
        value = float(gap[treated].mean())
        influence = np.where(treated, (gap - value) / p1, 0.0)
        return Estimated(value, influence - theirs.influence @ theirs.slope[treated].mean(axis=0))
    gap = ours.m - theirs.m
    value = float(gap.mean())
    moved = ours.influence @ ours.slope.mean(axis=0) - theirs.influence @ theirs.slope.mean(axis=0)
    return Estimated(value, gap - value + moved)


def doubly_robust(
    y: FloatArray,
    treated: BoolArray,
    propensity: Propensity,
    ours: Outcome,
    theirs: Outcome,
    estimand: Estimand,
) -> Estimated:
    """AIPW: standardisation, corrected by what the weighted residuals say."""
    w = weights(propensity.e, treated, estimand)
    models = standardised(y, treated, ours, theirs, estimand)
    value, influence = models.value, models.influence
    sides = [(theirs, ~treated, -1.0)]
    if estimand == "ate":
        sides.append((ours, treated, 1.0))
    for model, group, sign in sides:
        share = np.where(group, w, 0.0)
        rest, moved = _weighted_mean(y - model.m, share, propensity, treated, estimand)
        drift = (share[:, None] * model.slope).sum(axis=0) / share.sum()
        value += sign * rest
        influence = influence + sign * (moved - model.influence @ drift)
    return Estimated(float(value), influence)


def _contrast(
    y: FloatArray,
    treated: BoolArray,
    propensity: Propensity,
    estimand: Estimand,
    *,
    as_known: bool,
) -> tuple[float, FloatArray]:
    w = weights(propensity.e, treated, estimand)
    one, by_one = _weighted_mean(
        y, np.where(treated, w, 0.0), propensity, treated, estimand, as_known=as_known
    )
    none, by_none = _weighted_mean(
        y, np.where(treated, 0.0, w), propensity, treated, estimand, as_known=as_known
    )
    return one - none, by_one - by_none


def _weighted_mean(
    y: FloatArray,
    w: FloatArray,
    propensity: Propensity,
    treated: BoolArray,
    estimand: Estimand,
    *,
    as_known: bool = False,
) -> tuple[float, FloatArray]:
    """sum w y / sum w and each row's influence; w is zero outside the group."""
    total = float(w.sum())
    value = float(w @ y) / total
    influence = w * (y - value) * len(y) / total
    if as_known:
        return value, influence
    e = propensity.e
    # derivative of log w by the linear predictor: 1 for e/(1-e), -(1-e) for 1/e, e for 1/(1-e)
    change = np.where(treated, 0.0, 1.0) if estimand == "att" else np.where(treated, -(1 - e), e)
    by_coef = ((w * change * (y - value))[:, None] * propensity.x).sum(axis=0) / total
    return value, influence + propensity.influence @ by_coef
