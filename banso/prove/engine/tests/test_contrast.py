"""The quick ways of two groups compared, held against plain ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import brunnermunzel

from banso.prove.engine.answer import Answer
from banso.prove.engine.contrast import account_means, superiority
from banso.prove.engine.normal import chi_square_p
from banso.prove.engine.ordered import proportionality


def made(seed: int, levels: int = 5) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(seed)
    who = random.integers(0, 90, 500)
    one = random.random(500) < 0.4
    felt = random.normal(size=90)[who] + random.normal(size=500) + 0.3 * one
    return one, np.digitize(felt, np.linspace(-2, 2, levels - 1)) + 1, who


@pytest.mark.parametrize(("seed", "levels"), [(1, 5), (2, 11), (3, 3)])
def test_account_means_agree_with_scipy(seed: int, levels: int) -> None:
    one, answer, who = made(seed, levels)
    sides = [
        [answer[side & (who == c)].mean() for c in np.unique(who[side])] for side in (one, ~one)
    ]
    assert account_means(answer, one, who).value == pytest.approx(
        brunnermunzel(*sides).pvalue, rel=1e-9
    )


def test_nothing_is_tested_where_every_account_says_the_same() -> None:
    found = account_means(np.full(40, 3), np.arange(40) < 20, np.arange(40))
    assert (found.value, found.passed) == (None, None)


@pytest.mark.parametrize("levels", [5, 11])
def test_superiority_counts_every_pair(levels: int) -> None:
    one, answer, who = made(4, levels)
    a, b = answer[one], answer[~one]
    pairs = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
    found = superiority(a, b, who[one], who[~one])
    assert isinstance(found, Answer) and found.value == pytest.approx(pairs.mean(), rel=1e-12)


@pytest.mark.parametrize(("seed", "levels"), [(5, 5), (6, 11)])
def test_proportional_odds_are_tested_as_row_by_row(seed: int, levels: int) -> None:
    one, answer, who = made(seed, levels)
    moved, gaps = [], []
    for cut in np.unique(answer)[:-1]:
        above = (answer > cut).astype(float)
        p, q = above[one].mean(), above[~one].mean()
        if not (0 < p < 1 and 0 < q < 1):
            continue
        gaps.append(np.log(p / (1 - p)) - np.log(q / (1 - q)))
        inside = (above - p) / (p * (1 - p) * one.sum())
        outside = (above - q) / (q * (1 - q) * (~one).sum())
        moved.append(np.where(one, inside, -outside))
    sums = np.array([np.array(moved)[:, who == c].sum(axis=1) for c in np.unique(who)])
    apart = np.diff(np.eye(len(gaps)), axis=0)
    gap, c = apart @ np.array(gaps), len(sums)
    spread = apart @ (sums.T @ sums) @ apart.T * c / (c - 1)
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
    found = proportionality(one, answer, who)
    assert found.value == pytest.approx(chi_square_p(statistic, len(gap)), rel=1e-9)
