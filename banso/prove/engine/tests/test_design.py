from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from banso.prove.engine.design import Nuisance
from banso.prove.engine.regression import Clusters

INTERCEPT_ALONE = ("contract", "tenure", "calendar")


def test_the_score_test_of_a_two_by_two_table_is_pearsons() -> None:
    """Rao's score test equals Pearson's chi-square. With one row per account the robust variance
    differs from the model's by little in a large balanced table.
    """
    table = np.array([[300, 700], [360, 640]])
    z = np.repeat([0.0, 0.0, 1.0, 1.0], table.reshape(-1))
    y = np.repeat([1.0, 0.0, 1.0, 0.0], table.reshape(-1))
    base = math.log(y.mean() / (1 - y.mean()))
    alone = Nuisance(np.ones((len(y), 1)), np.array([base]), INTERCEPT_ALONE)
    pearson = stats.chi2_contingency(table, correction=False).statistic
    found = alone.score_z(z, y, Clusters.of(np.arange(len(y))))
    assert found == pytest.approx(math.sqrt(pearson), rel=0.01)


def test_rows_of_one_account_count_once() -> None:
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=400), (rng.random(400) < 0.3).astype(float)
    base = np.array([math.log(y.mean() / (1 - y.mean()))])
    once = Nuisance(np.ones((400, 1)), base, INTERCEPT_ALONE)
    twice = Nuisance(np.ones((800, 1)), base, INTERCEPT_ALONE)
    ids = np.arange(400)
    assert twice.score_z(
        np.tile(z, 2), np.tile(y, 2), Clusters.of(np.tile(ids, 2))
    ) == pytest.approx(once.score_z(z, y, Clusters.of(ids)))
