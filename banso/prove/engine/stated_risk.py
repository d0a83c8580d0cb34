"""What people say they will do beside what they did: churn risk by answer.

Letters: answer a in 1..K (higher: intends more to continue), y = 1 where the customer did not renew
afterwards; stated: 1 where the answer is below the top two. Calibrated: logit P(y) = b0 + b1 a,
clustered by account; from 100 losses on the best non-increasing step function (pool adjacent
violators, isotonic). References: Barlow et al. 1972; Morwitz, Steckel & Gupta 2007, Int. J.
Forecast. 23:347 (stated intentions overstate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.regression import Clusters, FloatArray, SingularDesignError, fit_logistic

ENOUGH_EVENTS, ENOUGH_ACCOUNTS, FOR_STEPS = 20, 20, 100


@dataclass(frozen=True, slots=True)
class Calibration:
    """Risk of each answer 1..K with 95 % limits; ``draws`` (10,000, K) of it. ``method``:
    "logistic" or "isotonic"; stated, lost: share below the top two, and share that was lost, of
    the same ``n`` answers.
    """

    risk: FloatArray
    low: FloatArray
    high: FloatArray
    draws: FloatArray
    method: str
    n: int
    events: int
    accounts: int
    stated: float
    lost: float


def calibrated(
    answer: npt.ArrayLike, lost: npt.ArrayLike, account: npt.ArrayLike, *, levels: int = 5,
    draws: int = 10_000, seed: int = 3,
) -> Calibration | NoAnswer:  # fmt: skip
    """Risk by answer from what came. NoAnswer("too_few_events" | "too_few_non_events" |
    "too_few_event_accounts") below METHODS 1.5, "no_variation" where all answered alike,
    "separated" where the answers tell losses without a fault.

    ValueError for an answer outside 1..levels.
    """
    a, y = np.asarray(answer, dtype=np.int64), np.asarray(lost, dtype=np.float64)
    who = np.asarray(account)
    if len(a) and (a.min() < 1 or a.max() > levels):
        raise ValueError("answers lie in 1..levels")
    short = _too_few(y, who)
    if short is not None:
        return short
    if a.min() == a.max():
        return NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
    events = int(y.sum())
    random = np.random.default_rng(seed)
    steps = events >= FOR_STEPS
    risk, made = (
        _steps(a, y, who, levels, random, draws) if steps else _line(a, y, who, levels, random,
                                                                     draws)
    )  # fmt: skip
    if risk is None:
        return NoAnswer("separated", {"n": len(a), "events": events})
    tail = (1 - 0.95) / 2
    low, high = np.quantile(made, (tail, 1 - tail), axis=0)
    return Calibration(
        risk, low, high, made, "isotonic" if steps else "logistic", len(a), events,
        len(np.unique(who)), float((a <= levels - 2).mean()), float(y.mean()),
    )  # fmt: skip


def _too_few(y: FloatArray, who: npt.NDArray[np.int64]) -> NoAnswer | None:
    events, others = int(y.sum()), int((1 - y).sum())
    needs = {"events": events, "non_events": others, "events_needed": ENOUGH_EVENTS}
    if events < ENOUGH_EVENTS:
        return NoAnswer("too_few_events", needs)
    if others < ENOUGH_EVENTS:
        return NoAnswer("too_few_non_events", needs)
    accounts = min(len(np.unique(who[y == side])) for side in (0, 1))
    if accounts < ENOUGH_ACCOUNTS:
        more = {"accounts": accounts, "accounts_needed": ENOUGH_ACCOUNTS}
        return NoAnswer("too_few_event_accounts", needs | more)
    return None


def _line(
    a: npt.NDArray[np.int64], y: FloatArray, who: npt.NDArray[np.int64], levels: int,
    random: np.random.Generator, draws: int,
) -> tuple[FloatArray | None, FloatArray]:  # fmt: skip
    at = np.column_stack([np.ones(levels), np.arange(1, levels + 1)])
    try:
        fit = fit_logistic(np.column_stack([np.ones(len(a)), a]), y, who)
    except SingularDesignError:
        return None, np.zeros((draws, levels))
    if not fit.converged or len(fit.coef) < 2:
        return None, np.zeros((draws, levels))
    made = random.multivariate_normal(fit.coef, fit.covariance, size=draws, method="eigh")
    return 1 / (1 + np.exp(-at @ fit.coef)), 1 / (1 + np.exp(-made @ at.T))


def _steps(
    a: npt.NDArray[np.int64], y: FloatArray, who: npt.NDArray[np.int64], levels: int,
    random: np.random.Generator, draws: int,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    n = np.bincount(a, minlength=levels + 1)[1:].astype(np.float64)
    x = np.bincount(a, weights=y, minlength=levels + 1)[1:]
    risk = falling(x, n)
    deff = _deff(a, y, who, risk)
    beta = random.beta((x + 0.5) / deff, (n - x + 0.5) / deff, size=(draws, levels))
    weights = np.where(n > 0, n, 1e-9)
    return risk, _falling_rows(beta, weights)


def _deff(
    a: npt.NDArray[np.int64], y: FloatArray, who: npt.NDArray[np.int64], risk: FloatArray
) -> float:
    """How much more the mean residual varies by account than row by row, at least 1."""
    residual = y - risk[a - 1]
    sums = Clusters.of(who).sums(residual[:, None])[:, 0]
    return max(1.0, float(sums @ sums) / max(float(residual @ residual), 1e-12))


def falling(events: npt.ArrayLike, n: npt.ArrayLike) -> FloatArray:
    """The non-increasing shares closest to events/n (pool adjacent violators); levels without
    answers take the share of their neighbours.
    """
    x, m = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    blocks: list[list[float]] = []
    for some, many in zip(x, m, strict=True):
        blocks.append([some, many, 1])
        while len(blocks) > 1 and _share(blocks[-2]) <= _share(blocks[-1]):
            last = blocks.pop()
            blocks[-1] = [one + two for one, two in zip(blocks[-1], last, strict=True)]
    return np.concatenate([np.full(int(block[2]), _share(block)) for block in blocks])


def _share(block: list[float]) -> float:
    return block[0] / block[1] if block[1] > 0 else 0.0


def _falling_rows(shares: FloatArray, weights: FloatArray) -> FloatArray:
    """The same for many rows: min over starts of max over ends of the weighted means."""
    k = shares.shape[1]
    sums = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(shares * weights, axis=1)], axis=1)
    mass = np.concatenate([[0.0], np.cumsum(weights)])
    found = np.empty_like(shares)
    for i in range(k):
        best = np.full(len(shares), np.inf)
        for start in range(i + 1):
            most = np.full(len(shares), -np.inf)
            for end in range(i + 1, k + 1):
                most = np.maximum(most, (sums[:, end] - sums[:, start]) / (mass[end] - mass[start]))
            best = np.minimum(best, most)
        found[:, i] = best
    return found


def leaf_risks(
    answers: npt.ArrayLike, calibration: Calibration, *, deff: float = 1.0, seed: int = 4
) -> tuple[FloatArray, FloatArray]:
    """Estimate (leaves,) and draws (draws, leaves) of each leaf's risk: answers (leaves, K) counts
    of each answer, drawn as Dirichlet(counts/deff + 1/2), times the risk of each answer.
    """
    counts = np.asarray(answers, dtype=np.float64)
    random, draws = np.random.default_rng(seed), len(calibration.draws)
    n = counts.sum(axis=1, keepdims=True)
    share = np.where(n > 0, counts / np.maximum(n, 1e-12), 1 / counts.shape[1])
    made = np.empty((draws, len(counts)))
    for leaf, row in enumerate(counts):
        gamma = random.standard_gamma(row / deff + 0.5, size=(draws, counts.shape[1]))
        mix = gamma / gamma.sum(axis=1, keepdims=True)
        made[:, leaf] = np.einsum("ij,ij->i", mix, calibration.draws)
    return share @ calibration.risk, made
