from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from banso.prove.engine.families import families, spearman


@pytest.fixture
def values() -> np.ndarray:
    rng = np.random.default_rng(5)
    base = rng.normal(size=(4, 400))
    chain = base[0] + 0.5 * rng.normal(size=400)
    end = chain + 0.6 * rng.normal(size=400)
    return np.vstack((base, chain, end, np.round(base[1]), -base[2]))


def test_rho_is_scipys_also_with_ties_and_missing_values(values: np.ndarray) -> None:
    np.testing.assert_allclose(spearman(values), stats.spearmanr(values.T).statistic, atol=1e-12)
    values[0, ::3] = np.nan
    both = np.isfinite(values[0])
    expected = stats.spearmanr(values[0, both], values[6, both]).statistic
    assert spearman(values)[0, 6] == pytest.approx(expected)


def test_families_are_scipys_single_linkage(values: np.ndarray) -> None:
    rho = spearman(values)
    distance = 1 - np.abs(rho)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "single")
    labels = fcluster(tree, 0.25, "distance")
    expected = {tuple(np.flatnonzero(labels == name)) for name in set(labels)}
    assert set(families(rho)) == expected
    assert (0, 4, 5) in families(rho), "a chain: the ends need not be alike themselves"
    assert (2, 7) in families(rho), "the opposite says the same"


def test_constants_and_too_few_rows_link_nothing() -> None:
    values = np.vstack((np.ones(50), np.arange(50.0), np.full(50, np.nan)))
    rho = spearman(values)
    assert np.isnan(rho[0]).all()
    assert families(rho) == ((0,), (1,), (2,))
    with pytest.raises(ValueError, match="m, n"):
        spearman(np.zeros(3))


def test_a_sample_of_the_rows_is_close() -> None:
    rng = np.random.default_rng(2)
    a = rng.normal(size=60_000)
    values = np.vstack((a, a + rng.normal(size=60_000)))
    whole = stats.spearmanr(values[0], values[1]).statistic
    assert spearman(values)[0, 1] == pytest.approx(whole, abs=0.02)
