from __future__ import annotations

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.money_survival import MoneyCurve, money_at, money_survival
from banso.prove.engine.survival import kaplan_meier


def lives(n: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    ends, cut = rng.exponential(400, n), rng.uniform(30, 900, n)
    return np.ceil(np.minimum(ends, cut)), ends <= cut, np.round(rng.lognormal(3, 1, n))


def curve(
    duration: np.ndarray, left: np.ndarray, money: np.ndarray, *, entry: np.ndarray | None = None
) -> MoneyCurve:
    found = money_survival(duration, left, money, entry)
    assert isinstance(found, MoneyCurve)
    return found


def test_the_share_is_that_of_lifelines_with_weights() -> None:
    lifelines = pytest.importorskip("lifelines")
    duration, left, money = lives(300)
    found = curve(duration, left, money)
    with pytest.warns(match="weights"):
        fitted = lifelines.KaplanMeierFitter().fit(duration, left, weights=money / 7.0)
    theirs = fitted.survival_function_at_times(found.time).to_numpy()
    assert found.survival == pytest.approx(theirs, abs=1e-9)


def test_late_entry_is_that_of_lifelines_with_weights() -> None:
    lifelines = pytest.importorskip("lifelines")
    duration, left, money = lives(400)
    entry = np.where(np.arange(400) % 3 == 0, np.floor(duration / 2), 0.0)
    found = curve(duration, left, money, entry=entry)
    fitted = lifelines.KaplanMeierFitter().fit(duration, left, entry=entry, weights=money)
    theirs = fitted.survival_function_at_times(found.time).to_numpy()
    assert found.survival == pytest.approx(theirs, abs=1e-9)


def test_equal_weights_are_kaplan_meier() -> None:
    duration, left, _money = lives(500)
    found, plain = curve(duration, left, np.full(500, 9.0)), kaplan_meier(duration, left)
    assert found.survival == pytest.approx(plain.survival, abs=1e-12)
    assert (found.at_risk == plain.at_risk).all()
    many = plain.at_risk >= 30
    assert found.se[many] == pytest.approx(plain.se[many], rel=0.02)


def test_intervals_cover_what_many_companies_show() -> None:
    covered, rng = 0, np.random.default_rng(5)
    for _company in range(300):
        money = rng.lognormal(3, 0.8, 400)
        often = np.where(money > np.exp(3), 900.0, 300.0)  # who pays more stays longer
        ends, cut = rng.exponential(often), rng.uniform(200, 900, 400)
        found = money_at(curve(np.minimum(ends, cut), ends <= cut, money), 365.0)
        assert isinstance(found, Answer)
        # truth: money-weighted mean of exp(-365/often), share of money above the median
        above = 0.7881446  # Phi(0.8): lognormal, weighted by money
        truth = above * np.exp(-365 / 900) + (1 - above) * np.exp(-365 / 300)
        covered += found.low <= truth <= found.high
    assert 0.91 <= covered / 300 <= 0.985


def test_a_few_large_customers_are_few() -> None:
    duration, left, _money = lives(100)
    money = np.ones(100)
    money[:3] = 1000.0
    found = curve(duration, left, money)
    assert found.at_risk[0] <= 4
    refused = money_at(found, float(found.time[5]))
    assert isinstance(refused, NoAnswer)
    assert refused.reason == "too_few_at_risk"


def test_without_money_there_is_no_curve() -> None:
    refused = money_survival([3.0, 4.0], [True, False], [0.0, 0.0])
    assert isinstance(refused, NoAnswer)
    assert refused.reason == "no_money"
    assert (
        curve(np.array([3.0, 4.0]), np.array([True, True]), np.array([1.0, 2.0])).survival[-1] == 0
    )
    nobody = curve(np.array([3.0, 4.0]), np.array([False, False]), np.array([1.0, 2.0]))
    assert not len(nobody.time)
    for wrong, why in (([-1.0, 1.0], "weight"), ([np.nan, 1.0], "numbers"), ([1.0], "equally")):
        with pytest.raises(ValueError, match=why):
            money_survival([3.0, 4.0], [True, False], wrong)
