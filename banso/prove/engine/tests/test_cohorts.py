from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.cohorts import Spread, cohorts, spread


def test_tenths_hold_equal_shares_and_wilsons_interval_is_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    rng = np.random.default_rng(3)
    values = rng.normal(size=1000)
    lost = (rng.random(1000) < 0.2).astype(float)
    made = cohorts(values, lost)
    assert isinstance(made, tuple)
    assert [group.n for group in made] == [100] * 10
    assert sum(group.events for group in made) == int(lost.sum())
    edges = np.quantile(values, np.arange(1, 10) / 10)
    for group, edge in zip(made, edges, strict=False):
        assert group.high is not None
        assert group.high <= edge
        assert isinstance(group.rate, Answer)
        low, high = proportion_confint(group.n - group.events, group.n, method="wilson")
        assert (group.rate.low, group.rate.high) == pytest.approx((low, high))


def test_few_decisions_make_fewer_groups_and_equal_values_stay_together() -> None:
    lost = np.zeros(65)
    made = cohorts(np.arange(65.0), lost)
    assert isinstance(made, tuple)
    assert len(made) == 3
    many_zeros = np.concatenate((np.zeros(150), np.arange(1.0, 51.0)))
    made = cohorts(many_zeros, np.zeros(200))
    assert isinstance(made, tuple)
    assert made[0].n == 150
    assert sum(group.n for group in made) == 200
    assert all((a.high or 0) < (b.low or 0) for a, b in pairwise(made))
    flag = cohorts(np.repeat([0.0, 1.0], [195, 5]), np.zeros(200))
    assert isinstance(flag, tuple)
    assert [group.n for group in flag] == [195, 5]
    assert isinstance(flag[1].rate, NoAnswer), "five decisions are counted, not rated"


@pytest.mark.parametrize(
    ("values", "reason"),
    [(np.full(100, 2.0), "no_variation"), (np.arange(39.0), "too_few_rows")],
)
def test_no_groups_without_rows_or_variation(values: np.ndarray, reason: str) -> None:
    made = cohorts(values, np.zeros(len(values)))
    assert isinstance(made, NoAnswer)
    assert made.reason == reason


def test_missing_values_are_counted_and_left_out() -> None:
    values = np.concatenate((np.arange(100.0), np.full(20, np.nan)))
    made, spread_out = cohorts(values, np.ones(120)), spread(values)
    assert isinstance(made, tuple)
    assert sum(group.n for group in made) == 100
    assert isinstance(spread_out, Spread)
    assert (spread_out.n, spread_out.missing) == (100, 20)
    assert spread_out.quantiles == pytest.approx((9.9, 24.75, 49.5, 74.25, 89.1))


def test_the_bins_count_every_value_and_the_last_takes_the_tail() -> None:
    values = np.random.default_rng(1).lognormal(size=2000)
    made = spread(values)
    assert isinstance(made, Spread)
    assert sum(one.n for one in made.bins) == 2000
    assert made.bins[-1].high == made.high
    few = spread(np.repeat([0.0, 1.0, 5.0], [3, 2, 1]))
    assert isinstance(few, Spread)
    assert [(one.low, one.n) for one in few.bins] == [(0, 3), (1, 2), (5, 1)]


def test_wrong_lengths_and_nothing_known() -> None:
    with pytest.raises(ValueError, match="3 values for 2"):
        cohorts(np.zeros(3), np.zeros(2))
    assert isinstance(spread(np.full(5, np.nan)), NoAnswer)
