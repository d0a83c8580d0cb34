"""Difference in differences with covariates against the authors' own methods in other hands.

Outside numbers: csdid 0.4.3 and drdid 1.1.7 (Python ports of Callaway & Sant'Anna's and Sant'Anna &
Zhao's R packages did and DRDID), run once on the data named in each test.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.did import (
    NEVER,
    Method,
    cohort_effects,
    difference_in_differences,
    method_for,
    pooled,
)
from banso.prove.engine.effect import clustered_se
from banso.prove.engine.regression import Clusters, FloatArray, IntArray


@pytest.mark.parametrize(
    ("method", "value", "se"),
    [
        ("regression", 1529.2837330626003, 709.0505179418485),
        ("doubly_robust", 1494.72816694986, 706.5153883183865),
    ],
)
def test_training_and_earnings(
    oracle_folder: Path, method: Method, value: float, se: float
) -> None:
    table = np.genfromtxt(
        oracle_folder / "data" / "nsw_mixtape.csv", delimiter=",", names=True, usecols=range(1, 11)
    )
    y = np.column_stack([table["re75"], table["re78"]]).astype(float)
    cohort = np.where(table["treat"] == 1, 1, NEVER).astype(np.int64)
    names = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74")
    x = np.column_stack([table[name] for name in names]).astype(float)
    [effect] = cohort_effects(y, cohort, x, method)
    assert effect.value == pytest.approx(value, rel=1e-7)
    n = len(y)
    found = clustered_se(effect.influence, Clusters.of(np.arange(n))) / math.sqrt(n / (n - 1))
    assert found == pytest.approx(se, rel=1e-5)


def _castle() -> tuple[FloatArray, IntArray, FloatArray]:
    """Log homicides of 50 states 2000-2010, first year of the doctrine, population, poverty."""
    causaldata = pytest.importorskip("causaldata", reason="pip install causaldata")
    frame = causaldata.castle.load_pandas().data
    wide = frame.pivot_table(index="sid", columns="year", values="homicide")
    began = frame[frame.post > 0].groupby("sid").year.min().reindex(wide.index)
    base = frame[frame.year == 2000].set_index("sid").loc[wide.index]
    cohort = np.where(began.isna(), NEVER, began.fillna(0) - 2000).astype(np.int64)
    x = np.column_stack([np.log(base.popwt), base.poverty]).astype(float)
    return np.log(wide.to_numpy(float)), cohort, x


def test_castle_doctrine_in_five_waves() -> None:
    y, cohort, x = _castle()
    effects = cohort_effects(y, cohort, x, "regression")
    value, influence = pooled([e for e in effects if e.period >= e.cohort], cohort)
    assert value == pytest.approx(0.014379558516799217, abs=1e-7)
    se = clustered_se(influence, Clusters.of(np.arange(50))) / math.sqrt(50 / 49)
    assert se == pytest.approx(0.04775602607165547, rel=0.01)
    at = {(e.cohort, e.period): e.value for e in effects}
    assert at[8, 9] == pytest.approx(0.053738, abs=1e-6)
    assert at[7, 3] == pytest.approx(-0.028308, abs=1e-6), "before treatment, too"
    robust = {(e.cohort, e.period): e.value for e in cohort_effects(y, cohort, x, "doubly_robust")}
    assert robust[7, 7] == pytest.approx(0.034248, abs=1e-6)
    assert robust[7, 8] == pytest.approx(-0.009616, abs=1e-6)


def _drifting(units: int, seed: int = 1) -> tuple[FloatArray, IntArray, FloatArray]:
    """Large units grow faster and are treated more often; treatment itself changes nothing."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=units)
    chance = 1 / (1 + np.exp(-1.2 * size))
    cohort = np.where(rng.random(units) < 0.5 * chance, 5, NEVER).astype(np.int64)
    t = np.arange(9)
    y = 0.2 * size[:, None] * t + rng.normal(size=(units, 9))
    return y, cohort, size[:, None]


def test_who_was_chosen_for_growing_shows_an_effect_only_without_the_size() -> None:
    y, cohort, x = _drifting(800)
    each = Clusters.of(np.arange(800))
    plain = difference_in_differences(y, cohort, each)
    alike = difference_in_differences(y, cohort, each, x=x)
    assert isinstance(plain.answer, Answer) and isinstance(alike.answer, Answer)
    assert plain.answer.low > 0.2 and plain.answer.method == "did"
    assert plain.pre_trend is not None and plain.pre_trend.p < 0.05
    assert alike.answer.low < 0 < alike.answer.high
    assert alike.answer.method == "did_doubly_robust"
    assert alike.pre_trend is not None and alike.pre_trend.p > 0.05


def test_intervals_cover_with_covariates() -> None:
    covered = 0
    for seed in range(60):
        y, cohort, x = _drifting(200, seed)
        found = difference_in_differences(y, cohort, Clusters.of(np.arange(200)), x=x).answer
        assert isinstance(found, Answer)
        covered += found.low <= 0 <= found.high
    assert 52 <= covered <= 60


def test_small_cohorts_are_compared_by_regression() -> None:
    assert method_for(np.array([3] * 20 + [NEVER] * 50), 2) == "doubly_robust"
    assert method_for(np.array([3] * 20 + [4] * 6 + [NEVER] * 50), 2) == "regression"
    y, cohort, x = _drifting(300)
    cohort[np.flatnonzero(cohort == 5)[:3]] = 6
    found = difference_in_differences(y, cohort, Clusters.of(np.arange(300)), x=x).answer
    assert isinstance(found, Answer) and found.method == "did_regression"


def test_too_few_others_for_the_columns_are_no_comparison() -> None:
    y, cohort, _ = _drifting(40)
    x = np.random.default_rng(2).normal(size=(40, 9))
    found = difference_in_differences(y, cohort, Clusters.of(np.arange(40)), x=x).answer
    assert isinstance(found, NoAnswer) and found.reason == "no_comparison"
    with pytest.raises(ValueError, match="one row of x"):
        cohort_effects(y, cohort, x[:5])


def test_columns_that_say_nothing_change_nothing() -> None:
    y, cohort, _ = _drifting(120)
    each: Any = Clusters.of(np.arange(120))
    none = difference_in_differences(y, cohort, each, x=np.zeros((120, 0))).answer
    plain = difference_in_differences(y, cohort, each).answer
    assert isinstance(none, Answer) and isinstance(plain, Answer)
    assert (none.value, none.method) == (plain.value, "did")
