"""Rates of many small groups pulled towards what all of them say, and how far chance alone goes.

Letters: group j with x_j of n_j; the groups' true rates vary as Beta(alpha, beta) or around a mean.
References: Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3 (rats); Efron & Morris 1975,
JASA 70:311; Spiegelhalter 2005, Statist. Med. 24:1185 (funnel plots).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, betaln

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import quantile
from banso.prove.engine.proportions import Interval

FloatArray = npt.NDArray[np.float64]
MINIMUM_GROUPS = 5
_GRID = 400


@dataclass(frozen=True, slots=True)
class BetaRates:
    """How the groups' true rates vary: Beta(alpha, beta), its mean, and the groups behind it."""

    alpha: float
    beta: float
    groups: int

    @property
    def mean(self) -> float:
        return self.alpha / (self.alpha + self.beta)

    def shrunk(self, events: int, n: int, *, confidence: float = 0.95) -> Answer:
        """(alpha + x) / (alpha + beta + n) with the equal-tailed interval of its Beta."""
        a, b = self.alpha + events, self.beta + n - events
        tail = (1.0 - confidence) / 2
        return Answer(
            value=a / (a + b),
            low=float(betaincinv(a, b, tail)),
            high=float(betaincinv(a, b, 1.0 - tail)),
            n=n,
            events=events,
            scale="proportion",
            method="beta_binomial",
            confidence=confidence,
        )


def _counts(events: npt.ArrayLike, n: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if len(x) != len(size) or not np.all((x >= 0) & (x <= size) & (size > 0)):
        raise ValueError("need 0 <= events <= n and n > 0 for each group")
    return x, size


def _likelihood(x: FloatArray, n: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Sum over groups of ln B(a + x, b + n - x) - ln B(a, b), for each pair (a, b)."""
    found = np.zeros(np.broadcast(a, b).shape)
    for events, size in zip(x, n, strict=True):
        found += betaln(a + events, b + size - events)
    return np.asarray(found - len(x) * betaln(a, b), dtype=np.float64)


def fit_beta_binomial(events: npt.ArrayLike, n: npt.ArrayLike) -> BetaRates | NoAnswer:
    """alpha and beta of greatest likelihood, shapes (groups,).

    NoAnswer("too_few_groups") below five groups; NoAnswer("no_spread") when the groups differ no
    more than chance makes them (the likelihood then rises for ever with alpha + beta).
    """
    x, size = _counts(events, n)
    if len(x) < MINIMUM_GROUPS:
        return NoAnswer("too_few_groups", {"groups": len(x), "groups_needed": MINIMUM_GROUPS})
    rate = float(np.clip(x.sum() / size.sum(), 1e-6, 1 - 1e-6))

    def loss(point: FloatArray) -> float:
        a, b = np.exp(point)
        return -float(_likelihood(x, size, np.asarray(a), np.asarray(b)))

    start = np.log([rate * 10, (1 - rate) * 10])
    from scipy.optimize import minimize

    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    alpha, beta = (float(v) for v in np.exp(found.x))
    if alpha + beta > 1e4 or not np.isfinite(alpha + beta):
        return NoAnswer("no_spread", {"groups": len(x)})
    return BetaRates(alpha, beta, len(x))


def posterior_beta_binomial(events: npt.ArrayLike, n: npt.ArrayLike) -> BetaRates | NoAnswer:
    """Posterior means of alpha and beta under p(alpha, beta) ~ (alpha + beta)^(-5/2).

    On a grid of ln(alpha/beta) and ln(alpha + beta) around the likelihood's top, as BDA does it.
    NoAnswer as ``fit_beta_binomial``.
    """
    top = fit_beta_binomial(events, n)
    if isinstance(top, NoAnswer):
        return top
    x, size = _counts(events, n)
    centre, spread = np.log(top.alpha / top.beta), np.log(top.alpha + top.beta)
    u, v = np.meshgrid(
        np.linspace(centre - 1.2, centre + 1.2, _GRID), np.linspace(spread - 3, spread + 4, _GRID)
    )
    b = np.exp(v) / (1 + np.exp(u))
    a = np.exp(u) * b
    # density in (u, v): the prior times the Jacobian alpha beta
    height = _likelihood(x, size, a, b) - 2.5 * v + np.log(a) + np.log(b)
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    return BetaRates(float((weight * a).sum()), float((weight * b).sum()), len(x))


@dataclass(frozen=True, slots=True)
class JamesStein:
    """Each rate moved towards the mean of all: mean + c (y_j - mean), 0 <= c <= 1."""

    mean: float
    c: float
    shrunk: FloatArray


def james_stein(rates: npt.ArrayLike, n: float) -> JamesStein | NoAnswer:
    """c = 1 - (k - 3) s^2 / sum (y - mean)^2 with s^2 = mean (1 - mean) / n, never below 0.

    ``rates``: shape (k,), shares of the same number n each. NoAnswer("too_few_groups") below four
    groups; ValueError for shares outside 0..1 or n <= 0.
    """
    y = np.asarray(rates, dtype=np.float64)
    if n <= 0 or not np.all((y >= 0) & (y <= 1)):
        raise ValueError("need shares in 0..1 and n > 0")
    if len(y) < 4:
        return NoAnswer("too_few_groups", {"groups": len(y), "groups_needed": 4})
    mean = float(y.mean())
    scatter = float(((y - mean) ** 2).sum())
    chance = mean * (1 - mean) / n
    c = max(0.0, 1.0 - (len(y) - 3) * chance / scatter) if scatter > 0 else 0.0
    return JamesStein(mean, c, mean + c * (y - mean))


def funnel_limits(rate: float, n: int, *, confidence: float = 0.998) -> Interval:
    """Normal limits rate -+ z sqrt(rate (1 - rate) / n) of a group of n; they may leave 0..1."""
    half = quantile((1 + confidence) / 2) * float(np.sqrt(rate * (1 - rate) / n))
    return Interval(rate - half, rate + half)


def exact_funnel_limits(rate: float, n: int, *, confidence: float = 0.998) -> Interval:
    """The same from the binomial distribution; at most (1 - confidence)/2 lies beyond each."""
    tail = (1.0 - confidence) / 2
    from scipy.stats import binom

    low, high = binom.ppf([tail, 1.0 - tail], n, rate) / n
    return Interval(float(low), float(high))
