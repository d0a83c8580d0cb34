"""A score of experts blended towards what renewals say: logistic regression with their weights as
the prior.

Letters: n decisions, k measures; x_ij points of measure j (any scale), NaN where unknown; w_j the
experts' weights; y_i = 1 for not renewed; z standardised points. The experts' view is one slope:
logit P(y) = a + b s with s = sum w x / sum w over what is known (b weakly held at 0, and
never above it: experts give points for what they take to be good). Then
beta_j ~ N(b w_j/W sd_j, 0.25^2) per standard deviation, the intercept free. Reference: Gelman et
al. 2008, Ann. Appl. Stat. 2:1360. Prior and data together foretell better than either below about
100 events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from banso.prove.engine.answer import NoAnswer

FloatArray = npt.NDArray[np.float64]
PRIOR_SD = 0.25
SLOPE_SD = 2.5  # of the experts' score, per standard deviation: keeps a perfect split finite
NO_PROBABILITY_BELOW = 20
DATA_DOMINATE_FROM = 100
EVENTS, NON_EVENTS = "too_few_events", "too_few_non_events"
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Blended:
    """P(y) = 1 / (1 + exp(-(intercept + sum coefficients (x - centre) / scale))).

    coefficients, expert, se: log-odds per standard deviation of each measure, blended and as the
    experts see them; ``leads`` is "experts" from 20 events on and "data" from 100 on. ``slope`` is
    b, per point of the experts' score.
    """

    intercept: float
    coefficients: FloatArray
    expert: FloatArray
    se: FloatArray
    centre: FloatArray
    scale: FloatArray
    slope: float
    n: int
    events: int

    @property
    def leads(self) -> str:
        return "data" if self.events >= DATA_DOMINATE_FROM else "experts"

    def log_odds(self, points: npt.ArrayLike) -> FloatArray:
        return np.asarray(self.intercept + self.parts(points).sum(axis=1), dtype=np.float64)

    def probability(self, points: npt.ArrayLike) -> FloatArray:
        """P(not renewed) for rows of points, shape (rows, k)."""
        return np.asarray(expit(self.log_odds(points)), dtype=np.float64)

    def parts(self, points: npt.ArrayLike) -> FloatArray:
        """What each measure adds to the log-odds; an unknown one adds nothing."""
        x = np.asarray(points, dtype=np.float64)
        return np.nan_to_num((x - self.centre) / self.scale) * self.coefficients


def expert_score(points: npt.ArrayLike, weights: npt.ArrayLike) -> FloatArray:
    """sum w x / sum w over the known measures of each row; NaN where none is known."""
    x, w = np.asarray(points, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    known = ~np.isnan(x)
    total = known @ w
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nan_to_num(x) @ w / np.where(total > 0, total, np.nan))


def fit_blended(
    points: npt.ArrayLike,
    not_renewed: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    prior_sd: float = PRIOR_SD,
    needed: int = NO_PROBABILITY_BELOW,
) -> Blended | NoAnswer:
    """The mode of the posterior by Newton's method, and its curvature for the errors.

    points (n, k), not_renewed (n,), weights (k,) not negative and not all 0.
    NoAnswer("too_few_events" | "too_few_non_events") below ``needed`` on a side: the experts'
    weights stay as they are and no probability is told. NoAnswer("no_variation") when the experts'
    score is the same for all. ValueError for other shapes.
    """
    x, y = np.asarray(points, dtype=np.float64), np.asarray(not_renewed).astype(np.float64)
    w = np.asarray(weights, dtype=np.float64)
    if x.ndim != 2 or x.shape != (len(y), len(w)) or (w < 0).any() or not w.any():
        raise ValueError(
            "need points (n, k), an outcome for each row and a weight for each measure"
        )
    events = int(y.sum())
    for reason, count in ((EVENTS, events), (NON_EVENTS, len(y) - events)):
        if count < needed:
            return NoAnswer(reason, {"events": count, "events_needed": needed})
    score = expert_score(x, w)
    told = ~np.isnan(score)
    if not told.any() or float(np.ptp(score[told])) == 0.0:
        return NoAnswer("no_variation", {"n": len(y)})
    spread = float(score[told].std())
    standard = _with_one((score[told] - score[told].mean()) / spread)
    fitted = _mode(standard, y[told], np.zeros(2), np.array([0.0, SLOPE_SD**-2]))[0][1] / spread
    slope = min(float(fitted), 0.0)
    centre, scale = _standards(x)
    expert = slope * w / w.sum() * scale
    z = np.nan_to_num((x - centre) / scale)
    precision = np.concatenate([[0.0], np.full(len(w), prior_sd**-2)])
    found, curvature = _mode(_with_one(z), y, np.concatenate([[0.0], expert]), precision)
    se = np.sqrt(np.diag(np.linalg.inv(curvature)))[1:]
    return Blended(float(found[0]), found[1:], expert, se, centre, scale, slope, len(y), events)


def _standards(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of what is known; 0 and 1 where nothing varies."""
    known = ~np.isnan(x)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.nan_to_num(x).sum(axis=0) / count
    spread = np.sqrt((np.where(known, x - centre, 0.0) ** 2).sum(axis=0) / count)
    return centre, np.where(spread > 0, spread, 1.0)


def _with_one(x: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(x)), x])


def _mode(
    x: FloatArray, y: FloatArray, prior: FloatArray, precision: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Where log-likelihood less sum precision (b - prior)^2 / 2 is greatest, and its curvature."""
    base = float(np.clip(y.mean(), 1e-6, 1 - 1e-6))
    b = prior.copy()
    b[0] = np.log(base / (1 - base))
    height = _height(x, y, b, prior, precision)
    curvature = np.eye(len(b))
    for _ in range(_MOST_STEPS):
        p = expit(x @ b)
        gradient = x.T @ (y - p) - precision * (b - prior)
        curvature = (x.T * np.maximum(p * (1 - p), 1e-12)) @ x + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        while (higher := _height(x, y, b + step, prior, precision)) < height - 1e-12:
            step = step / 2
        b, gained, height = b + step, higher - height, higher
        if gained < 1e-10 and float(np.abs(step).max()) < 1e-8:
            break
    return b, curvature


def _height(
    x: FloatArray, y: FloatArray, b: FloatArray, prior: FloatArray, precision: FloatArray
) -> float:
    eta = x @ b
    likelihood = float(np.sum(y * eta - np.logaddexp(0.0, eta)))
    return likelihood - float(np.sum(precision * (b - prior) ** 2)) / 2
