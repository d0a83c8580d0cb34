"""Changes tried out on paper: the oracle tree, closed forms on small cases, and impossible ones."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.levers import (
    LEAVES,
    Counted,
    Levels,
    Part,
    band,
    break_even,
    design_effect,
    drawn,
    levels_of,
    moved,
    transport,
    tried,
    with_risks,
    worst_and_best,
)
from banso.prove.engine.stated_risk import Calibration, calibrated, falling, leaf_risks

Oracle = Callable[[str], dict[str, Any]]


def oracle_part(inputs: dict[str, Any], people: float = 1e7) -> Part:
    t, c = inputs["trouble"], inputs["consult"]
    above, at, below = inputs["mix_above_at_below"]
    shares = (1 - t, t * (1 - c), t * c * above, t * c * at, t * c * below, 0.0)
    intent = [*(inputs["intent"][leaf] for leaf in LEAVES[:5]), 1.0]
    n = tuple(people * share for share in shares)
    return drawn(
        Counted(n, tuple(m * (1 - i) for m, i in zip(n, intent, strict=True))), size=inputs["N"]
    )


def test_the_levers_of_the_oracle_do_not_add_up(oracle: Oracle) -> None:
    one = oracle("goodman_tarp_tree")
    inputs, expected = one["inputs"], one["expected"]
    part = oracle_part(inputs)
    to = Levels(inputs["trouble"], 0.85, (0.3, 0.5, 0.2))
    found = tried([part], [to], transfer=1.0)
    assert found.before.value * 10_000 == pytest.approx(expected["lost"], abs=1e-6)
    assert found.alone["consulted"].value == pytest.approx(expected["saved_consult85"], abs=1e-6)
    assert found.alone["answers"].value == pytest.approx(expected["saved_mix"], abs=1e-6)
    assert found.together.value == pytest.approx(expected["saved_both"], abs=1e-6)
    apart = expected["saved_both"] - expected["saved_consult85"] - expected["saved_mix"]
    assert found.interaction.value == pytest.approx(apart, abs=1e-6)
    assert found.interaction.low95 <= apart <= found.interaction.high95
    assert found.alone["trouble"].value == 0 == found.alone["trouble"].high95
    assert found.after.value == pytest.approx(expected["total_risk_both"], abs=1e-9)


def test_half_the_gap_keeps_half(oracle: Oracle) -> None:
    part = oracle_part(oracle("goodman_tarp_tree")["inputs"], 500)
    to = Levels(0.2, 0.85, (0.3, 0.5, 0.2))
    whole, half = tried([part], [to], transfer=1), tried([part], [to], transfer=0.5)
    assert half.together.value == pytest.approx(whole.together.value / 2)
    assert half.together.high95 == pytest.approx(whole.together.high95 / 2)
    assert half.full == whole.full == pytest.approx(whole.together.value)
    assert break_even(whole.full / 4, whole.full) == pytest.approx(0.25)
    assert break_even(2 * whole.full, whole.full) is None and break_even(1, -3) is None
    assert break_even(0, 5) == 0


def test_risk_of_one_leaf_has_the_betas_quantiles() -> None:
    from scipy.stats import beta

    part = drawn(Counted((40, 0, 0, 0, 0, 0), (6, 0, 0, 0, 0, 0)), size=100, draws=200_000)
    found = tried([part], [None])
    posterior = beta(6.5, 34.5)
    assert found.before.median == pytest.approx(posterior.median(), abs=0.001)
    assert found.before.low95 == pytest.approx(posterior.ppf(0.025), abs=0.002)
    assert found.before.high80 == pytest.approx(posterior.ppf(0.9), abs=0.002)
    deflated = drawn(
        Counted((40, 0, 0, 0, 0, 0), (6, 0, 0, 0, 0, 0), deff=2), size=1, draws=200_000
    )
    wide = tried([deflated], [None]).before
    assert wide.high95 == pytest.approx(beta(3.5, 17.5).ppf(0.975), abs=0.002)


def test_shares_have_the_dirichlets_mean_and_variance() -> None:
    n = np.array([50, 10, 8, 12, 15, 5], dtype=float)
    part = drawn(Counted(tuple(n), (0,) * 6), size=1, draws=200_000)
    total, mean = n.sum(), n / n.sum()
    assert part.shares.mean(axis=0) == pytest.approx(mean, abs=5e-4)
    variance = mean * (1 - mean) / (total + 1)
    assert part.shares.var(axis=0) == pytest.approx(variance, rel=0.02)
    assert levels_of(part.estimate).trouble == pytest.approx(0.5)


def test_two_leaves_moved_have_the_mean_of_the_closed_form() -> None:
    """Trouble halved, nobody consults: E saved = N/2 E(t) (E r2 - E r1), draws independent."""
    part = drawn(Counted((60, 40, 0, 0, 0, 0), (6, 20, 0, 0, 0, 0)), size=1000, draws=200_000)
    found = tried([part], [Levels(0.2, 0.0, (1 / 3, 1 / 3, 1 / 3))], transfer=1)
    exact = 1000 * 0.5 * 0.4 * (20.5 / 41 - 6.5 / 61)
    after = moved(part.shares, part.levels, Levels(0.2, 0, part.levels.answers), ["trouble"])
    saved = 1000 * np.einsum("ij,ij->i", part.shares - after, part.risks)
    assert saved.mean() == pytest.approx(exact, rel=0.005)
    assert found.together.value == pytest.approx(1000 * 0.5 * 0.4 * (0.5 - 0.1))
    assert found.together.low95 == pytest.approx(np.quantile(saved, 0.025))


def test_an_unmoved_lever_adds_no_noise(oracle: Oracle) -> None:
    part = oracle_part(oracle("goodman_tarp_tree")["inputs"], 200)
    found = tried([part], [part.levels], silent_gap=0.2)
    assert found.together.low95 == found.together.high95 == 0
    near = Levels(part.levels.trouble - 1e-6, part.levels.consulted, part.levels.answers)
    assert abs(tried([part], [near]).together.high95) < 0.1


def test_silent_customers_widen_the_band_on_both_sides(oracle: Oracle) -> None:
    inputs = oracle("goodman_tarp_tree")["inputs"]
    told = oracle_part(inputs, 5000)
    part = Part(told.size, 0.6, told.shares, told.risks, told.estimate, told.estimated_risks)
    to = Levels(0.2, 0.8, (0.4, 0.4, 0.2))
    heard, silent = tried([told], [to], silent_gap=0.1), tried([part], [to], silent_gap=0.1)
    assert silent.before.low95 < heard.before.low95 - 0.03
    assert silent.before.high95 > heard.before.high95 + 0.03
    assert silent.together.value == heard.together.value
    assert silent.together.high95 - silent.together.low95 > 1.3 * (
        heard.together.high95 - heard.together.low95
    )
    low, high = worst_and_best([part])
    assert (low, high) == pytest.approx((0.4 * 0.27435736, 0.4 * 0.27435736 + 0.6))
    with pytest.raises(ValueError, match="customers"):
        worst_and_best([])


def test_a_part_is_moved_and_the_rest_stays(oracle: Oracle) -> None:
    inputs = oracle("goodman_tarp_tree")["inputs"]
    one, rest = oracle_part(inputs), oracle_part(inputs)
    to = Levels(0.324, 0.85, (0.3, 0.5, 0.2))
    half = tried([one, rest], [to, None], transfer=1)
    assert half.size == 20_000
    assert half.together.value == pytest.approx(397.0296, abs=1e-6)
    assert half.before.value == pytest.approx(0.27435736)
    assert half.before.value - half.after.value == pytest.approx(397.0296 / 20_000)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=6, max_size=6), st.data())
def test_any_change_keeps_shares_that_add_up(n: list[int], data: st.DataObject) -> None:
    if not sum(n):
        return
    share = st.floats(0, 1)
    a, b, c = (data.draw(share) + 1e-3 for _ in range(3))
    mix = (a / (a + b + c), b / (a + b + c))
    to = Levels(data.draw(share), data.draw(share), (*mix, max(0.0, 1 - sum(mix))))
    part = drawn(Counted(tuple(n), tuple(m / 3 for m in n)), size=50, silent=0.4, draws=300)
    after = moved(part.shares, part.levels, to, ("trouble", "consulted", "answers"))
    assert after.sum(axis=1) == pytest.approx(1) and after.min() > -1e-9
    found = tried([part], [to], transfer=data.draw(share), silent_gap=0.3)
    assert all(math.isfinite(v) for v in (found.after.value, found.together.low95))
    assert -1e-9 <= found.before.low95 <= found.before.high95 <= 1 + 1e-9


def test_answers_move_as_little_as_possible() -> None:
    flow = transport((0.3, 0.3, 0.4), (0.3, 0.5, 0.2))
    assert flow == pytest.approx(np.array([[1, 0, 0], [0, 1, 0], [0, 0.5, 0.5]]))
    assert transport((0, 0.5, 0.5), (0.5, 0.5, 0)) == pytest.approx(
        np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]])
    )


def test_what_is_impossible_is_said() -> None:
    with pytest.raises(ValueError, match="add up"):
        Levels(0.3, 0.5, (0.6, 0.6, 0.0))
    with pytest.raises(ValueError, match="between 0 and 1"):
        Levels(1.3, 0.5, (0.5, 0.5, 0.0))
    with pytest.raises(ValueError, match="at_risk"):
        Counted((1, 0, 0, 0, 0, 0), (2, 0, 0, 0, 0, 0))
    with pytest.raises(ValueError, match="an answer"):
        Counted((0,) * 6, (0,) * 6)
    one = drawn(Counted((1, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0)), size=0)
    with pytest.raises(ValueError, match="customers"):
        tried([one], [None])
    with pytest.raises(ValueError, match="transfer"):
        tried([one], [None], transfer=2)
    with pytest.raises(ValueError, match="silent"):
        drawn(Counted((1, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0)), size=1, silent=3)


def test_one_leaf_only_and_all_answers_alike() -> None:
    alone = drawn(Counted((0, 0, 0, 30, 0, 0), (0, 0, 0, 0, 0, 0)), size=10)
    assert alone.levels == Levels(1.0, 1.0, (0.0, 1.0, 0.0))
    found = tried([alone], [Levels(0.5, 1.0, (0.0, 1.0, 0.0))], silent_gap=0.1)
    assert found.before.value == 0 and found.before.low95 == 0 < found.before.high95
    none = drawn(Counted((30, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0)), size=10)
    assert none.levels.trouble == 0 and none.levels.consulted == 0
    more = tried([none], [Levels(0.5, 0.5, none.levels.answers)])
    assert more.together.low95 < 0
    assert band(np.zeros(5), 0.0).high95 == 0


def test_many_answers_of_one_account_count_less() -> None:
    random = np.random.default_rng(3)
    leaf, risk = random.integers(0, 6, 400), random.integers(0, 2, 400).astype(float)
    once = design_effect(leaf, risk, np.ones(400), np.arange(400))
    assert once == pytest.approx(1.0, abs=0.01)
    five = design_effect(np.repeat(leaf, 5), np.repeat(risk, 5), np.ones(2000), np.repeat(
        np.arange(400), 5))  # fmt: skip
    assert five == pytest.approx(5.0, rel=0.02)
    assert design_effect(np.zeros(9, dtype=np.int64), np.zeros(9), np.ones(9), np.arange(9)) == 1
    heavy = design_effect(leaf, risk, np.where(np.arange(400) < 40, 20.0, 1.0), np.arange(400))
    assert heavy > 3


def test_a_move_is_fast(oracle: Oracle) -> None:
    inputs = oracle("goodman_tarp_tree")["inputs"]
    told = [oracle_part(inputs, 1000) for _ in range(2)]
    parts = [Part(p.size, 0.5, p.shares, p.risks, p.estimate, p.estimated_risks) for p in told]
    to = Levels(0.2, 0.85, (0.3, 0.5, 0.2))
    tried(parts, [to, None], silent_gap=0.1)
    begun = time.process_time()
    tried(parts, [to, None], silent_gap=0.1)
    assert time.process_time() - begun < 0.25, "aim: 50 ms"


def answered(n: int, seed: int = 1, slope: float = -0.8) -> tuple[Any, Any, Any, Any]:
    random = np.random.default_rng(seed)
    answer = random.choice([1, 2, 3, 4, 5], n, p=[0.05, 0.1, 0.2, 0.4, 0.25])
    truth = 1 / (1 + np.exp(-(0.9 + slope * np.arange(1, 6))))
    return answer, (random.random(n) < truth[answer - 1]).astype(int), np.arange(n), truth


def test_what_came_gives_each_answer_its_risk() -> None:
    answer, lost, who, truth = answered(350)
    found = calibrated(answer, lost, who)
    assert isinstance(found, Calibration) and found.method == "logistic"
    assert np.all((found.low - 0.02 <= truth) & (truth <= found.high + 0.02))
    many, lost, who, truth = answered(8000)
    steps = calibrated(many, lost, who)
    assert isinstance(steps, Calibration) and steps.method == "isotonic"
    assert np.all(np.diff(steps.risk) <= 0) and steps.risk == pytest.approx(truth, abs=0.05)
    assert np.all(np.diff(steps.draws, axis=1) <= 1e-12)
    assert np.all((steps.low - 0.02 <= truth) & (truth <= steps.high + 0.02))
    assert steps.stated > steps.lost


def test_too_little_came_to_calibrate() -> None:
    few = calibrated([1, 2, 3], [1, 0, 0], [1, 2, 3])
    assert isinstance(few, NoAnswer) and few.reason == "too_few_events"
    kept = calibrated([5] * 60, [1] * 50 + [0] * 10, range(60))
    assert isinstance(kept, NoAnswer) and kept.reason == "too_few_non_events"
    same = calibrated([5] * 60, [1] * 30 + [0] * 30, range(60))
    assert isinstance(same, NoAnswer) and same.reason == "no_variation"
    clear = calibrated([1] * 30 + [5] * 30, [1] * 30 + [0] * 30, range(60))
    assert isinstance(clear, NoAnswer) and clear.reason == "separated"
    close = calibrated([1, 5] * 30, [1, 0] * 15 + [0, 1] * 15, [1, 2] * 30)
    assert isinstance(close, NoAnswer) and close.reason == "too_few_event_accounts"
    with pytest.raises(ValueError, match="levels"):
        calibrated([9], [1], [1])


def test_shares_that_only_fall() -> None:
    assert falling([5, 8, 2, 3], [10, 10, 10, 10]) == pytest.approx([0.65, 0.65, 0.25, 0.25])
    assert falling([5, 0, 1], [10, 0, 10]) == pytest.approx([0.5, 0.1, 0.1], abs=0.41)


def test_the_risk_of_a_leaf_is_that_of_its_answers() -> None:
    answer, lost, who, _truth = answered(8000)
    known = calibrated(answer, lost, who)
    assert isinstance(known, Calibration)
    counts = np.zeros((6, 5))
    counts[0], counts[1] = [0, 0, 0, 500, 500], [500, 500, 0, 0, 0]
    risk, made = leaf_risks(counts, known)
    assert risk[0] == pytest.approx(known.risk[3:].mean()) and risk[1] > risk[0]
    assert made.shape == (10_000, 6) and made[:, 1].mean() == pytest.approx(risk[1], abs=0.01)
    part = drawn(Counted((1000, 1000, 0, 0, 0, 0), (0, 1000, 0, 0, 0, 0)), size=100)
    before = tried([with_risks(part, made, risk)], [None]).before
    assert before.value == pytest.approx((risk[0] + risk[1]) / 2)
