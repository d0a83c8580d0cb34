from __future__ import annotations

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.blended import Blended, fit_blended
from banso.prove.engine.calibration_drift import calibration_drift


def forecasts(expected: float, observed: int, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    return np.full(n, expected / n), np.arange(n) < observed


def test_with_a_level_known_exactly_the_limits_are_those_of_a_poisson_table() -> None:
    # cumulative Poisson, mean 10 (any table): P(X <= 2) = 0.0028, P(X <= 3) = 0.0103,
    # P(X <= 18) = 0.9928, P(X <= 19) = 0.9965: 99 % lie in 3..19
    found = calibration_drift(*forecasts(10, 10), level_events=10**9)
    assert isinstance(found, Answer)
    assert (10 * found.low, 10 * found.high) == pytest.approx((3, 19))


def test_a_level_from_few_events_widens_the_limits() -> None:
    # negative binomial: variance E + E^2/D, here 20 + 400/20 = 40, against a Poisson's 20
    wide = calibration_drift(*forecasts(20, 20), level_events=20)
    narrow = calibration_drift(*forecasts(20, 20), level_events=10**9)
    assert isinstance(wide, Answer)
    assert isinstance(narrow, Answer)
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(2**0.5, abs=0.12)


@pytest.mark.parametrize(("observed", "quiet"), [(40, True), (41, True), (62, False), (18, False)])
def test_it_rings_when_it_is_both_sure_and_large(observed: int, quiet: bool) -> None:
    found = calibration_drift(*forecasts(40, observed, 400), level_events=400)
    assert isinstance(found, Answer)
    assert found.checks[0].passed is quiet


def test_a_sure_but_small_difference_needs_nobody() -> None:
    found = calibration_drift(*forecasts(4000, 4500, 40000), level_events=10**6)
    assert isinstance(found, Answer)
    assert found.value > found.high
    assert found.checks[0].passed is True


def test_below_five_expected_nothing_is_said() -> None:
    found = calibration_drift(*forecasts(4, 30), level_events=100)
    assert isinstance(found, NoAnswer)
    assert found.reason == "too_few_expected"
    with pytest.raises(ValueError, match=r"0\.\.1"):
        calibration_drift([1.2], [True], level_events=10)


def a_quarter(seed: int, *, before: int, within: int, rise: float) -> bool | None:
    """Forecasts fitted on what came before, held against the next quarter; None: not judged."""
    draw = np.random.default_rng(seed)
    points = np.clip(draw.normal(55, 22, (before + within, 2)), 0, 100)
    eta = -2.0 - ((points - 55) / 22) @ np.array([0.8, 0.4])
    eta[before:] += rise
    lost = draw.random(len(eta)) < 1 / (1 + np.exp(-eta))
    fit = fit_blended(points[:before], lost[:before], [60, 40], prior_sd=1e-4)
    if not isinstance(fit, Blended):
        return None
    found = calibration_drift(
        fit.probability(points[before:]), lost[before:], level_events=fit.events
    )
    return None if isinstance(found, NoAnswer) else found.checks[0].passed is False


@pytest.mark.parametrize(("before", "within"), [(200, 60), (400, 100), (2000, 500)])
def test_on_noise_it_rings_hardly_ever(before: int, within: int) -> None:
    rang = [a_quarter(seed, before=before, within=within, rise=0.0) for seed in range(400)]
    judged = [one for one in rang if one is not None]
    assert len(judged) > 300
    assert sum(judged) / len(judged) <= 0.02


def test_when_twice_as_many_leave_it_mostly_rings() -> None:
    rang = [a_quarter(seed, before=2000, within=250, rise=0.9) for seed in range(60)]
    assert sum(one is True for one in rang) / len(rang) >= 0.85
