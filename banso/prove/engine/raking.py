"""Weights with which those who answered look like everybody in several things at once.

Letters: respondent i, weight w_i, begun at 1; variable v sorts respondents and the population into
categories, N_vc of the population in category c. Raking multiplies w in each category by
N_vc / (sum of w there), one variable after the other, until all agree. Weights above five times
their mean are cut to that, what is cut goes to the others, and they are raked on until it
settles. n_eff = (sum w)^2 / sum w^2.
References: Deming & Stephan 1940, Ann. Math. Statist. 11:427; Kalton & Flores-Cervantes 2003,
J. Official Statist. 19:81 (trimming); Kish 1965 section 11.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.weighting import effective_n

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TRIM = 5.0
_ROUNDS, _CLOSE, _TRIMS = 200, 1e-6, 20


@dataclass(frozen=True, slots=True)
class Margin:
    """One variable: the category 0..k-1 of each respondent (n,), the population of each (k,)."""

    category: IntArray
    population: FloatArray

    def __post_init__(self) -> None:
        inside = np.all((self.category >= 0) & (self.category < len(self.population)))
        if not inside or np.any(self.population < 0):
            raise ValueError("need categories 0..k-1 and populations of zero or more")


@dataclass(frozen=True, slots=True)
class Raked:
    """Weights (n,) with mean 1; their Kish n; how many were cut; the largest gap that is left
    between a weighted share and that of the population (0 unless weights were cut).
    """

    weights: FloatArray
    effective_n: float
    trimmed: int
    gap: float


def rake(margins: Sequence[Margin], *, trim: float = TRIM) -> Raked | NoAnswer:
    """Weights that agree with every margin, none above ``trim`` times the mean.

    NoAnswer("no_answers") without a respondent; NoAnswer("empty_category") where somebody of the
    population has nobody to stand for them: join categories first; NoAnswer("not_converged").
    Raises ValueError without a margin or when margins are of different lengths.
    """
    if not margins or len({len(one.category) for one in margins}) > 1:
        raise ValueError("need margins of the same respondents")
    n = len(margins[0].category)
    if not n:
        return NoAnswer("no_answers", {"n": 0})
    targets = []
    for one in margins:
        there = np.bincount(one.category, minlength=len(one.population))
        silent = (there == 0) & (one.population > 0)
        if np.any(silent) or not one.population.sum():
            lost = float(one.population[silent].sum())
            return NoAnswer("empty_category", {"categories": int(silent.sum()), "population": lost})
        targets.append(one.population / one.population.sum() * n)
    w, trimmed = np.ones(n), np.zeros(n, dtype=bool)
    for _round in range(_TRIMS):
        raked = _agreeing(w, margins, targets)
        if raked is None:
            return NoAnswer("not_converged", {"n": n})
        cut = _cut(raked, trim)
        trimmed |= cut < raked - _CLOSE
        settled = np.allclose(cut, w, atol=_CLOSE) or np.allclose(cut, raked, atol=_CLOSE)
        w = cut
        if settled:
            break
    return Raked(w, effective_n(w), int(trimmed.sum()), _gap(w, margins, targets) / n)


def _cut(w: FloatArray, trim: float) -> FloatArray:
    """None above ``trim`` (the mean is 1); what is cut goes to the others in proportion."""
    cut = w * len(w) / w.sum()
    for _round in range(_TRIMS):
        heavy = cut > trim
        if not heavy.any() or heavy.all():
            break
        rest = len(w) - trim * heavy.sum()
        cut = np.where(heavy, trim, cut * max(0.0, rest) / cut[~heavy].sum())
    return np.asarray(cut)


def _agreeing(
    start: FloatArray, margins: Sequence[Margin], targets: Sequence[FloatArray]
) -> FloatArray | None:
    w = start.copy()
    for _round in range(_ROUNDS):
        for one, target in zip(margins, targets, strict=True):
            sums = np.bincount(one.category, weights=w, minlength=len(target))
            factor = np.divide(target, sums, out=np.zeros_like(target), where=sums > 0)
            w = w * factor[one.category]
        if _gap(w, margins, targets) < _CLOSE * len(w):
            return w
    return None


def _gap(w: FloatArray, margins: Sequence[Margin], targets: Sequence[FloatArray]) -> float:
    gaps = (
        np.abs(np.bincount(one.category, weights=w, minlength=len(target)) - target).max()
        for one, target in zip(margins, targets, strict=True)
    )
    return float(max(gaps))
