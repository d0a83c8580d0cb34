"""Whether probabilities mean what they say: Murphy's parts of the Brier score, and recalibration.

Letters: p_i forecast in 0..1, y_i outcome (0 or 1), n rows; groups k of equal forecast f_k with n_k
rows and share o_k of events; base rate o. References: Murphy 1973, J. Appl. Meteor. 12:595;
Cox 1958, Biometrika 45:562; Van Calster et al. 2019, BMC Medicine 17:230.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_z
from banso.prove.engine.proportions import Interval, wilson
from banso.prove.engine.regression import SingularDesignError, fit_logistic

FloatArray = npt.NDArray[np.float64]
MINIMUM_EVENTS = 10
_FURTHEST, _HALVINGS = 40.0, 50
ALIKE = 0.05  # logits that vary less are one forecast: their slope would be any number


@dataclass(frozen=True, slots=True)
class BrierParts:
    """brier = reliability - resolution + uncertainty, exactly, when rows of a group share one p.

    reliability: sum n_k (f_k - o_k)^2 / n, 0 is perfect; resolution: sum n_k (o_k - o)^2 / n, more
    is better; uncertainty: o (1 - o).
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float

    @property
    def skill(self) -> float | None:
        """1 - brier / uncertainty; None when all or none had the event."""
        return 1.0 - self.brier / self.uncertainty if self.uncertainty else None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of similar forecasts: their mean forecast, their events and the share's interval."""

    forecast: float
    n: int
    events: int
    interval: Interval


def _read(probability: npt.ArrayLike, event: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    p = np.asarray(probability, dtype=np.float64)
    y = np.asarray(event).astype(np.float64)
    if not len(p) or len(p) != len(y) or not np.all((p >= 0) & (p <= 1)):
        raise ValueError("need equally long probabilities in 0..1 and events")
    return p, y


def brier_parts(probability: npt.ArrayLike, event: npt.ArrayLike) -> BrierParts:
    """Murphy's parts over the distinct forecasts. Shapes (n,); ValueError as for ``brier``."""
    p, y = _read(probability, event)
    forecasts, of = np.unique(p, return_inverse=True)
    size = np.bincount(of)
    share = np.bincount(of, weights=y) / size
    base, weight = float(y.mean()), size / len(y)
    return BrierParts(
        brier=float(np.mean((p - y) ** 2)),
        reliability=float(np.sum(weight * (forecasts - share) ** 2)),
        resolution=float(np.sum(weight * (share - base) ** 2)),
        uncertainty=base * (1.0 - base),
    )


def in_the_large(probability: npt.ArrayLike, event: npt.ArrayLike) -> float:
    """Share of events less mean forecast: above 0 more happened than was said."""
    p, y = _read(probability, event)
    return float(y.mean() - p.mean())


def observed_over_expected(
    probability: npt.ArrayLike, event: npt.ArrayLike, *, confidence: float = 0.95
) -> Answer | NoAnswer:
    """O/E: events that came over events foretold, O = sum y, E = sum p.

    Interval: the sums E(d) / E, E(d) = sum p_i(d), with logit p_i(d) = logit p_i + d, for which
    (O - E(d))^2 <= z^2 sum p_i(d) (1 - p_i(d)): the score test of Cox's calibration in the large
    (1958) with the variance of different risks (Spiegelhalter 1986, Statist. Med. 5:421-433, at
    d = 0). For equal forecasts it is Wilson's interval of the share of events over the forecast;
    for different ones narrower. Forecasts of 0 and 1 are moved inside by 1e-6.
    NoAnswer("too_few_events") below 10 events; NoAnswer("nothing_foretold") when all forecasts
    are 0.
    """
    p, y = _read(probability, event)
    events, n = int(y.sum()), len(y)
    if events < MINIMUM_EVENTS:
        return NoAnswer("too_few_events", {"events": events, "events_needed": MINIMUM_EVENTS})
    expected = float(p.sum())
    if expected == 0.0:
        return NoAnswer("nothing_foretold", {"n": n})
    logit = _logit(p)
    z = two_sided_z(confidence)
    low, high = (_shifted(logit, events, side * z) for side in (1.0, -1.0))
    value = events / expected
    return Answer(
        value=value,
        low=min(value, low / expected),
        high=max(value, high / expected),
        n=n,
        events=events,
        scale="ratio",
        method="observed_over_expected",
        confidence=confidence,
    )


def _logit(p: FloatArray) -> FloatArray:
    inside = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))


def _shifted(logit: FloatArray, events: int, z: float) -> float:
    """The sum of risks, shifted on the logit scale, from which `events` lies z standard deviations:
    above for z > 0, below for z < 0. Bisection; what lies beyond every shift is the last sum.
    """
    low, high = -_FURTHEST, _FURTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        risk = 1.0 / (1.0 + np.exp(-(logit + middle)))
        total = float(risk.sum())
        above = events - total > z * float(np.sqrt(risk @ (1.0 - risk)))
        low, high = (middle, high) if above else (low, middle)
    return total


def calibration_slope(
    probability: npt.ArrayLike,
    event: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Answer | NoAnswer:
    """b of logit P(y) = a + b logit(p): 1 is right, below 1 the forecasts are too extreme.

    Forecasts of 0 and 1 are moved inside by 1e-6. Standard errors by clusters if given.
    NoAnswer("too_few_events" | "too_few_non_events") below 10 on a side, NoAnswer("one_forecast")
    when all forecasts are (nearly) alike, NoAnswer("separable") when no finite slope fits,
    NoAnswer("one_account") when all rows are of one cluster.
    """
    p, y = _read(probability, event)
    events = int(y.sum())
    for reason, count in (("too_few_events", events), ("too_few_non_events", len(y) - events)):
        if count < MINIMUM_EVENTS:
            return NoAnswer(reason, {"events": count, "events_needed": MINIMUM_EVENTS})
    if clusters is not None and len(np.unique(np.asarray(clusters))) < 2:
        return NoAnswer("one_account", {"accounts": 1, "accounts_needed": 2})
    logit = _logit(p)
    if float(logit.std()) < ALIKE:
        return NoAnswer("one_forecast", {"n": len(y)})
    try:
        fit = fit_logistic(np.column_stack([np.ones(len(y)), logit]), y, clusters)
    except SingularDesignError:
        return NoAnswer("one_forecast", {"n": len(y)})
    if not fit.converged:
        return NoAnswer("separable", {"n": len(y), "events": events})
    value, se = float(fit.coef[1]), float(fit.se[1])
    half = two_sided_z(confidence) * se
    return Answer(
        value=value,
        low=value - half,
        high=value + half,
        n=len(y),
        events=events,
        scale="slope",
        method="logistic_recalibration",
        confidence=confidence,
        se=se,
    )


def groups(
    probability: npt.ArrayLike, event: npt.ArrayLike, *, most: int = 10, least: int = 10
) -> tuple[Group, ...]:
    """Rows cut by their forecasts into at most ``most`` groups of at least ``least`` rows, lowest
    first, for a picture of foretold against seen; equal forecasts stay together.
    """
    p, y = _read(probability, event)
    order = np.argsort(p, kind="stable")
    p, y = p[order], y[order]
    edges = [0]
    for cut in np.linspace(0, len(p), min(most, max(1, len(p) // least)) + 1)[1:-1]:
        place = int(np.searchsorted(p, p[int(cut)], side="left"))
        if place - edges[-1] >= least and len(p) - place >= least:
            edges.append(place)
    edges.append(len(p))
    made = []
    for begin, end in pairwise(edges):
        events = int(y[begin:end].sum())
        made.append(
            Group(float(p[begin:end].mean()), end - begin, events, wilson(events, end - begin))
        )
    return tuple(made)
