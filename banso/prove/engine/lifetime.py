"""How long customers stay: the shifted beta-geometric model and its projection.

Letters: at the t-th renewal (t = 1, 2, …) r_t customers decide and d_t of them leave. Each customer
leaves with its own constant chance at every renewal; over customers the chance is beta(alpha, beta)
distributed. S(t) = B(alpha, beta + t) / B(alpha, beta); retention at t:
(beta + t - 1) / (alpha + beta + t - 1). It rises with tenure only because those likely to leave do
so first. BdW (c not 1): S(t) = B(alpha, beta + t^c) / B(alpha, beta), where each customer's own
chance changes too. Log-likelihood: sum of d_t ln h_t + (r_t - d_t) ln(1 - h_t),
h_t = 1 - S(t)/S(t-1); customers still there are censored, late entry conditions on S.
Interval: the range of the answer over all parameters whose log-likelihood lies within z^2/2 of the
best (profile likelihood).
References: Fader & Hardie 2007 (Table 1, Appendix B); Fader, Hardie, Liu, Davin & Steenburgh 2018.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.normal import two_sided_z
from banso.prove.engine.regression import FloatArray, IntArray

STARTERS_NEEDED = 100
OPPORTUNITIES_NEEDED = 3
OPPORTUNITIES_FOR_BDW = 4
BDW_GAIN = 1.92
SEEN_BY = 10
# Limits of logit(alpha / (alpha + beta)), ln(alpha + beta), ln c.
_LOWEST = np.array([-12.0, -6.0, -1.5])
_HIGHEST = np.array([8.0, 14.0, 1.5])


@dataclass(frozen=True, slots=True)
class Renewals:
    """Customers who decided at their 1st, 2nd, … renewal, and how many of them left: (T,) each."""

    decided: IntArray
    left: IntArray

    def __post_init__(self) -> None:
        if self.decided.shape != self.left.shape or self.decided.ndim != 1:
            raise ValueError("need as many counts of leaving as of decisions")
        if (self.left < 0).any() or (self.left > self.decided).any():
            raise ValueError("more left than decided")

    @classmethod
    def of_cohorts(cls, *alive: Sequence[int]) -> Renewals:
        """From the customers alive after 0, 1, 2, … renewals, one sequence per cohort, added up."""
        length = max(len(cohort) for cohort in alive) - 1
        decided, left = np.zeros(length, dtype=np.int64), np.zeros(length, dtype=np.int64)
        for cohort in alive:
            counts = np.asarray(cohort, dtype=np.int64)
            decided[: len(counts) - 1] += counts[:-1]
            left[: len(counts) - 1] -= np.diff(counts)
        return cls(decided, left)

    @classmethod
    def of_rows(
        cls, decisions: npt.ArrayLike, left: npt.ArrayLike, seen_after: npt.ArrayLike | None = None
    ) -> Renewals:
        """From customers: renewals decided since its start, whether it left at the last of them,
        and how many had been decided before anybody watched (late entry). Shapes (n,).
        """
        made, gone = np.asarray(decisions, dtype=np.int64), np.asarray(left).astype(bool)
        late = np.zeros_like(made) if seen_after is None else np.asarray(seen_after, dtype=np.int64)
        if not len(made) == len(gone) == len(late):
            raise ValueError("need equally long decisions, left and seen_after")
        if (gone & (made <= late)).any() or (late < 0).any():
            raise ValueError("who left decided at least once while being watched")
        counted = made > late
        length = int(made.max(initial=0))
        change = np.bincount(late[counted], minlength=length + 1)
        change -= np.bincount(made[counted], minlength=length + 1)
        lost = np.bincount(made[counted & gone] - 1, minlength=length)
        return cls(np.cumsum(change)[:length].astype(np.int64), lost.astype(np.int64))

    @property
    def starters(self) -> int:
        return int(self.decided[0]) if len(self.decided) else 0

    @property
    def observed(self) -> int:
        """How many renewals were decided by enough customers, counted from the first on."""
        few = np.flatnonzero(self.decided < SEEN_BY)
        return int(few[0]) if len(few) else len(self.decided)

    def until(self, t: int) -> Renewals:
        return Renewals(self.decided[:t], self.left[:t])


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A fitted model; `c` is 1 for the sBG. region: (m, 3) alpha, beta, c on the edge of what the
    data allow at `confidence`, the best among them. homogeneous: no difference between customers
    can be seen (everybody has the same chance of leaving).
    """

    alpha: float
    beta: float
    c: float
    log_likelihood: float
    method: str
    region: FloatArray
    homogeneous: bool
    renewals: Renewals
    confidence: float
    checks: tuple[Check, ...] = ()

    def survival(self, t: npt.ArrayLike) -> FloatArray:
        """S(t): share still there after t renewals, of all who start; t (k,) >= 0."""
        best = np.array([[self.alpha, self.beta, self.c]])
        return np.asarray(survival_of(best, np.asarray(t, dtype=np.float64))[0])

    def retention(self, t: npt.ArrayLike) -> FloatArray:
        """Share that renews at its t-th renewal, of those who came so far; t (k,) >= 1."""
        times = np.asarray(t, dtype=np.float64)
        return np.asarray(self.survival(times) / self.survival(times - 1.0))

    def answer(self, values: FloatArray, best: float, scale: str) -> Answer:
        """An estimate with the range of it over the region: values (m,) at each of its points."""
        low, high = min(float(values.min()), best), max(float(values.max()), best)
        r = self.renewals
        return Answer(
            value=best,
            low=low,
            high=high,
            n=r.starters,
            events=int(r.left.sum()),
            scale=scale,
            method=self.method,
            confidence=self.confidence,
            checks=self.checks,
        )


def survival_of(parameters: FloatArray, t: FloatArray) -> FloatArray:
    """S(t) (m, k) for parameters (m, 3) alpha, beta, c and times t (k,)."""
    alpha, beta, c = (column[:, None] for column in parameters.T)
    return np.asarray(np.exp(betaln(alpha, beta + t[None, :] ** c) - betaln(alpha, beta)))


def log_likelihood(renewals: Renewals, alpha: float, beta: float, c: float = 1.0) -> float:
    """The log-likelihood of the counts at given parameters, all above 0 (else ValueError)."""
    if not min(alpha, beta, c) > 0:
        raise ValueError("alpha, beta and c must be above 0")
    return float(_likelihoods(np.array([[alpha, beta, c]]), renewals)[0])


def fit_lifetime(
    renewals: Renewals, *, allow_bdw: bool = True, confidence: float = 0.95
) -> Lifetime | NoAnswer:
    """The model by maximum likelihood; BdW only with >= 4 renewals seen and a gain above 1.92.

    NoAnswer: "too_few_starters" (< 100 decided their first renewal), "too_few_renewals_seen" (< 3
    renewals decided by at least 10 each), "nobody_left", "nobody_stayed".
    """
    seen = renewals.observed
    if renewals.starters < STARTERS_NEEDED:
        needs = {"starters": renewals.starters, "starters_needed": STARTERS_NEEDED}
        return NoAnswer("too_few_starters", needs)
    if seen < OPPORTUNITIES_NEEDED:
        needs = {"renewals_seen": seen, "renewals_seen_needed": OPPORTUNITIES_NEEDED}
        return NoAnswer("too_few_renewals_seen", needs)
    return _fit(renewals, allow_bdw and seen >= OPPORTUNITIES_FOR_BDW, confidence)


def _fit(renewals: Renewals, allow_bdw: bool, confidence: float) -> Lifetime | NoAnswer:
    lost, decided = int(renewals.left.sum()), int(renewals.decided.sum())
    if not lost:
        return NoAnswer("nobody_left", {"decisions": decided, "left": 0})
    if lost == decided:
        return NoAnswer("nobody_stayed", {"decisions": decided, "left": lost})
    best, height, hessian = _maximum(renewals, 2)
    method, gain = "sbg", 0.0
    if allow_bdw:
        wider = _maximum(renewals, 3)
        gain = wider[1] - height
        if gain > BDW_GAIN:
            best, height, hessian, method = *wider, "bdw"
    region = _region(renewals, best, height, hessian, two_sided_z(confidence) ** 2 / 2)
    alpha, beta, c = (float(value) for value in _natural(best[None, :])[0])
    checks = (Check("bdw_gain", gain, BDW_GAIN, None),) if allow_bdw else ()
    flat = bool(best[1] > _HIGHEST[1] - 4)
    return Lifetime(alpha, beta, c, height, method, region, flat, renewals, confidence, checks)


def _natural(points: FloatArray) -> FloatArray:
    """alpha, beta, c of points (m, 2 or 3) on the scale of the search."""
    share, total = 1 / (1 + np.exp(-points[:, 0])), np.exp(points[:, 1])
    c = np.exp(points[:, 2]) if points.shape[1] > 2 else np.ones(len(points))
    return np.column_stack((share * total, (1 - share) * total, c))


def _likelihoods(parameters: FloatArray, renewals: Renewals) -> FloatArray:
    """(m,) log-likelihoods at parameters (m, 3) alpha, beta, c."""
    d, kept = renewals.left, renewals.decided - renewals.left
    alpha, beta, c = (column[:, None] for column in parameters.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        if (parameters[:, 2] == 1.0).all():
            t = np.arange(len(d))
            stay = np.log(beta + t) - np.log(alpha + beta + t)
            leave = np.log(alpha) - np.log(alpha + beta + t)
        else:
            times = np.arange(len(d) + 1.0)
            stay = np.diff(betaln(alpha, beta + times[None, :] ** c), axis=1)
            leave = np.log(-np.expm1(stay))
        total = np.where(kept > 0, kept * stay, 0.0) + np.where(d > 0, d * leave, 0.0)
    return np.asarray(np.nan_to_num(total.sum(axis=1), nan=-np.inf))


def _heights(points: FloatArray, renewals: Renewals) -> FloatArray:
    return _likelihoods(_natural(points), renewals)


def _maximum(renewals: Renewals, k: int) -> tuple[FloatArray, float, FloatArray]:
    """The best point (k,), its height and the curvature there (k, k), by Newton from a grid."""
    rate = renewals.left.sum() / renewals.decided.sum()
    centre = math.log(rate / (1 - rate))
    axes = [centre + np.linspace(-2.5, 2.5, 21), np.linspace(-4, 13, 35), np.linspace(-1.2, 1.2, 9)]
    grid = np.stack(np.meshgrid(*axes[:k], indexing="ij"), axis=-1).reshape(-1, k)
    point = np.clip(grid[_heights(grid, renewals).argmax()], _LOWEST[:k], _HIGHEST[:k])
    damping = 1e-6
    height, gradient, hessian = _slopes(point, renewals)
    for _ in range(60):
        scale = np.maximum(np.abs(np.diag(hessian)), 1e-6)
        try:
            step = np.linalg.solve(-hessian + damping * np.diag(scale), gradient)
        except np.linalg.LinAlgError:
            damping *= 10
            continue
        tried = np.clip(point + step, _LOWEST[:k], _HIGHEST[:k])
        found = _slopes(tried, renewals)
        if found[0] < height - 1e-12 * abs(height):
            damping = max(damping * 10, 1e-4)
            continue
        moved = float(np.abs(tried - point).max())
        point, (height, gradient, hessian) = tried, found
        damping /= 10
        if moved < 1e-7:
            break
    return point, height, hessian


def _slopes(point: FloatArray, renewals: Renewals) -> tuple[float, FloatArray, FloatArray]:
    """Height, gradient and second derivatives by central differences, all in one look."""
    k, h = len(point), 1e-4
    unit = np.eye(k) * h
    pairs = [(i, j) for i in range(k) for j in range(i)]
    places = [point, *(point + unit), *(point - unit)]
    for i, j in pairs:
        places += [point + unit[i] + unit[j], point - unit[i] - unit[j]]
    f = _heights(np.array(places), renewals)
    middle, up, down = f[0], f[1 : k + 1], f[k + 1 : 2 * k + 1]
    hessian = np.diag((up - 2 * middle + down) / h**2)
    for place, (i, j) in enumerate(pairs):
        both, neither = f[2 * k + 1 + 2 * place : 2 * k + 3 + 2 * place]
        mixed = (both + neither - up[i] - down[i] - up[j] - down[j] + 2 * middle) / (2 * h**2)
        hessian[i, j] = hessian[j, i] = mixed
    return float(middle), (up - down) / (2 * h), hessian


def _region(
    renewals: Renewals, best: FloatArray, height: float, hessian: FloatArray, drop: float
) -> FloatArray:
    """Points all around the best whose height is `drop` less, or that lie on the limits."""
    values, vectors = np.linalg.eigh(-hessian)
    spread = vectors / np.sqrt(np.maximum(values, 1e-3))
    directions = _directions(len(best)) @ spread.T
    low, high = np.zeros(len(directions)), np.full(len(directions), np.nan)
    for reach in np.geomspace(0.25, 64.0, 25):
        open_ends = np.isnan(high)
        fits = _drop(best + reach * directions, height, renewals) <= drop
        low = np.where(open_ends & fits, reach, low)
        high = np.where(open_ends & ~fits, reach, high)
    high = np.where(np.isnan(high), low, high)
    for _ in range(18):
        middle = (low + high) / 2
        fits = _drop(best + middle[:, None] * directions, height, renewals) <= drop
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    edge = best + low[:, None] * directions
    k = len(best)
    return _natural(np.clip(np.vstack((best, edge)), _LOWEST[:k], _HIGHEST[:k]))


def _drop(points: FloatArray, height: float, renewals: Renewals) -> FloatArray:
    k = points.shape[1]
    return height - _heights(np.clip(points, _LOWEST[:k], _HIGHEST[:k]), renewals)


def _directions(k: int) -> FloatArray:
    """Evenly spread unit vectors (m, k) of the plane or of space (golden spiral)."""
    if k == 2:
        turn = np.arange(128) * (2 * np.pi / 128)
        return np.column_stack((np.cos(turn), np.sin(turn)))
    i = np.arange(400) + 0.5
    z = 1 - 2 * i / 400
    turn = np.pi * (1 + math.sqrt(5)) * i
    flat = np.sqrt(1 - z * z)
    return np.column_stack((flat * np.cos(turn), flat * np.sin(turn), z))
