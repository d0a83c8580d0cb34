"""Whether what came has left what was foretold further behind than chance does.

Letters: p_i forecasts, y_i what came, O = sum y, E = sum p; D events on which the level of the
forecasts was fitted. A level known from D events is off by a factor with variance 1/D, so that O is
about negative binomial with mean E and shape D (a Poisson count whose mean is a gamma draw; D
without end gives the Poisson limits of a level that is known exactly). Binomial outcomes vary a
little less, which makes the limits a little wide. Reference: Gelman et al. 2013, Bayesian Data
Analysis, 3rd ed., 2.6 (predictive distribution of a Poisson count).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, Check, NoAnswer

TOLERATED = (0.8, 1.25)
EXPECTED_NEEDED = 5.0
CONFIDENCE = 0.99  # a quarter's verdict is wrong at most once in a hundred


def calibration_drift(
    probability: npt.ArrayLike,
    event: npt.ArrayLike,
    *,
    level_events: int,
    confidence: float = CONFIDENCE,
    tolerated: tuple[float, float] = TOLERATED,
) -> Answer | NoAnswer:
    """O/E with the limits that chance keeps it in while the forecasts are right.

    probability, event: (n,), decisions that came after the forecasts were made; level_events: D.
    value is O/E; low and high are O/E's limits *under right forecasts*, so the alarm is a value
    outside them. The check "drift" has passed=False when it is, and outside ``tolerated`` too: a
    difference that is sure and small needs nobody. NoAnswer("too_few_expected") below 5 expected.
    ValueError for probabilities outside 0..1, unequal lengths or level_events below 1.
    """
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(event).astype(bool)
    if len(p) != len(y) or not np.all((p >= 0) & (p <= 1)) or level_events < 1:
        raise ValueError("need equally long probabilities in 0..1 and events, and level_events")
    expected, observed = float(p.sum()), int(y.sum())
    if expected < EXPECTED_NEEDED:
        needs = {"expected": expected, "expected_needed": EXPECTED_NEEDED, "n": float(len(y))}
        return NoAnswer("too_few_expected", needs)
    from scipy import stats

    count = stats.nbinom(level_events, level_events / (level_events + expected))
    tail = (1 - confidence) / 2
    low, high = float(count.ppf(tail)), float(count.ppf(1 - tail))
    ratio = observed / expected
    drifted = not low <= observed <= high and not tolerated[0] <= ratio <= tolerated[1]
    return Answer(
        value=ratio,
        low=low / expected,
        high=high / expected,
        n=len(y),
        events=observed,
        scale="ratio",
        method="negative_binomial_predictive",
        confidence=confidence,
        checks=(Check("drift", ratio, None, not drifted),),
    )
