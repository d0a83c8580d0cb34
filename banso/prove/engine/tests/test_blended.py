"""Experts and data together: against scikit-learn's penalty, and on decisions that come later."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.blended import Blended, expert_score, fit_blended
from banso.prove.engine.calibration import brier

WEIGHTS = np.array([40.0, 30.0, 30.0])


def decisions(
    seed: int, n: int, slopes: tuple[float, ...] = (-0.9, -0.5, 0.0)
) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    x = draw.normal(50, 20, (n, 3))
    eta = -2.0 + ((x - 50) / 20) @ np.array(slopes)
    return x, draw.random(n) < 1 / (1 + np.exp(-eta))


def fitted(*given: object, **more: float) -> Blended:
    found = fit_blended(*given, **more)  # type: ignore[arg-type]
    assert isinstance(found, Blended)
    return found


def test_a_wide_prior_gives_plain_logistic_regression() -> None:
    x, y = decisions(1, 600)
    found = fitted(x, y, WEIGHTS, prior_sd=100.0)
    z = (x - found.centre) / found.scale
    free = LogisticRegression(C=np.inf, tol=1e-10, max_iter=500).fit(z, y)
    assert found.coefficients == pytest.approx(free.coef_[0], abs=1e-3)
    assert found.intercept == pytest.approx(free.intercept_[0], abs=1e-3)


def test_the_prior_is_a_ridge_around_the_experts() -> None:
    """The gradient of the penalised likelihood, written out, is 0 where it ends."""
    x, y = decisions(7, 400)
    found = fitted(x, y, WEIGHTS)
    z = (x - found.centre) / found.scale
    slope = z.T @ (y - found.probability(x)) - (found.coefficients - found.expert) / 0.25**2
    assert slope == pytest.approx(np.zeros(3), abs=1e-4)
    assert float((y - found.probability(x)).sum()) == pytest.approx(0.0, abs=1e-5)


def test_a_narrow_prior_leaves_the_experts_and_a_wide_one_the_data() -> None:
    x, y = decisions(2, 4000)
    narrow, wide = fitted(x, y, WEIGHTS, prior_sd=1e-4), fitted(x, y, WEIGHTS, prior_sd=50.0)
    assert narrow.coefficients == pytest.approx(narrow.expert, abs=1e-4)
    assert wide.coefficients[2] == pytest.approx(0.0, abs=0.15)
    assert wide.expert[2] < -0.2


def test_few_events_keep_near_the_experts_and_foretell_better_than_data_alone() -> None:
    later = decisions(99, 20_000, (-0.6, -0.45, -0.45))
    blended, alone = [], []
    for seed in range(30):
        x, y = decisions(seed, 160, (-0.6, -0.45, -0.45))
        if not 20 <= y.sum() < 60:
            continue
        both, data = fitted(x, y, WEIGHTS), fitted(x, y, WEIGHTS, prior_sd=100.0)
        assert both.leads == "experts"
        blended.append(brier(both.probability(later[0]), later[1]))
        alone.append(brier(data.probability(later[0]), later[1]))
    assert len(blended) > 10
    assert np.mean(blended) < np.mean(alone)


def test_too_few_events_leave_the_weights_alone() -> None:
    x, y = decisions(5, 60)
    few = fit_blended(x, np.arange(60) < 7, WEIGHTS)
    assert isinstance(few, NoAnswer)
    assert (few.reason, few.needs["events"]) == ("too_few_events", 7)
    same = fit_blended(np.full((80, 3), 50.0), np.arange(80) % 2, WEIGHTS)
    assert isinstance(same, NoAnswer) and same.reason == "no_variation"
    with pytest.raises(ValueError, match="a weight for each measure"):
        fit_blended(x, y, [1.0])


def test_unknown_measures_add_nothing() -> None:
    x, y = decisions(6, 3000)
    hidden = np.random.default_rng(6).random(x.shape) < 0.3
    found = fitted(np.where(hidden, np.nan, x), y, WEIGHTS)
    assert found.leads == "data"
    parts = found.parts([[np.nan, 50.0, 50.0]])
    assert parts[0, 0] == 0.0
    assert found.coefficients[0] < -0.5
    assert expert_score([[100.0, np.nan, 0.0]], WEIGHTS)[0] == pytest.approx(100 * 40 / 70)
    assert np.isnan(expert_score([[np.nan] * 3], WEIGHTS)[0])


def test_separation_stays_finite() -> None:
    x = np.column_stack([np.arange(80.0), np.zeros(80), np.zeros(80)])
    found = fitted(x, np.arange(80) < 30, WEIGHTS)
    assert np.isfinite(found.coefficients).all()
    assert found.probability(x).min() >= 0.0


def test_experts_whose_score_goes_the_wrong_way_are_a_prior_of_nothing() -> None:
    x, y = decisions(8, 2000, (0.8, 0.6, 0.4))
    found = fitted(x, y, WEIGHTS, prior_sd=1e-4)
    assert found.slope == 0.0
    assert found.coefficients == pytest.approx(np.zeros(3), abs=1e-3)
