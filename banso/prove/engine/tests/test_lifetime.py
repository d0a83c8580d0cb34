from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.lifetime import Lifetime, Renewals, fit_lifetime, log_likelihood
from banso.prove.engine.lifetime_value import (
    constant_remaining_terms,
    expected_terms,
    pay_back,
    remaining_terms,
    value_of_base,
)
from banso.prove.engine.projection import (
    BackTest,
    Projection,
    back_test,
    back_test_check,
    project,
    share_still_there,
)

Oracle = Callable[[str], dict[str, Any]]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]


def fitted(renewals: Renewals, **options: Any) -> Lifetime:
    fit = fit_lifetime(renewals, **options)
    assert isinstance(fit, Lifetime)
    return fit


@pytest.mark.parametrize("name", ["sbg_highend_7y", "sbg_regular_7y"])
def test_the_printed_parameters(oracle: Oracle, name: str) -> None:
    o = oracle(name)
    fit = fitted(Renewals.of_cohorts(o["inputs"]["alive"]), allow_bdw=False)
    tolerance, expected = o["tolerance"], o["expected"]
    assert fit.alpha == pytest.approx(expected["alpha"], abs=tolerance["alpha"])
    assert fit.beta == pytest.approx(expected["beta"], abs=tolerance["beta"])
    assert fit.log_likelihood == pytest.approx(expected["ll"], abs=tolerance["ll"])


def test_the_likelihood_away_from_its_best(oracle: Oracle) -> None:
    o = oracle("sbg_highend_7y")
    renewals = Renewals.of_cohorts(o["inputs"]["alive"])
    assert log_likelihood(renewals, 1, 1) == pytest.approx(o["expected"]["ll_at_1_1"], abs=0.05)
    low = log_likelihood(renewals, 0.01, 0.01)
    assert low == pytest.approx(o["expected"]["ll_at_001_001"], abs=0.05)
    nearly = log_likelihood(renewals, 1, 1, 1 + 1e-9)
    assert nearly == pytest.approx(log_likelihood(renewals, 1, 1), abs=1e-4)
    fit = fitted(renewals)
    even = Lifetime(1, 1, 1, 0, "sbg", fit.region, False, renewals, 0.95)
    leaving = -np.diff(even.survival(np.arange(8)))
    assert leaving == pytest.approx(o["expected"]["pmf_at_1_1"], abs=6e-4)


def test_years_8_to_12(oracle: Oracle) -> None:
    o = oracle("sbg_projection_8_12")
    for segment in ("highend", "regular"):
        fit = fitted(Renewals.of_cohorts(o["inputs"][segment]), allow_bdw=False)
        share = fit.survival(np.arange(8, 13))
        assert share == pytest.approx(o["expected"][segment], abs=1e-3)
        actual = np.array(o["inputs"][f"actual_{segment}"]) / 1000
        answer = share_still_there(fit, 12)
        assert answer.value == pytest.approx(share[-1])
        assert answer.low < actual[-1] < answer.high
        error = share[-1] / actual[-1] - 1
        tolerance = o["tolerance"][f"year12_error_{segment}"]
        assert error == pytest.approx(o["expected"][f"year12_error_{segment}"], abs=tolerance)


def test_discounted_residual_lifetime(oracle: Oracle) -> None:
    o = oracle("sbg_derl_jdmaturen")
    fit = fitted(Renewals.of_cohorts(o["inputs"]["alive"]), allow_bdw=False)
    found = remaining_terms(fit, 8, o["inputs"]["d"])
    assert found.value == pytest.approx(o["expected"]["derl"], abs=o["tolerance"])
    assert found.low < found.value < found.high
    summed = remaining_terms(fit, 8, o["inputs"]["d"], horizon=400)
    assert summed.value == pytest.approx(found.value, abs=1e-6)
    whole, five = expected_terms(fit, 0.1), expected_terms(fit, 0.1, horizon=5)
    by_hand = sum(float(fit.survival([t])[0]) / 1.1**t for t in range(5))
    assert five.value == pytest.approx(by_hand)
    assert whole.value > five.value


def test_the_value_of_all_is_the_sum_with_an_interval_of_its_own() -> None:
    fit = fitted(Renewals.of_cohorts(HIGH_END))
    found = value_of_base(fit, [1, 4, 9], [100.0, 50.0, 10.0], 0.1, horizon=5)
    parts = [remaining_terms(fit, n, 0.1, horizon=5) for n in (1, 4, 9)]
    weights = (100.0, 50.0, 10.0)
    assert found.value == pytest.approx(
        sum(w * part.value for w, part in zip(weights, parts, strict=True))
    )
    apart = sum(w * (part.high - part.low) for w, part in zip(weights, parts, strict=True))
    assert found.low < found.value < found.high
    assert found.high - found.low <= apart
    with pytest.raises(ValueError, match="from 1 on"):
        value_of_base(fit, [0], [1.0], 0.1)


def test_residual_value_by_tenure_against_one_constant_rate(oracle: Oracle) -> None:
    o = oracle("rlv_fader_hardie_2015")
    i, region = o["inputs"], np.array([[o["inputs"]["gamma"], o["inputs"]["delta"], 1.0]])
    renewals = Renewals.of_cohorts(HIGH_END)
    fit = Lifetime(i["gamma"], i["delta"], 1.0, 0, "sbg", region, False, renewals, 0.95)
    for n in (1, 2, 5):
        worth = i["value"] * remaining_terms(fit, n, i["d"]).value
        assert worth == pytest.approx(o["expected"][f"n{n}"], abs=o["tolerance"])
    constant = i["value"] * constant_remaining_terms(i["aggregate_retention"], i["d"])
    assert constant == pytest.approx(o["expected"]["constant"], abs=o["tolerance"])


def made_up(n: int, alpha: float, beta: float, *, c: float = 1.0, seed: int) -> Renewals:
    """n customers over up to 12 renewals, started at different times, some watched late."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(alpha, beta, n)
    life = np.ceil((np.log(rng.random(n)) / np.log1p(-chance)) ** (1 / c)).astype(int)
    end, late = rng.integers(3, 13, n), rng.choice([0, 0, 0, 2], n)
    seen = (life > late) & (end > late)
    life, end, late = life[seen], end[seen], late[seen]
    return Renewals.of_rows(np.minimum(life, end), life <= end, late)


def test_parameters_come_back_from_censored_and_late_rows() -> None:
    fit = fitted(made_up(60_000, 0.8, 3.0, seed=1), allow_bdw=False)
    assert fit.alpha == pytest.approx(0.8, rel=0.08)
    assert fit.beta == pytest.approx(3.0, rel=0.08)
    assert fit.retention([1, 5])[0] == pytest.approx(3 / 3.8, abs=0.005)
    wider = fitted(made_up(60_000, 0.8, 3.0, c=1.4, seed=2))
    assert wider.method == "bdw"
    assert wider.c == pytest.approx(1.4, rel=0.1)


def test_the_interval_covers() -> None:
    inside = 0
    for seed in range(200):
        fit = fitted(made_up(500, 0.9, 4.0, seed=seed), allow_bdw=False)
        found = share_still_there(fit, 20)
        truth = np.exp(_beta(0.9, 24.0) - _beta(0.9, 4.0))
        inside += found.low <= truth <= found.high
    assert 0.92 <= inside / 200 <= 0.985


def _beta(a: float, b: float) -> float:
    from scipy.special import betaln

    return float(betaln(a, b))


def test_customers_who_do_not_differ_have_one_rate() -> None:
    alive = (10_000 * 0.9 ** np.arange(9)).round().astype(int)
    fit = fitted(Renewals.of_cohorts(alive.tolist()), allow_bdw=False)
    assert fit.homogeneous
    assert fit.retention([1, 30]) == pytest.approx([0.9, 0.9], abs=0.002)
    assert share_still_there(fit, 12, given=8).value == pytest.approx(0.9**4, abs=0.002)
    assert remaining_terms(fit, 3, 0.1).value == pytest.approx(
        constant_remaining_terms(0.9, 0.1), abs=0.01
    )


def test_the_projection_starts_where_customers_are_now() -> None:
    renewals = Renewals.of_cohorts(HIGH_END[:8])
    whole, later = project(renewals, 12), project(renewals, 12, given=7)
    assert isinstance(whole, Projection)
    assert isinstance(later, Projection)
    assert isinstance(whole.back_test, BackTest)
    assert later.times.tolist() == [8, 9, 10, 11, 12]
    assert later.survival == pytest.approx(whole.survival[7:] / whole.survival[6])
    actual = np.array(HIGH_END[8:]) / HIGH_END[7]
    assert ((later.low < actual) & (actual < later.high)).all()


def test_a_past_that_was_missed_refuses_the_future() -> None:
    shaken = [1000, 950, 905, 865, 400, 180, 80]
    tested = back_test(Renewals.of_cohorts(shaken))
    assert isinstance(tested, BackTest)
    assert not tested.passed
    refusal = project(Renewals.of_cohorts(shaken), 12)
    assert isinstance(refusal, NoAnswer)
    assert refusal.reason == "back_test_failed"
    assert refusal.needs["actual"] < refusal.needs["low"]
    fine = back_test(Renewals.of_cohorts(HIGH_END))
    assert isinstance(fine, BackTest)
    assert fine.fitted_on == 6
    assert back_test_check(fine).passed


def test_a_true_model_is_rarely_refused() -> None:
    refused = 0
    for seed in range(100):
        tested = back_test(made_up(800, 0.9, 4.0, seed=seed))
        assert isinstance(tested, BackTest)
        refused += not tested.passed
    assert refused <= 10


@pytest.mark.parametrize(
    ("alive", "reason"),
    [
        ([20, 15, 12, 11], "too_few_starters"),
        ([500, 400, 300], "too_few_renewals_seen"),
        ([500, 500, 500, 500], "nobody_left"),
    ],
)
def test_gates(alive: list[int], reason: str) -> None:
    refusal = fit_lifetime(Renewals.of_cohorts(alive))
    assert isinstance(refusal, NoAnswer)
    assert refusal.reason == reason
    assert isinstance(project(Renewals.of_cohorts(alive), 5), NoAnswer)


def test_acquisition_cost_is_paid_back_by_those_who_stay() -> None:
    fit = fitted(Renewals.of_cohorts(HIGH_END))
    soon = pay_back(fit, 100.0, 90.0, 0.1)
    later = pay_back(fit, 100.0, 300.0, 0.1)
    assert isinstance(soon, Answer)
    assert soon.value == 1
    assert isinstance(later, Answer)
    assert later.low <= later.value <= later.high
    earned = np.cumsum(fit.survival(np.arange(10)) / 1.1 ** np.arange(10)) * 100
    assert earned[int(later.value) - 2] < 300 <= earned[int(later.value) - 1]
    never = pay_back(fit, 1.0, 100.0, 0.1)
    assert isinstance(never, NoAnswer)
    assert never.reason == "never_pays_back"


def test_cohorts_and_rows_count_alike() -> None:
    cohorts = Renewals.of_cohorts([4, 3, 1], [2, 1])
    rows = Renewals.of_rows([1, 2, 2, 2, 1, 1], [1, 1, 1, 0, 1, 0])
    assert cohorts.decided.tolist() == rows.decided.tolist() == [6, 3]
    assert cohorts.left.tolist() == rows.left.tolist() == [2, 2]
    late = Renewals.of_rows([3, 3], [True, False], [0, 2])
    assert late.decided.tolist() == [1, 1, 2]
    with pytest.raises(ValueError, match="decided at least once"):
        Renewals.of_rows([2], [True], [2])
    with pytest.raises(ValueError, match="more left"):
        Renewals(np.array([1]), np.array([2]))


def test_it_takes_milliseconds() -> None:
    renewals = Renewals.of_cohorts(HIGH_END)
    fitted(renewals)
    started = time.process_time()
    for _ in range(5):
        fitted(renewals, allow_bdw=False)
    assert (time.process_time() - started) / 5 < 0.05
