"""Groups pulled together against DerSimonian-type published numbers and statsmodels' Wald test."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.partial_pooling import Pooled, groups_differ, interaction, pool
from banso.prove.engine.proportions import ChiSquare


def test_eight_schools() -> None:
    """Rubin 1981 (BDA 3, table 5.2): all eight lie no further apart than chance puts them, so each
    is the common mean 7.7 with its standard error 4.1 (BDA 3, section 5.5).
    """
    y, sigma = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]
    found = pool(y, [s**2 for s in sigma])
    assert isinstance(found, Pooled) and found.tau2 == 0.0
    assert found.mean == pytest.approx(7.7, abs=0.05)
    half = (found.groups[0].high - found.groups[0].low) / 2
    assert half / 1.959964 == pytest.approx(4.1, abs=0.05)


def test_paule_and_mandel_meets_its_equation() -> None:
    y, v = np.array([0.2, 0.5, 0.8, 0.35]), np.array([0.01, 0.004, 0.02, 0.008])
    found = pool(y.tolist(), v.tolist())
    assert isinstance(found, Pooled) and found.tau2 > 0
    w = 1 / (v + found.tau2)
    assert float(w @ (y - found.mean) ** 2) == pytest.approx(3)
    for value, group in zip(y, found.groups, strict=True):
        assert min(value, found.mean) <= group.value <= max(value, found.mean)


def made(seed: int, *, twist: float) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    n = 600
    branch, group = rng.integers(0, 3, n), rng.integers(0, 2, n)
    account = rng.integers(0, 150, n)
    p = 0.4 + 0.15 * branch - twist * (branch == 2) * (group == 1)
    return (rng.random(n) < p).astype(float), branch, group, account


def test_the_interaction_is_walds_test_of_the_products() -> None:
    y, branch, group, account = made(5, twist=0.4)
    found = interaction(y, branch, group, account)
    x = np.column_stack(
        [np.ones(len(y)), branch == 1, branch == 2, group == 1,
         (branch == 1) & (group == 1), (branch == 2) & (group == 1)]
    ).astype(float)  # fmt: skip
    fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": account})
    wald = fit.wald_test(np.eye(6)[4:], use_f=False, scalar=True)
    assert isinstance(found, ChiSquare) and found.df == 2 and found.p < 0.01
    assert found.statistic == pytest.approx(float(wald.statistic), rel=1e-6)


def test_chance_alone_is_seldom_called_a_difference() -> None:
    tests = [made(seed, twist=0.0) for seed in range(200)]
    shapes = [interaction(*one) for one in tests]
    groups = [groups_differ(*one) for one in tests]
    for found in (shapes, groups):
        alarms = sum(isinstance(one, ChiSquare) and one.p < 0.05 for one in found)
        assert alarms <= 22


def test_too_little_says_so() -> None:
    few = pool([0.1, 0.2], [0.01, 0.01])
    assert isinstance(few, NoAnswer) and few.reason == "too_few_groups"
    with pytest.raises(ValueError, match="above zero"):
        pool([0.1, 0.2, 0.3], [0.01, 0.0, 0.01])
    one = groups_differ(np.ones(20), np.zeros(20), np.zeros(20), np.arange(20))
    assert isinstance(one, NoAnswer) and one.reason == "too_few_groups"
    flat = groups_differ(np.ones(40), np.zeros(40), np.arange(40) % 2, np.arange(40))
    assert isinstance(flat, NoAnswer) and flat.reason == "no_variation"
