"""Difference in differences: what changed for the treated beyond what changed for the others.

Letters: Y (units, periods) the outcome, NaN where unknown; G (units) the period in which a unit is
first treated, -1 never; g a cohort (the units with G = g); t a period; e = t - g; D = Y_t - Y_{g-1}
what changed; X what was known of a unit before any treatment. The comparison of cohort g at t are
the units not treated by then: G > max(t, g - 1) or never.

ATT(g, t) as counted      mean_{G = g} D - mean_{not yet} D
          by regression   mean_{G = g} (D - m(X)), m the least squares of D on X of those not yet
          doubly robust   the same less sum_{not yet} w (D - m(X)) / sum w, w = e(X) / (1 - e(X))

With X units need to move alike only beside others like them; Sant'Anna & Zhao 2020, J. Econometrics
219:101. The regression needs no likeness within a small cohort, the weights do.

Overall: mean of ATT(g, t) over t >= g weighted by the size of the cohorts; by e: the same for each
distance. Influence per unit, weights included, summed within clusters; residuals of a group of n
times sqrt(n/(n-k)), k = 1 + columns of X, and Student's t with clusters minus cohorts degrees of
freedom, so that few customers do not look surer than they are (benchmarks/honesty.py). One
regression with effects of unit and period alone would compare late cohorts with early ones that are
treated already.
References: Callaway & Sant'Anna 2021, J. Econometrics 225:200; Goodman-Bacon 2021, ibid. 225:254;
Roth 2022, AER: Insights 4:305 (what a pre-trend test can see).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.effect import (
    Estimated,
    clustered_se,
    doubly_robust,
    fit_outcome,
    standardised,
    unadjusted,
)
from banso.prove.engine.normal import chi_square_p, two_sided_t, two_sided_t_p, two_sided_z
from banso.prove.engine.regression import Clusters, FloatArray, IntArray
from banso.prove.engine.weighting import BoolArray, design, fit_propensity

NEVER = -1
MINIMUM_TREATED = 10
MINIMUM_PRE_PERIODS = 3
PRE_TREND_P = 0.05
UNITS_PER_COLUMN = 5
Method = Literal["regression", "doubly_robust"]


class CohortEffect(NamedTuple):
    """ATT(g, t) with the influence (units,) of each unit, and how many are in either group."""

    cohort: int
    period: int
    value: float
    influence: FloatArray
    treated: int
    untreated: int


@dataclass(frozen=True, slots=True)
class AtDistance:
    """The effect e periods after treatment (negative: before, where it should be none)."""

    distance: int
    value: float
    low: float
    high: float
    treated: int
    untreated: int


@dataclass(frozen=True, slots=True)
class PreTrend:
    """Whether the groups moved alike before: Wald's test that all effects at e <= -2 are 0.

    unseen: the largest difference before treatment that the intervals do not exclude.
    """

    chi2: float
    df: int
    p: float
    unseen: float


@dataclass(frozen=True, slots=True)
class Did:
    """answer: the overall ATT, or why not; by_distance in order; pre_trend None when it cannot be
    tested; permutation_p: share of relabelled cohorts with as large an effect, for few clusters.
    """

    answer: Answer | NoAnswer
    by_distance: tuple[AtDistance, ...]
    pre_trend: PreTrend | None
    permutation_p: float | None


def two_by_two(treated: Sequence[float], untreated: Sequence[float]) -> float:
    """(after - before) of the treated minus (after - before) of the untreated, from four means."""
    return (treated[1] - treated[0]) - (untreated[1] - untreated[0])


def two_way(
    y: npt.ArrayLike, unit: npt.ArrayLike, period: npt.ArrayLike, treated: npt.ArrayLike
) -> tuple[float, float]:
    """Estimate and error of treatment (0/1 per row) with effects of unit and period: least squares,

    clustered by unit, small-sample factor G/(G-1) (n-1)/(n-k) with k the treatment and the periods
    (unit effects are nested in the clusters, as in fixest). For one date of treatment only. The
    table must have every unit in every period. Raises ValueError otherwise.
    """
    units, u = np.unique(np.asarray(unit), return_inverse=True)
    periods, p = np.unique(np.asarray(period), return_inverse=True)
    shape = (len(units), len(periods))
    if len(u) != shape[0] * shape[1] or len(np.unique(u * shape[1] + p)) != len(u):
        raise ValueError("need every unit once in every period")
    target, given = np.empty(shape), np.empty(shape)
    target[u, p], given[u, p] = np.asarray(y, dtype=np.float64), np.asarray(treated, np.float64)
    target, given = _within(target), _within(given)
    total = float((given * given).sum())
    if total <= 0:
        raise ValueError("treatment does not vary beside unit and period")
    value = float((given * target).sum()) / total
    sums = (given * (target - value * given)).sum(axis=1)
    n, k = target.size, 1 + shape[1]
    factor = shape[0] / (shape[0] - 1) * (n - 1) / (n - k)
    return value, math.sqrt(factor * float(sums @ sums)) / total


def _within(x: FloatArray) -> FloatArray:
    rows = x - x.mean(axis=1, keepdims=True)
    return np.asarray(rows - rows.mean(axis=0, keepdims=True))


def cohort_effects(
    y: FloatArray,
    cohort: IntArray,
    x: FloatArray | None = None,
    method: Method = "regression",
) -> list[CohortEffect]:
    """ATT(g, t) of every cohort and period that has both groups, the base period g - 1 left out.

    x (units, k): columns known before any treatment, None for the means as counted; method is how
    they are held alike. Raises ValueError for wrong shapes or a cohort outside the periods.
    """
    if y.ndim != 2 or cohort.shape != (len(y),) or cohort.max(initial=NEVER) >= y.shape[1]:
        raise ValueError("need y (units, periods) and one cohort per unit among the periods")
    if x is not None and (x.ndim != 2 or len(x) != len(y)):
        raise ValueError("need one row of x for each unit")
    made: list[CohortEffect | None] = []
    for g in sorted(set(cohort[cohort > 0].tolist())):
        made += [
            _cohort_effect(y, cohort, g, t, x, method) for t in range(y.shape[1]) if t != g - 1
        ]
    return [effect for effect in made if effect is not None]


def _cohort_effect(
    y: FloatArray, cohort: IntArray, g: int, t: int, x: FloatArray | None, method: Method
) -> CohortEffect | None:
    change = y[:, t] - y[:, g - 1]
    known = np.isfinite(change)
    ours = known & (cohort == g)
    theirs = known & ((cohort == NEVER) | (cohort > max(t, g - 1))) & (cohort != g)
    needed = 2 if x is None else UNITS_PER_COLUMN * (1 + x.shape[1])
    if not ours.any() or theirs.sum() < needed:
        return None
    used = ours | theirs
    found = _changed(change[used], ours[used], None if x is None else x[used], method)
    influence = np.zeros(len(y))
    influence[used] = found.influence * len(y) / used.sum()
    return CohortEffect(g, t, found.value, influence, int(ours.sum()), int(theirs.sum()))


def _changed(
    change: FloatArray, treated: BoolArray, x: FloatArray | None, method: Method
) -> Estimated:
    """What changed for the treated beyond what did for the others like them."""
    if x is None:
        return unadjusted(change, treated)
    columns = design(x)
    theirs = fit_outcome(columns, change, ~treated, "number")
    if method == "regression":
        return standardised(change, treated, theirs, theirs, "att")
    return doubly_robust(change, treated, fit_propensity(x, treated), theirs, theirs, "att")


def method_for(cohort: IntArray, columns: int) -> Method:
    """Doubly robust where each cohort has five units for each column, else regression: a model of
    who is treated tells a small cohort apart without error.
    """
    size = np.bincount(cohort[cohort > 0])
    smallest = int(size[size > 0].min(initial=len(cohort)))
    return "doubly_robust" if smallest >= UNITS_PER_COLUMN * (1 + columns) else "regression"


def _widened(effect: CohortEffect, cohort: IntArray, k: int) -> CohortEffect:
    """With influence times sqrt(n / (n - k)): residuals from a fit of k coefficients to n units (1
    for the treated) are too small by that much.
    """
    ours, theirs = (
        math.sqrt(n / (n - used)) if n > used else 1.0
        for n, used in ((effect.treated, 1), (effect.untreated, k))
    )
    widened = effect.influence * np.where(cohort == effect.cohort, ours, theirs)
    return effect._replace(influence=widened)


def pooled(effects: Sequence[CohortEffect], cohort: IntArray) -> tuple[float, FloatArray]:
    """Mean of effects weighted by cohort size, with the influence of the weights themselves."""
    share = {g: float((cohort == g).mean()) for g in {e.cohort for e in effects}}
    total = sum(share[e.cohort] for e in effects)
    value = sum(share[e.cohort] * e.value for e in effects) / total
    influence = np.zeros(len(cohort))
    for e in effects:
        influence += share[e.cohort] / total * e.influence
        influence += ((cohort == e.cohort) - share[e.cohort]) * (e.value - value) / total
    return value, influence


def difference_in_differences(
    y: FloatArray,
    cohort: IntArray,
    clusters: Clusters,
    *,
    x: FloatArray | None = None,
    confidence: float = 0.95,
    permutations: int = 999,
    seed: int = 1,
) -> Did:
    """The staggered comparison with its gates (METHODS 1.5).

    clusters: one code per unit (the unit itself, or who was treated together). x (units, k):
    columns known before any treatment that are held alike, by `method_for`'s method; Answer.method
    is "did", "did_regression" or "did_doubly_robust". NoAnswer reasons:
    "no_comparison" (nobody is untreated when others are treated), "too_few_treated" (fewer than ten
    treated clusters: the permutation test is given instead of an interval), "too_few_pre_periods".
    Units treated in period 0 have no time before and are left out.
    """
    keep = cohort != 0
    y, cohort, clusters = y[keep], cohort[keep], Clusters.of(clusters.codes[keep])
    x = None if x is None or not x.shape[1] else x[keep]
    how = method_for(cohort, 0 if x is None else x.shape[1])
    columns = 1 if x is None else 1 + x.shape[1]
    effects = [_widened(e, cohort, columns) for e in cohort_effects(y, cohort, x, how)]
    after = [e for e in effects if e.period >= e.cohort]
    treated = len(np.unique(clusters.codes[cohort > 0]))
    if not after:
        needs = {"treated": treated, "untreated": int((cohort == NEVER).sum())}
        return Did(NoAnswer("no_comparison", needs), (), None, None)
    value, influence = pooled(after, cohort)
    distances = _by_distance(effects, cohort, clusters, confidence)
    trend = _pre_trend(effects, cohort, clusters, distances)
    before = len([d for d in distances if d.distance < 0]) + 1
    chance = None
    if treated < MINIMUM_TREATED:
        chance = permutation_p(y, cohort, clusters, permutations=permutations, seed=seed)
        few = {"treated": treated, "treated_needed": MINIMUM_TREATED, "value": value}
        return Did(NoAnswer("too_few_treated", few), distances, trend, chance)
    if before < MINIMUM_PRE_PERIODS:
        short = {"periods": before, "periods_needed": MINIMUM_PRE_PERIODS, "value": value}
        return Did(NoAnswer("too_few_pre_periods", short), distances, trend, chance)
    df = max(1, clusters.count - len(np.unique(cohort)))
    se, half = clustered_se(influence, clusters), two_sided_t(confidence, df)
    answer = Answer(
        value=value, low=value - half * se, high=value + half * se, n=len(y),
        events=int((cohort > 0).sum()), accounts=clusters.count, scale="difference",
        method="did" if x is None else f"did_{how}",
        confidence=confidence, se=se, p=two_sided_t_p(value / se, df) if se > 0 else None,
        checks=() if trend is None else (
            Check("pre_trend", trend.p, PRE_TREND_P, trend.p >= PRE_TREND_P),
        ),
    )  # fmt: skip
    return Did(answer, distances, trend, chance)


def _grouped(effects: Sequence[CohortEffect]) -> dict[int, list[CohortEffect]]:
    at: dict[int, list[CohortEffect]] = {}
    for effect in effects:
        at.setdefault(effect.period - effect.cohort, []).append(effect)
    return dict(sorted(at.items()))


def _by_distance(
    effects: Sequence[CohortEffect], cohort: IntArray, clusters: Clusters, confidence: float
) -> tuple[AtDistance, ...]:
    z, made = two_sided_z(confidence), []
    for distance, some in _grouped(effects).items():
        value, influence = pooled(some, cohort)
        half = z * clustered_se(influence, clusters)
        counts = sum(e.treated for e in some), max(e.untreated for e in some)
        made.append(AtDistance(distance, value, value - half, value + half, *counts))
    return tuple(made)


def _pre_trend(
    effects: Sequence[CohortEffect],
    cohort: IntArray,
    clusters: Clusters,
    distances: Sequence[AtDistance],
) -> PreTrend | None:
    before = [some for distance, some in _grouped(effects).items() if distance < -1]
    if not before:
        return None
    found = [pooled(some, cohort) for some in before]
    values = np.array([value for value, _ in found])
    sums = clusters.sums(np.column_stack([influence for _, influence in found]))
    factor = clusters.count / (clusters.count - 1) / len(cohort) ** 2
    covariance = sums.T @ sums * factor
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if rank == 0:
        return None
    chi2 = float(values @ np.linalg.pinv(covariance, hermitian=True) @ values)
    unseen = max(max(abs(d.low), abs(d.high)) for d in distances if d.distance < -1)
    return PreTrend(chi2, rank, chi_square_p(chi2, rank), unseen)


def permutation_p(
    y: FloatArray,
    cohort: IntArray,
    clusters: Clusters,
    *,
    permutations: int = 999,
    seed: int = 1,
) -> float:
    """P(|ATT| as large by chance), cohorts dealt out anew among clusters: (1 + larger) / (1 + B).

    Clusters must be treated as a whole; the cohort of a cluster is that of its first unit.
    """
    rng = np.random.default_rng(seed)
    first = np.unique(clusters.codes, return_index=True)[1]
    labels = cohort[first]
    observed = abs(_overall(y, cohort))
    larger, done = 0, 0
    for _ in range(permutations):
        value = _overall(y, rng.permutation(labels)[clusters.codes])
        if math.isfinite(value):
            done += 1
            larger += abs(value) >= observed - 1e-12
    return (1 + larger) / (1 + done)


def _overall(y: FloatArray, cohort: IntArray) -> float:
    effects = [e for e in cohort_effects(y, cohort) if e.period >= e.cohort]
    if not effects:
        return math.nan
    size = np.array([int((cohort == e.cohort).sum()) for e in effects], dtype=np.float64)
    return float(np.average([e.value for e in effects], weights=size))
