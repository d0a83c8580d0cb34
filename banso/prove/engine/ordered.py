"""Ordered answers (1 to 5, 0 to 10) of several groups: the proportional-odds model.

Letters: y answer with levels 1..K, g group, P(y <= k | g) = L(t_k - b_g) with L(x) = 1/(1+exp(-x)),
cuts t_1 < .. < t_{K-1}, b_0 = 0; exp(b_g) is the odds of a higher answer in g against group 0.
Sandwich over clusters (accounts) as in regression.py. References: McCullagh 1980, JRSS B 42:109;
Agresti 2010, Analysis of Ordinal Categorical Data, 3.3; Brant 1990, Biometrics 46:1171.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Check
from banso.prove.engine.normal import chi_square_p
from banso.prove.engine.numbering import numbered
from banso.prove.engine.regression import Clusters, FloatArray, IntArray, small_sample_factor

_MAX_ITERATIONS = 60
_RUN_AWAY = 12.0


@dataclass(frozen=True, slots=True)
class OrderedFit:
    """coef (G-1,): b of groups 1..; cuts (K-1,); covariance (P, P) of both in this order, robust
    when clusters were given; converged False means separation: do not show the estimates.
    """

    coef: FloatArray
    cuts: FloatArray
    covariance: FloatArray
    model_covariance: FloatArray
    log_likelihood: float
    n: int
    clusters: int | None
    converged: bool

    @property
    def se(self) -> FloatArray:
        """Standard errors of ``coef``."""
        many = len(self.coef)
        return np.asarray(np.sqrt(np.diag(self.covariance)[:many]), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Pass:
    likelihood: float
    scores: FloatArray
    gradient: FloatArray
    information: FloatArray


def fit_ordered(
    group: npt.ArrayLike, answer: npt.ArrayLike, clusters: npt.ArrayLike | None = None
) -> OrderedFit:
    """Maximum likelihood by Newton's method on the counts of group by answer.

    group: 0 is what the others are compared with. Levels nobody chose are left out. ValueError for
    unequal lengths, fewer than two groups, or answers that are all the same.
    """
    g, y = np.asarray(group, dtype=np.int64), np.asarray(answer)
    if g.ndim != 1 or len(g) != len(y):
        raise ValueError("need equally long group and answer")
    _names, g = numbered(g)
    levels, y = numbered(y)
    many, k = len(_names), len(levels)
    if many < 2 or k < 2:
        raise ValueError("need two groups and two different answers")
    counts = np.bincount(g * k + y, minlength=many * k).reshape(many, k).astype(np.float64)
    at, found, converged = _maximise(counts)
    model: FloatArray = np.linalg.pinv(found.information, hermitian=True).astype(np.float64)
    covariance, groups = model, None
    if clusters is not None:
        groups = Clusters.of(clusters)
        sums = groups.sums(found.scores[g, y])
        factor = small_sample_factor(len(g), len(at), groups.count)
        covariance = np.asarray(model @ (sums.T @ sums) @ model * factor, dtype=np.float64)
    free = many - 1
    return OrderedFit(
        at[:free], at[free:], covariance, model, found.likelihood, len(g),
        groups.count if groups else None, converged,
    )  # fmt: skip


def _maximise(counts: FloatArray) -> tuple[FloatArray, _Pass, bool]:
    many, _k = counts.shape
    below = np.cumsum(counts.sum(axis=0))[:-1] / counts.sum()
    at = np.concatenate([np.zeros(many - 1), np.log(below / (1 - below))])
    found = _pass(counts, at)
    for _ in range(_MAX_ITERATIONS):
        try:
            step = np.linalg.solve(found.information, found.gradient)
        except np.linalg.LinAlgError:
            return at, found, False
        size = float(np.max(np.abs(step) / (1 + np.abs(at))))
        if not np.isfinite(size):
            return at, found, False
        tried = _pass(counts, at + step)
        for _half in range(30):
            if tried.likelihood >= found.likelihood - 1e-10 * abs(found.likelihood):
                break
            step = step / 2
            tried = _pass(counts, at + step)
        at, found = at + step, tried
        if size < 1e-11:
            break
    run_away = bool(np.any(np.abs(at[: many - 1]) > _RUN_AWAY))
    return at, found, not run_away and size < 1e-6


def _pass(counts: FloatArray, at: FloatArray) -> _Pass:
    """Log-likelihood at ``at``, scores (G, K, P) of an answer, gradient and information."""
    many, k = counts.shape
    p = many - 1 + k - 1
    nothing = _Pass(-np.inf, np.zeros((many, k, p)), np.zeros(p), np.eye(p))
    cuts = at[many - 1 :]
    if np.any(np.diff(cuts) <= 0):
        return nothing
    slope = np.zeros((many, k + 1, p))
    slope[np.arange(1, many), 1:k, np.arange(many - 1)] = -1.0
    slope[:, np.arange(1, k), many - 1 + np.arange(k - 1)] = 1.0
    shift = np.concatenate([[0.0], at[: many - 1]])
    upto = np.zeros((many, k + 1))
    upto[:, k] = 1.0
    upto[:, 1:k] = 1 / (1 + np.exp(-np.clip(cuts[None, :] - shift[:, None], -700, 700)))
    density = upto * (1 - upto)
    bend = density * (1 - 2 * upto)
    share = np.diff(upto, axis=1)
    if np.any((share <= 0) & (counts > 0)):
        return nothing
    share = np.maximum(share, 1e-300)
    scores = np.diff(density[:, :, None] * slope, axis=1) / share[:, :, None]
    gradient = np.einsum("gk,gkp->p", counts, scores)
    outer = np.einsum("gk,gkp,gkq->pq", counts, scores, scores)
    weight = np.zeros((many, k + 1))
    ratio = counts / share
    weight[:, 1:] += ratio
    weight[:, :-1] -= ratio
    second = np.einsum("gk,gkp,gkq->pq", weight * bend, slope, slope)
    likelihood = float(np.sum(np.where(counts > 0, counts * np.log(share), 0.0)))
    return _Pass(likelihood, scores, gradient, np.asarray(outer - second))


def proportionality(
    one: npt.ArrayLike, answer: npt.ArrayLike, clusters: npt.ArrayLike, *, alpha: float = 0.05
) -> Check:
    """Whether the odds ratio is the same at every cut (Brant's Wald test, clustered, two groups).

    one: which rows are of the first group. Cuts at which a group lies wholly on one side tell
    nothing; ``passed`` is None where fewer than two cuts are left. ``value`` is p.
    """
    mine, y = np.asarray(one, dtype=bool), np.asarray(answer)
    groups = Clusters.of(clusters)
    levels, place = numbered(y)
    k = len(levels)
    cell = np.where(mine, place, place + k)
    n = np.bincount(cell, minlength=2 * k).reshape(2, k)
    size, over = n.sum(axis=1), n[:, ::-1].cumsum(axis=1)[:, ::-1]
    moved, gaps = [], []
    for cut in range(1, k):
        p = over[:, cut] / np.maximum(size, 1)
        if np.any((p <= 0) | (p >= 1)):
            continue
        gaps.append(np.log(p[0] / (1 - p[0])) - np.log(p[1] / (1 - p[1])))
        apart = ((np.arange(k) >= cut) - p[:, None]) / (p * (1 - p) * size)[:, None]
        moved.append(np.concatenate([apart[0], -apart[1]]))
    if len(gaps) < 2:
        return Check("proportional", None, alpha, None)
    sums = groups.sums_of(cell, np.column_stack(moved))
    apart = np.diff(np.eye(len(gaps)), axis=0)
    gap = apart @ np.array(gaps)
    spread = apart @ (sums.T @ sums) @ apart.T * groups.count / max(groups.count - 1, 1)
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
    p_value = chi_square_p(statistic, len(gap))
    return Check("proportional", p_value, alpha, p_value > alpha)


def counted(group: IntArray, answer: IntArray, groups: int, levels: int) -> IntArray:
    """How many of each group gave each answer: (groups, levels); answers 0..levels-1."""
    return np.bincount(group * levels + answer, minlength=groups * levels).reshape(groups, levels)
