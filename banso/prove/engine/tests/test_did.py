from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.did import (
    NEVER,
    cohort_effects,
    difference_in_differences,
    permutation_p,
    pooled,
    two_by_two,
    two_way,
)
from banso.prove.engine.regression import Clusters, FloatArray, IntArray


def test_wages_of_card_and_krueger(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("did_card_krueger")
    found = two_by_two(o["inputs"]["treated"], o["inputs"]["control"])
    assert found == pytest.approx(o["expected"]["did"], abs=1e-9)


def test_organ_donations_in_california(oracle: Callable[[str], dict[str, Any]]) -> None:
    causaldata = pytest.importorskip("causaldata", reason="pip install causaldata")
    o = oracle("did_organ_donations")
    frame = causaldata.organ_donations.load_pandas().data
    treated = (frame.State == "California") & (frame.Quarter_Num >= 4)
    value, se = two_way(frame.Rate, frame.State, frame.Quarter_Num, treated)
    assert value == pytest.approx(o["expected"]["att"], abs=o["tolerance"]["att"])
    assert se == pytest.approx(o["expected"]["se_fixest"], abs=o["tolerance"]["se_fixest"])
    table = frame.pivot_table(index="State", columns="Quarter_Num", values="Rate")
    cohort = np.where(table.index == "California", 3, NEVER).astype(np.int64)
    y = table.to_numpy(float)
    each = Clusters.of(np.arange(len(y)))
    found = difference_in_differences(y, cohort, each, permutations=199)
    assert isinstance(found.answer, NoAnswer) and found.answer.reason == "too_few_treated"
    assert found.permutation_p is not None and 0.03 < found.permutation_p <= 1


def _panel(
    units: int, *, effect: float = 1.0, trend: float = 0.0, seed: int = 1
) -> tuple[FloatArray, IntArray]:
    """Ten periods, cohorts 4, 6, never; the effect grows by `effect` each period."""
    rng = np.random.default_rng(seed)
    cohort: npt.NDArray[np.int64] = rng.choice(np.array([4, 6, NEVER]), size=units)
    t = np.arange(10)
    level = rng.normal(size=units)[:, None] + 0.3 * t + rng.normal(size=(units, 10))
    since = np.where(cohort[:, None] == NEVER, 0, np.maximum(0, t - cohort[:, None] + 1))
    return level + effect * since + trend * t * (cohort[:, None] != NEVER), cohort


def test_effects_that_grow_are_found_where_one_regression_is_wrong() -> None:
    y, cohort = _panel(600)
    found = difference_in_differences(y, cohort, Clusters.of(np.arange(600)))
    assert isinstance(found.answer, Answer)
    share = [(cohort == 4).sum(), (cohort == 6).sum()]
    truth = (share[0] * sum(range(1, 7)) + share[1] * sum(range(1, 5))) / (
        share[0] * 6 + share[1] * 4
    )
    assert found.answer.low < truth < found.answer.high
    by = {d.distance: d for d in found.by_distance}
    assert by[0].low < 1 < by[0].high and by[3].low < 4 < by[3].high and -1 not in by
    assert found.pre_trend is not None and found.pre_trend.p > 0.01 and found.pre_trend.unseen > 0


def test_an_effect_by_hand() -> None:
    y = np.array([[1.0, 2.0, 6.0], [1.0, 3.0, 5.0], [0.0, 1.0, 2.0], [2.0, 2.0, 3.0]])
    cohort = np.array([2, 2, NEVER, NEVER])
    effects = cohort_effects(y, cohort)
    after = [e for e in effects if e.period == 2]
    assert after[0].value == pytest.approx((4 + 2) / 2 - 1)
    assert after[0].treated == after[0].untreated == 2
    value, influence = pooled(after, cohort)
    assert value == after[0].value and influence.sum() == pytest.approx(0)


def test_intervals_cover_and_pre_trends_are_seen() -> None:
    covered = alarmed = 0
    for seed in range(60):
        y, cohort = _panel(150, effect=0.0, seed=seed)
        found = difference_in_differences(y, cohort, Clusters.of(np.arange(150)))
        assert isinstance(found.answer, Answer) and found.pre_trend is not None
        covered += found.answer.low <= 0 <= found.answer.high
        alarmed += found.pre_trend.p < 0.05
    assert 53 <= covered <= 60 and alarmed <= 9
    y, cohort = _panel(150, trend=0.4)
    found = difference_in_differences(y, cohort, Clusters.of(np.arange(150)))
    assert isinstance(found.answer, Answer) and found.answer.checks[0].passed is False


def test_who_was_treated_together_is_one_cluster() -> None:
    y, cohort = _panel(200, seed=3)
    alone = difference_in_differences(y, cohort, Clusters.of(np.arange(200))).answer
    groups = np.where(cohort == 4, 0, np.where(cohort == 6, 1, 2 + np.arange(200)))
    together = difference_in_differences(y, cohort, Clusters.of(groups), permutations=49)
    assert isinstance(alone, Answer)
    assert isinstance(together.answer, NoAnswer) and together.answer.needs["treated"] == 2
    assert together.permutation_p is not None


def test_what_cannot_be_compared_is_refused() -> None:
    y, _ = _panel(30)
    everybody = np.full(30, 5)
    found = difference_in_differences(y, everybody, Clusters.of(np.arange(30)))
    assert isinstance(found.answer, NoAnswer) and found.answer.reason == "no_comparison"
    early = np.where(np.arange(30) < 15, 2, NEVER)
    found = difference_in_differences(y, early, Clusters.of(np.arange(30)))
    assert isinstance(found.answer, NoAnswer) and found.answer.reason == "too_few_pre_periods"
    with pytest.raises(ValueError, match="cohort"):
        cohort_effects(y, np.full(30, 40))
    with pytest.raises(ValueError, match="every period"):
        two_way([1.0, 2.0], [1, 1], [1, 1], [0, 1])


def test_unknown_values_leave_out_the_pair_not_the_customer() -> None:
    y, cohort = _panel(300)
    y[::7, 5] = np.nan
    found = difference_in_differences(y, cohort, Clusters.of(np.arange(300)))
    assert isinstance(found.answer, Answer) and found.answer.value > 1


def test_permutations_repeat_with_their_seed() -> None:
    y, cohort = _panel(24, effect=0.0)
    each = Clusters.of(np.arange(24))
    first = permutation_p(y, cohort, each, permutations=99, seed=5)
    assert first == permutation_p(y, cohort, each, permutations=99, seed=5)
    strong, cohort = _panel(24, effect=2.0)
    assert permutation_p(strong, cohort, each, permutations=99, seed=5) == pytest.approx(0.01)
