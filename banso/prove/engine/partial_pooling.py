"""Groups of a survey side by side: first whether they differ at all, then each pulled towards all.

Letters: group j with estimate y_j and variance v_j of its own (clustered by account); the groups'
true values vary around mu with variance tau2. Paule & Mandel's tau2 makes
sum (y_j - mu)^2 / (v_j + tau2) = k - 1, mu = weighted mean with 1/(v_j + tau2). Pooled estimate
(y_j / v_j + mu / tau2) / (1/v_j + 1/tau2); its variance adds that of mu. Interaction: least squares
of the outcome on branch, group and their products, errors clustered by account, Wald's chi-square
b' V^-1 b of the products (or of the groups, without products).
References: Paule & Mandel 1982, J. Res. NBS 87:377; Morris 1983, JASA 78:47 (empirical Bayes
intervals); Wald 1943; Liang & Zeger 1986 (clusters).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.normal import chi_square_p, two_sided_z
from banso.prove.engine.numbering import numbered
from banso.prove.engine.proportions import ChiSquare
from banso.prove.engine.regression import SingularDesignError, fit_ols

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MINIMUM_GROUPS = 3
MINIMUM_CELL = 10
_HALVINGS = 80


@dataclass(frozen=True, slots=True)
class Pulled:
    """One group after pooling: value with limits; ``weight``: how much of it is its own, 0..1."""

    value: float
    low: float
    high: float
    weight: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """mu, tau2, and the groups in their order."""

    mean: float
    tau2: float
    groups: tuple[Pulled, ...]


def pool(
    values: Sequence[float], variances: Sequence[float], *, confidence: float = 0.95
) -> Pooled | NoAnswer:
    """Each estimate pulled towards the mean of all as far as chance alone explains its distance.

    NoAnswer("too_few_groups") below three. Raises ValueError for a variance of zero or less.
    """
    y, v = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if np.any(v <= 0):
        raise ValueError("need variances above zero")
    if len(y) < MINIMUM_GROUPS:
        return NoAnswer("too_few_groups", {"groups": len(y), "groups_needed": MINIMUM_GROUPS})
    tau2 = _between(y, v)
    w = 1 / (v + tau2)
    mu, var_mu = float(w @ y / w.sum()), 1 / float(w.sum())
    own = tau2 / (tau2 + v)
    centre = own * y + (1 - own) * mu
    half = two_sided_z(confidence) * np.sqrt(own * v + (1 - own) ** 2 * var_mu)
    groups = (
        Pulled(float(c), float(c - h), float(c + h), float(o))
        for c, h, o in zip(centre, half, own, strict=True)
    )
    return Pooled(mu, tau2, tuple(groups))


def _between(y: FloatArray, v: FloatArray) -> float:
    def excess(tau2: float) -> float:
        w = 1 / (v + tau2)
        mu = w @ y / w.sum()
        return float(w @ (y - mu) ** 2) - (len(y) - 1)

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(np.var(y)) * len(y) + float(v.max())
    while excess(high) > 0:
        high *= 2
    for _step in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def groups_differ(
    y: npt.ArrayLike, branch: npt.ArrayLike, group: npt.ArrayLike, account: npt.ArrayLike
) -> ChiSquare | NoAnswer:
    """Whether groups differ with the branch of the tree held: Wald's test of the group terms.

    All (n,). Groups of fewer than ten people are left out. NoAnswer("too_few_groups") when fewer
    than two are left, NoAnswer("no_variation") when they cannot be told apart.
    """
    return _wald(y, branch, group, account, products=False)


def interaction(
    y: npt.ArrayLike, branch: npt.ArrayLike, group: npt.ArrayLike, account: npt.ArrayLike
) -> ChiSquare | NoAnswer:
    """Whether the branches differ otherwise in one group than in another: Wald's test of branch
    times group, over cells of ten people or more.

    NoAnswer as ``groups_differ``, and NoAnswer("too_few_cells") where no product can be told.
    """
    return _wald(y, branch, group, account, products=True)


def _wald(
    y: npt.ArrayLike,
    branch: npt.ArrayLike,
    group: npt.ArrayLike,
    account: npt.ArrayLike,
    *,
    products: bool,
) -> ChiSquare | NoAnswer:
    target = np.asarray(y, dtype=np.float64)
    first, second = (numbered(one)[1] for one in (branch, group))
    cell = first * (second.max(initial=0) + 1) + second if products else second
    kept = np.bincount(cell)[cell] >= MINIMUM_CELL if len(cell) else np.zeros(0, dtype=bool)
    first, second, cell = first[kept], second[kept], cell[kept]
    groups = len(np.unique(second))
    if groups < 2:
        return NoAnswer("too_few_groups", {"groups": groups, "groups_needed": 2})
    if not np.ptp(target[kept]):
        return NoAnswer("no_variation", {"n": int(kept.sum())})
    columns = [np.ones(len(cell)), *_flags(first), *_flags(second)]
    tested = len(columns) if products else 1 + len(np.unique(first)) - 1
    if products:
        columns += [one * two for one in _flags(first) for two in _flags(second)]
    try:
        fit = fit_ols(np.column_stack(columns), target[kept], np.asarray(account)[kept])
    except (SingularDesignError, ValueError):
        return NoAnswer("no_variation", {"n": int(kept.sum())})
    places = [place for place, column in enumerate(fit.kept) if column >= tested]
    if not places:
        return NoAnswer("too_few_cells", {"cells": len(np.unique(cell))})
    b, v = fit.coef[places], fit.covariance[np.ix_(places, places)]
    statistic = float(b @ np.linalg.pinv(v, hermitian=True) @ b)
    if not math.isfinite(statistic) or not float(np.abs(v).max()):
        return NoAnswer("no_variation", {"n": int(kept.sum())})
    return ChiSquare(statistic, len(places), chi_square_p(statistic, len(places)))


def _flags(codes: IntArray) -> list[FloatArray]:
    """A column for each level but the first."""
    return [(codes == level).astype(np.float64) for level in np.unique(codes)[1:]]
