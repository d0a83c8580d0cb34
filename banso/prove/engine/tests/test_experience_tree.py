"""Figures of a branch against plain intervals, a worked example and statsmodels' sandwich."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.experience_tree import (
    People,
    effective_people,
    mean,
    ratio,
    recommendation,
    share,
    sums,
    too_few,
    wilson_at,
)
from banso.prove.engine.normal import two_sided_t
from banso.prove.engine.proportions import wilson
from banso.prove.engine.recommendation import Votes, adjusted_wald


def alone(n: int) -> People:
    return People(np.arange(n), np.ones(n))


def clustered(seed: int = 1, accounts: int = 40) -> tuple[np.ndarray, People]:
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(accounts), rng.integers(1, 6, accounts))
    lean = rng.normal(0, 1.2, accounts)[account]
    x = (rng.random(len(account)) < 1 / (1 + np.exp(-lean))).astype(float)
    return x, People(account, rng.uniform(0.5, 2, len(account)))


def test_one_person_an_account_gives_the_plain_intervals() -> None:
    x = np.arange(36) < 19
    found = share(x, alone(36))
    assert isinstance(found, Answer)
    assert (found.low, found.high) == pytest.approx(wilson(19, 36), abs=1e-12)
    given = np.repeat([10, 8, 3], [19, 8, 9])
    score = recommendation(given, alone(36))
    _centre, low, high = adjusted_wald(Votes(19, 8, 9))
    assert isinstance(score, Answer)
    assert (score.value, score.low, score.high) == pytest.approx((10 / 36, low, high))
    marks = mean(given, alone(36))
    half = two_sided_t(0.95, 35) * given.std(ddof=1) / 6
    assert isinstance(marks, Answer) and marks.high - marks.value == pytest.approx(half)


def test_people_of_one_account_count_together() -> None:
    """Ten accounts of three who say the same are worth ten people, not thirty."""
    x = np.repeat(np.arange(10) < 5, 3)
    people = People(np.repeat(np.arange(10), 3), np.ones(30))
    assert effective_people(x, people) == pytest.approx(10)
    found = share(x, people)
    assert isinstance(found, Answer) and (found.n, found.accounts) == (30, 10)
    assert (found.low, found.high) == pytest.approx(wilson(5, 10))


def test_the_variance_is_that_of_the_clustered_sandwich() -> None:
    x, people = clustered()
    found = ratio(sums(x, people))
    g = people.accounts
    fit = sm.WLS(x, np.ones(len(x)), weights=people.weight).fit(
        cov_type="cluster", cov_kwds={"groups": people.account, "use_correction": False}
    )
    assert not isinstance(found, NoAnswer) and found.accounts == g
    assert found.p == pytest.approx(float(fit.params[0]))
    assert math.sqrt(found.variance) == pytest.approx(float(fit.bse[0]), rel=1e-9)


def test_intervals_cover_what_is_true() -> None:
    """Accounts drawn anew 400 times: 95 % intervals that knew nothing of accounts cover less."""
    hits = plain = 0
    for seed in range(400):
        x, people = clustered(seed, 60)
        people = People(people.account, np.ones(len(x)))
        found = share(x, people)
        low, high = wilson(int(x.sum()), len(x))
        assert isinstance(found, Answer)
        hits += found.low <= 0.5 <= found.high
        plain += low <= 0.5 <= high
    assert 0.92 <= hits / 400 <= 0.985 and plain < hits


def test_few_say_so() -> None:
    for people, reason in (
        (alone(9), "too_few_people"),
        (People(np.repeat(np.arange(9), 2), np.ones(18)), "too_few_accounts"),
    ):
        for found in (
            share(np.ones(people.n), people),
            effective_people(np.ones(people.n), people),
        ):
            assert isinstance(found, NoAnswer) and found.reason == reason
    untied = People(np.repeat(np.arange(9), 2), np.ones(18), tied=False)
    assert too_few(untied) is None
    with pytest.raises(ValueError, match="weight"):
        People(np.arange(2), np.array([1.0, -1.0]))


def test_where_all_say_the_same_the_accounts_are_counted() -> None:
    people = People(np.repeat(np.arange(12), 4), np.ones(48))
    found = share(np.ones(48), people)
    assert isinstance(found, Answer) and found.high == 1.0
    assert found.low == pytest.approx(wilson_at(1.0, 12)[0])
