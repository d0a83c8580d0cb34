from __future__ import annotations

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.comparison import compare, placebo
from banso.prove.engine.covariates import Covariate, terms
from banso.prove.engine.regression import Clusters
from banso.prove.engine.tests.confounded import Customers, customers
from banso.prove.engine.weighting import balance, effective_n, overlap


def _answer(c: Customers) -> Answer | NoAnswer:
    return compare(c.y, c.treated, c.accounts, c.covariates).answer


def test_the_interval_covers_what_treatment_did() -> None:
    """100 companies of 1,000 customers, treatment given to those in trouble; seeds 0 to 99."""
    told = [(c, _answer(c)) for c in (customers(1000, seed=seed) for seed in range(100))]
    shown = [(c, a) for c, a in told if isinstance(a, Answer)]
    covered = np.mean([a.low <= c.truth <= a.high for c, a in shown])
    assert len(shown) >= 70
    assert 0.90 <= covered <= 0.99
    assert np.mean([a.value > 0 for _, a in shown]) > 0.95
    naive = [(c, compare(c.y, c.treated, c.accounts, c.covariates).unadjusted) for c, _ in shown]
    assert np.mean([n.value < c.truth - 0.05 for c, n in naive if n]) > 0.9


def test_treatment_without_effect_is_rarely_given_one() -> None:
    told = [_answer(customers(1000, effect=0.0, seed=seed)) for seed in range(300, 380)]
    shown = [a for a in told if isinstance(a, Answer)]
    assert sum(not a.low <= 0 <= a.high for a in shown) <= 0.12 * len(shown)


def test_too_few_treated_are_refused_with_how_many_are_needed() -> None:
    c = customers(120, seed=2)
    answer = _answer(c)
    assert isinstance(answer, NoAnswer)
    assert answer.reason == "too_few_treated"
    assert answer.needs["treated"] == c.treated.sum() < answer.needs["treated_needed"] == 50


def test_two_rows_of_one_customer_are_not_two_customers() -> None:
    c = customers(40, seed=2, rows_each=8)
    assert c.treated.sum() > 50
    answer = _answer(c)
    assert isinstance(answer, NoAnswer) and answer.reason == "too_few_treated"


def test_few_losses_are_refused() -> None:
    c = customers(400, seed=2)
    y = np.ones(400)
    y[:6] = 0
    answer = compare(y, c.treated, c.accounts, c.covariates).answer
    assert isinstance(answer, NoAnswer) and answer.reason == "too_few_events"
    y[np.flatnonzero(c.treated)] = 1
    y[np.flatnonzero(~c.treated)[:40]] = 0
    answer = compare(y, c.treated, c.accounts, c.covariates).answer
    assert isinstance(answer, NoAnswer) and answer.reason == "too_few_events_in_group"


def test_groups_that_cannot_be_compared_are_refused_with_the_picture() -> None:
    rng = np.random.default_rng(5)
    size = np.r_[rng.normal(0, 1, 200), rng.normal(6, 1, 200)]
    treated = np.arange(400) >= 200
    y = (rng.random(400) < 0.7).astype(float)
    found = compare(y, treated, Clusters.of(np.arange(400)), [Covariate("size", "number", size)])
    assert isinstance(found.answer, NoAnswer) and found.answer.reason == "no_overlap"
    assert found.overlap is not None and found.overlap.share < 0.5
    assert abs(found.balance[0].before) > 3 and found.e_value is None


def test_a_covariate_that_could_not_be_held_shows_in_the_balance() -> None:
    """Sixty covariates for sixty treated: those that do not fit are named, and still looked at."""
    rng = np.random.default_rng(6)
    n = 300
    treated = np.arange(n) < 60
    covariates = [Covariate(f"c{i}", "number", rng.normal(size=n)) for i in range(12)]
    covariates.append(Covariate("last", "number", rng.normal(size=n) + 1.5 * treated))
    y = (rng.random(n) < 0.7).astype(float)
    found = compare(y, treated, Clusters.of(np.arange(n)), covariates)
    assert "last" in found.left_out
    assert isinstance(found.answer, NoAnswer) and found.answer.reason == "not_balanced"


def test_a_placebo_betrays_a_hidden_difference() -> None:
    c = customers(2000, seed=9)
    earlier = c.usage + np.random.default_rng(1).normal(size=len(c.y))
    blind = placebo(earlier, c.treated, c.accounts, c.covariates[1:])
    seeing = placebo(earlier, c.treated, c.accounts, c.covariates)
    assert blind is not None and not blind.low <= 0 <= blind.high
    assert seeing is not None and seeing.low <= 0 <= seeing.high
    assert placebo(np.full(len(c.y), np.nan), c.treated, c.accounts, c.covariates) is None


def test_covariates_become_columns() -> None:
    n = 60
    money = np.r_[np.zeros(40), 10.0 ** np.arange(20)]
    money[:12] = np.nan
    kinds: list[str | None] = ["a"] * 30 + ["b"] * 20 + ["c"] * 4 + [None] * 6
    made = terms(
        [
            Covariate("money", "number", money),
            Covariate("kind", "nominal", kinds),
            Covariate("same", "number", np.ones(n)),
        ],
        n,
    )
    assert made.names == ("money", "money = ?", "kind = ? + 1", "kind = b")
    assert made.constant == ("same",) and np.isfinite(made.x).all()
    assert made.x[:, 0].max() < 50 < made.plain[:, 0].max()
    used, left_out = made.first(3)
    assert used.shape == (n, 2) and left_out == ("kind",)
    with pytest.raises(ValueError, match="60 values"):
        terms([Covariate("short", "number", np.ones(3))], n)


def test_balance_overlap_and_effective_sample_by_hand() -> None:
    x = np.array([[0.0], [2.0], [0.0], [4.0]])
    treated = np.array([True, True, False, False])
    row = balance(x, ("x",), treated, np.array([1.0, 1.0, 3.0, 1.0]))[0]
    assert row.before == pytest.approx((1 - 2) / np.sqrt((1 + 4) / 2))
    assert row.untreated_weighted == pytest.approx(1.0) and row.after == pytest.approx(0.0)
    assert effective_n(np.array([3.0, 1.0])) == pytest.approx(1.6)
    e = np.array([0.2, 0.9, 0.1, 0.15, 0.5, 0.6])
    seen = overlap(e, np.array([True, True, False, False, False, False]), bins=2)
    assert seen.share == 0.5
    assert seen.treated == (1, 1) and seen.untreated == (3, 1) and len(seen.edges) == 3
