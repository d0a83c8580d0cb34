from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.bootstrap import money_ratios


def answer(found: Answer | NoAnswer) -> Answer:
    assert isinstance(found, Answer)
    return found


def test_it_agrees_with_scipys_bootstrap() -> None:
    from scipy.stats import bootstrap

    rng = np.random.default_rng(1)
    start = rng.lognormal(10, 0.2, 300)
    end = np.where(rng.random(300) < 0.1, 0.0, start * rng.choice([1.0, 1.2, 0.8], 300))

    def ratio(a: Any, b: Any, axis: int = -1) -> Any:
        return a.sum(axis=axis) / b.sum(axis=axis)

    theirs = bootstrap(
        (end, start), ratio, paired=True, method="percentile", n_resamples=4000, rng=rng
    ).confidence_interval
    ours = answer(money_ratios(end, start, resamples=4000)[0])
    assert ours.value == pytest.approx(end.sum() / start.sum())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.006)
    assert ours.events == int((end != start).sum())


def test_many_accounts_cost_little_and_agree_with_the_formula() -> None:
    rng = np.random.default_rng(2)
    start = rng.lognormal(10, 1.0, 100_000)
    end = np.where(rng.random(100_000) < 0.1, 0.0, start)
    began = time.process_time()
    found = answer(money_ratios(end, start)[0])
    assert time.process_time() - began < 1.0
    se = np.sqrt(((end - found.value * start) ** 2).sum()) / start.sum()
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * se, rel=0.08)


def test_the_interval_covers_nrr() -> None:
    inside = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        start = rng.lognormal(10, 0.7, 150)
        end = start * rng.choice([0.0, 1.0, 1.3], 150, p=[0.12, 0.6, 0.28])
        found = answer(money_ratios(end, start, seed=seed, resamples=500)[0])
        inside += found.low <= 0.6 + 0.28 * 1.3 <= found.high
    assert 0.92 <= inside / 200 <= 0.985


def test_one_whale_makes_it_wide() -> None:
    start = np.array([1000.0] + [10.0] * 49)
    end = np.array([1500.0] + [9.0] * 49)
    found = answer(money_ratios(end, start)[0])
    assert found.low <= 0.9
    assert found.value > 1.2
    few = answer(money_ratios([50.0] * 48 + [0.0, 60.0], [50.0] * 50)[0])
    assert few.checks[0].passed is False


def test_refusals() -> None:
    few = money_ratios(np.ones((3, 2)), np.ones(3))
    assert [getattr(each, "reason", "") for each in few] == ["too_few_accounts"] * 2
    nothing = money_ratios(np.ones(20), np.zeros(20))[0]
    assert isinstance(nothing, NoAnswer)
    assert nothing.reason == "nothing_to_divide_by"
    with pytest.raises(ValueError, match="finite"):
        money_ratios([np.nan] * 20, np.ones(20))
