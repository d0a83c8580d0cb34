"""Difference in differences: what changed for the treated beyond what changed for the others.

Letters: Y (units, periods) the outcome, NaN where unknown; G (units) the period in which a unit is
first treated, -1 never; g a cohort (the units with G = g); t a period; e = t - g. The comparison of
cohort g at t are the units not treated by then: G > max(t, g - 1) or never.

ATT(g, t) = mean_{G = g}(Y_t - Y_{g-1}) - mean_{not yet}(Y_t - Y_{g-1})

Overall: mean of ATT(g, t) over t >= g weighted by the size of the cohorts; by e: the same for each
distance. Influence per unit, weights included, summed within clusters. One regression with effects
of unit and period alone would compare late cohorts with early ones that are treated already.
References: Callaway & Sant'Anna 2021, J. Econometrics 225:200; Goodman-Bacon 2021, ibid. 225:254;
Roth 2022, AER: Insights 4:305 (what a pre-trend test can see).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.effect import clustered_se
from banso.prove.engine.normal import chi_square_p, two_sided_p, two_sided_z
from banso.prove.engine.regression import Clusters, FloatArray, IntArray

NEVER = -1
MINIMUM_TREATED = 10
MINIMUM_PRE_PERIODS = 3
PRE_TREND_P = 0.05


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


def cohort_effects(y: FloatArray, cohort: IntArray) -> list[CohortEffect]:
    """ATT(g, t) of every cohort and period that has both groups, the base period g - 1 left out.

    Raises ValueError for wrong shapes or a cohort outside the periods.
    """
    if y.ndim != 2 or cohort.shape != (len(y),) or cohort.max(initial=NEVER) >= y.shape[1]:
        raise ValueError("need y (units, periods) and one cohort per unit among the periods")
    made: list[CohortEffect | None] = []
    for g in sorted(set(cohort[cohort > 0].tolist())):
        made += [_cohort_effect(y, cohort, g, t) for t in range(y.shape[1]) if t != g - 1]
    return [effect for effect in made if effect is not None]


def _cohort_effect(y: FloatArray, cohort: IntArray, g: int, t: int) -> CohortEffect | None:
    change = y[:, t] - y[:, g - 1]
    known = np.isfinite(change)
    ours = known & (cohort == g)
    theirs = known & ((cohort == NEVER) | (cohort > max(t, g - 1))) & (cohort != g)
    if not ours.any() or theirs.sum() < 2:
        return None
    one, none = float(change[ours].mean()), float(change[theirs].mean())
    n, influence = len(y), np.zeros(len(y))
    influence[ours] = (change[ours] - one) * n / ours.sum()
    influence[theirs] = -(change[theirs] - none) * n / theirs.sum()
    return CohortEffect(g, t, one - none, influence, int(ours.sum()), int(theirs.sum()))


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
    confidence: float = 0.95,
    permutations: int = 999,
    seed: int = 1,
) -> Did:
    """The staggered comparison with its gates (METHODS 1.5).

    clusters: one code per unit (the unit itself, or who was treated together). NoAnswer reasons:
    "no_comparison" (nobody is untreated when others are treated), "too_few_treated" (fewer than ten
    treated clusters: the permutation test is given instead of an interval), "too_few_pre_periods".
    Units treated in period 0 have no time before and are left out.
    """
    keep = cohort != 0
    y, cohort, clusters = y[keep], cohort[keep], Clusters.of(clusters.codes[keep])
    effects = cohort_effects(y, cohort)
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
    se, half = clustered_se(influence, clusters), two_sided_z(confidence)
    answer = Answer(
        value=value, low=value - half * se, high=value + half * se, n=len(y),
        events=int((cohort > 0).sum()), accounts=clusters.count, scale="difference", method="did",
        confidence=confidence, se=se, p=two_sided_p(value / se) if se > 0 else None,
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
