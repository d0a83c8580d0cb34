from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.holdout import (
    Arm,
    difference_of_means,
    draw,
    intention_to_treat,
    sample_ratio,
    smallest_detectable,
    smallest_mean_difference,
    units_needed,
)
from banso.prove.engine.normal import quantile
from banso.prove.engine.power import smallest_detectable_uplift
from banso.prove.engine.proportions import newcombe
from banso.prove.engine.regression import Clusters

STRATA = {f"a{i}": ("small" if i % 3 else "large", i % 4) for i in range(1003)}


def test_the_draw_can_be_repeated_by_who_has_the_key() -> None:
    first = draw(STRATA, share=0.2, key=b"one")
    backwards = dict(reversed(STRATA.items()))
    assert first == draw(backwards, share=0.2, key=b"one")
    assert first != draw(STRATA, share=0.2, key=b"two")
    assert len(first) == round(0.2 * 1003)


def test_every_stratum_gives_its_share() -> None:
    held = draw(STRATA, share=0.15, key=b"k")
    for stratum in set(STRATA.values()):
        members = [u for u, s in STRATA.items() if s == stratum]
        assert abs(sum(u in held for u in members) - 0.15 * len(members)) <= 1
    singles = {f"x{i}": i for i in range(200)}
    assert len(draw(singles, share=0.1, key=b"k")) == 20


def test_everybody_is_as_likely_to_be_held_out() -> None:
    times = np.zeros(60)
    for seed in range(400):
        held = draw({str(i): i % 7 for i in range(60)}, share=0.2, key=str(seed).encode())
        times[[int(u) for u in held]] += 1
    assert abs(times.mean() - 80) < 1e-9
    assert times.min() > 50 and times.max() < 112


def test_a_mismatch_of_the_groups_is_an_alarm() -> None:
    """Chi-square by R: chisq.test(c(150, 1050), p = c(.1, .9)): 8.3333, p = .003892."""
    fine = sample_ratio(150, 1050, 0.1)
    assert fine.value == pytest.approx(0.003892, abs=1e-6) and fine.passed
    broken = sample_ratio(160, 1040, 0.1)
    assert broken.passed is False
    refused = intention_to_treat(Arm(900, 1040), Arm(130, 160), share=0.1)
    assert isinstance(refused, NoAnswer) and refused.reason == "sample_ratio_mismatch"
    assert sample_ratio(0, 0, 0.1).passed is None


def test_the_difference_is_that_of_the_groups_as_drawn() -> None:
    found = intention_to_treat(Arm(450, 500), Arm(80, 100), share=1 / 6)
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx(newcombe(450, 500, 80, 100))
    wide = intention_to_treat(Arm(450, 500), Arm(80, 100), share=1 / 6, z=2.96)
    assert isinstance(wide, Answer) and wide.low < found.low
    few = intention_to_treat(Arm(10, 12), Arm(3, 4), share=0.25)
    assert isinstance(few, NoAnswer) and few.needs == {"n": 4, "n_needed": 10}


def test_intervals_cover_by_simulation() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        ours, theirs = int(rng.binomial(400, 0.9)), int(rng.binomial(100, 0.82))
        found = intention_to_treat(Arm(ours, 400), Arm(theirs, 100), share=0.2)
        assert isinstance(found, Answer)
        covered += found.low <= 0.08 <= found.high
    assert 0.93 <= covered / 400 <= 0.98


def test_what_can_be_seen_is_told_before_the_draw() -> None:
    even = smallest_detectable(0.85, 1000, 0.5)
    assert even == pytest.approx(smallest_detectable_uplift(0.85, 500) or 0, abs=1e-4)
    uneven = smallest_detectable(0.85, 1000, 0.1)
    assert uneven is not None and even is not None and uneven > even
    assert smallest_detectable(0.95, 40, 0.1) is None
    assert units_needed(0.85, even, 0.5) == pytest.approx(1000, rel=1e-3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        units_needed(0.95, 0.1, 0.1)
    assert quantile(0.975) == pytest.approx(1.959964, abs=1e-6)


def _drawn_means(n: int, effect: float, seed: int = 1) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    before = rng.normal(10, 2, n)
    treated = rng.permutation(n) >= round(0.3 * n)
    return before + rng.normal(0, 1, n) + effect * treated, before, treated


def test_means_beside_what_was_before_are_those_of_statsmodels() -> None:
    formula = pytest.importorskip("statsmodels.formula.api", reason="pip install statsmodels")
    pandas = pytest.importorskip("pandas", reason="pip install pandas")
    y, before, treated = _drawn_means(300, 0.5)
    firm = np.arange(300) // 2
    found = difference_of_means(y, before, treated, Clusters.of(firm), share=0.3)
    assert isinstance(found, Answer)
    frame = pandas.DataFrame({"y": y, "a": treated.astype(float), "c": before - before.mean()})
    fit = formula.ols("y ~ a * c", frame).fit(cov_type="cluster", cov_kwds={"groups": firm})
    assert found.value == pytest.approx(fit.params["a"], rel=1e-9)
    assert found.se == pytest.approx(fit.bse["a"], rel=1e-9)
    assert found.low < 0.5 < found.high


def test_means_cover_and_see_what_was_promised() -> None:
    covered = seen = 0
    promised = smallest_mean_difference(np.sqrt(5), 0.8, 240, 0.3)
    for seed in range(100):
        y, before, treated = _drawn_means(240, promised, seed)
        found = difference_of_means(y, before, treated, Clusters.of(np.arange(240)), share=0.3)
        assert isinstance(found, Answer)
        covered += found.low <= promised <= found.high
        seen += found.low > 0
    assert 89 <= covered <= 100 and 70 <= seen <= 90


def test_means_of_groups_that_are_not_as_drawn_are_refused() -> None:
    y, before, treated = _drawn_means(300, 0.0)
    each = Clusters.of(np.arange(300))
    gone = np.where(~treated & (np.arange(300) % 2 == 0), np.nan, y)
    found = difference_of_means(gone, before, treated, each, share=0.3)
    assert isinstance(found, NoAnswer) and found.reason == "sample_ratio_mismatch"
    few = difference_of_means(y[:20], before[:20], treated[:20], Clusters.of(np.arange(20)),
                              share=0.3)  # fmt: skip
    assert isinstance(few, NoAnswer) and few.reason == "too_few_rows"
    unknown = difference_of_means(y, np.full(300, np.nan), treated, each, share=0.3)
    assert isinstance(unknown, Answer), "without a number from before the groups are compared"
