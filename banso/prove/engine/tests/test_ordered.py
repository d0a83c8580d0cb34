"""Ordered answers of two groups, held against statsmodels and worked numbers."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.contrast import (
    Answers,
    Rules,
    account_means,
    answers_needed,
    clustered_difference,
    compare,
    odds_of_higher,
    p_of,
    power_now,
    superiority,
    verdict,
    with_q,
)
from banso.prove.engine.multiplicity import holm
from banso.prove.engine.ordered import counted, fit_ordered, proportionality
from banso.prove.engine.proportions import newcombe
from banso.prove.engine.regression import fit_logistic


def made(
    seed: int, n: int = 600, accounts: int = 150, apart: float = 0.8, levels: int = 5
) -> tuple[Any, Any, Any]:
    """Group 0, 1, 2, answers with an account effect, accounts."""
    random = np.random.default_rng(seed)
    who = random.integers(0, accounts, n)
    group = random.integers(0, 3, n)
    felt = random.logistic(size=n) + random.normal(size=accounts)[who] * 0.7
    felt += np.array([0.0, apart, -0.4])[group]
    edges = np.linspace(-1.8, 1.8, levels - 1)
    return group, np.searchsorted(edges, felt) + 1, who


@pytest.mark.parametrize(("seed", "levels"), [(1, 5), (2, 11), (3, 3)])
def test_it_agrees_with_statsmodels(seed: int, levels: int) -> None:
    group, answer, who = made(seed, levels=levels)
    dummies = np.column_stack([group == 1, group == 2]).astype(float)
    model = OrderedModel(answer, dummies, distr="logit")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = model.fit(method="newton", disp=False, maxiter=200, tol=1e-12)
        robust = model.fit(
            start_params=theirs.params, method="newton", disp=False, cov_type="cluster",
            cov_kwds={"groups": who},
        )  # fmt: skip
    ours = fit_ordered(group, answer, who)
    assert ours.converged and ours.n == 600 and ours.clusters == len(np.unique(who))
    assert ours.coef == pytest.approx(theirs.params[:2], abs=1e-6)
    cuts = model.transform_threshold_params(theirs.params)[1:-1]
    assert ours.cuts == pytest.approx(cuts, abs=1e-6)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    plain = np.sqrt(np.diag(ours.model_covariance)[:2])
    assert plain == pytest.approx(theirs.bse[:2], abs=1e-5)
    assert ours.se == pytest.approx(robust.bse[:2], abs=1e-5)
    model_se, robust_se = sharper(model, theirs.params, who)
    assert plain == pytest.approx(model_se[:2], abs=1e-6)
    assert ours.se == pytest.approx(robust_se[:2], abs=1e-6)


def sharper(model: Any, at: Any, who: Any) -> tuple[Any, Any]:
    """Errors from statsmodels' likelihood with differences of the fourth order: its own, of a low
    order, are right to five places only.
    """
    steps = np.eye(len(at)) * 1e-3

    def slope(f: Any, x: Any, step: Any) -> Any:
        near, far = f(x + step) - f(x - step), f(x + 2 * step) - f(x - 2 * step)
        return (8 * near - far) / (12 * step.max())

    def scores(x: Any) -> Any:
        return np.column_stack([slope(model.loglikeobs, x, step) for step in steps])

    information = -np.array([slope(lambda x: scores(x).sum(axis=0), at, step) for step in steps])
    bread = np.linalg.inv(information)
    each = scores(at)
    sums = np.array([each[who == one].sum(axis=0) for one in np.unique(who)])
    n, many = len(who), len(sums)
    factor = many / (many - 1) * (n - 1) / (n - len(at))
    robust = bread @ (sums.T @ sums) @ bread * factor
    return np.sqrt(np.diag(bread)), np.sqrt(np.diag(robust))


def test_two_answers_are_a_logistic_regression() -> None:
    group, answer, who = made(4, levels=2)
    some = group < 2
    design = np.column_stack([np.ones(some.sum()), group[some] == 1])
    logistic = fit_logistic(design, answer[some] - 1.0, who[some])
    ours = fit_ordered(group[some], answer[some], who[some])
    assert ours.coef[0] == pytest.approx(logistic.coef[1], abs=1e-8)
    assert ours.se[0] == pytest.approx(logistic.se[1], abs=1e-8)


def test_what_cannot_be_fitted_is_said() -> None:
    with pytest.raises(ValueError, match="two groups"):
        fit_ordered([0, 0], [1, 2])
    with pytest.raises(ValueError, match="equally long"):
        fit_ordered([0, 1], [1])
    apart = fit_ordered([0] * 20 + [1] * 20, [1, 2] * 10 + [4, 5] * 10)
    assert not apart.converged


def test_counts_of_group_and_answer() -> None:
    table = counted(np.array([0, 0, 1]), np.array([1, 1, 0]), 2, 3)
    assert table.tolist() == [[0, 2, 0], [1, 0, 0]]


def test_odds_that_differ_by_cut_are_noticed() -> None:
    random = np.random.default_rng(5)
    one = np.repeat([True, False], 3000)
    spread = np.where(one, 2.2, 0.7)
    answer = np.clip(np.round(3 + spread * random.normal(size=6000)), 1, 5)
    who = np.arange(6000)
    assert proportionality(one, answer, who).passed is False
    even = random.logistic(size=6000) + one * 0.7
    assert proportionality(one, np.digitize(even, [-2, -1, 0, 1]), who).passed is True
    assert proportionality(one, one.astype(int), who).passed is None


def side_by_side(seed: int, n: int, apart: float) -> tuple[Answers, Any]:
    group, answer, who = made(seed, n=n, accounts=max(n // 3, 2), apart=apart)
    found = Answers(answer, who, group, group == 1, group == 0)
    return found, (answer >= 4).astype(float)


def test_a_difference_that_is_there_is_found_and_its_direction() -> None:
    answers, top = side_by_side(6, 1500, 0.8)
    found = with_q(compare(answers, top), 0.001)
    odds = found.odds
    assert isinstance(odds, Answer) and odds.low < math.exp(0.72) < odds.high and odds.q == 0.001
    assert verdict(found, corrected=p_of(found), threshold=0.05) == "found"
    turned = compare(
        Answers(answers.value, answers.account, answers.leaf, answers.other, answers.one), top
    )
    assert verdict(turned, corrected=p_of(turned), threshold=0.05) == "reversed"
    assert isinstance(turned.odds, Answer) and turned.odds.value == pytest.approx(1 / odds.value)
    assert isinstance(found.difference, Answer) and found.difference.value > 0.05
    assert found.levels[0] - found.levels[1] == pytest.approx(found.difference.value)


def test_nothing_found_and_nothing_there_are_different() -> None:
    few, top = side_by_side(7, 240, 0.1)
    waiting = compare(few, top)
    assert verdict(waiting, corrected=0.4, threshold=0.05) == "undecided"
    assert waiting.n_needed and waiting.n_needed > sum(waiting.n)
    assert waiting.power is not None and waiting.power < 0.8
    many, top = side_by_side(8, 60_000, 0.0)
    none = compare(many, top)
    assert verdict(none, corrected=p_of(none), threshold=0.01) == "no_difference"
    assert none.power is not None and none.power > 0.99


def test_twice_the_power_takes_what_the_formula_says() -> None:
    answer = Answer(1.2, 0.8, 1.8, 200, 100, "odds_ratio", "proportional_odds", se=0.29)
    rules = Rules()
    needed = answers_needed(answer, rules)
    assert needed is not None
    assert power_now(0.29 * math.sqrt(200 / needed), rules) == pytest.approx(0.8, abs=0.005)


def test_gates_come_first() -> None:
    value = np.tile([1, 2, 3, 4, 5], 8)
    leaf = np.repeat([0, 1], 20)
    who = np.arange(40)
    few = compare(Answers(value, who, leaf, leaf == 0, leaf == 1), (value >= 4).astype(float))
    assert isinstance(few.odds, NoAnswer) and few.odds.needs["n_needed"] == 30
    assert verdict(few, corrected=None, threshold=0.05) == "too_few" and p_of(few) is None
    long = np.tile(value, 4)
    leaf = np.repeat([0, 1], 80)
    same = compare(
        Answers(long, np.arange(160) % 5, leaf, leaf == 0, leaf == 1), (long >= 4).astype(float)
    )
    assert isinstance(same.odds, NoAnswer) and same.odds.reason == "too_few_accounts"
    alike = compare(
        Answers(np.full(160, 5), np.arange(160), leaf, leaf == 0, leaf == 1), np.ones(160)
    )
    assert verdict(alike, corrected=None, threshold=0.05) == "no_variation"
    with pytest.raises(ValueError, match="both groups"):
        Answers(long, long, leaf, leaf == 0, leaf == 0)


def test_perfect_separation_is_decided_by_account_means() -> None:
    value = np.concatenate([np.tile([4, 5], 20), np.tile([1, 2], 20)])
    leaf = np.repeat([0, 1], 40)
    answers = Answers(value, np.arange(80), leaf, leaf == 0, leaf == 1)
    found = compare(answers, (value >= 4).astype(float))
    assert isinstance(found.odds, NoAnswer) and found.odds.reason == "separated"
    assert isinstance(found.superiority, Answer) and found.superiority.value == 1.0
    assert found.superiority.low < 1.0
    assert p_of(found) is not None
    assert verdict(found, corrected=p_of(found), threshold=0.05) == "found"
    assert with_q(found, 0.01) == found


def test_another_leaf_that_runs_away_does_not_spoil_the_pair() -> None:
    answers, _top = side_by_side(9, 600, 0.5)
    value = np.where(answers.leaf == 2, 6, answers.value)
    spoilt = Answers(value, answers.account, answers.leaf, answers.one, answers.other)
    assert isinstance(odds_of_higher(spoilt), Answer)


def test_superiority_of_all_pairs() -> None:
    random = np.random.default_rng(10)
    a, b = random.integers(1, 6, 40), random.integers(1, 5, 30)
    pairs = (a[:, None] > b).mean() + (a[:, None] == b).mean() / 2
    found = superiority(a, b, np.arange(40), np.arange(40, 70))
    assert isinstance(found, Answer) and found.value == pytest.approx(pairs)
    assert found.low < pairs < found.high
    assert isinstance(superiority([], b, [], np.arange(30)), NoAnswer)


def test_without_clusters_the_difference_of_shares_is_newcombes() -> None:
    scored = np.array([1] * 60 + [0] * 40 + [1] * 30 + [0] * 50)
    one = np.arange(180) < 100
    found = clustered_difference(scored, one, np.arange(180))
    low, high = newcombe(60, 100, 30, 80)
    assert isinstance(found, Answer) and found.value == pytest.approx(0.6 - 0.375)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.002)
    doubled = clustered_difference(np.tile(scored, 2), np.tile(one, 2), np.tile(np.arange(180), 2))
    assert isinstance(doubled, Answer)
    assert (doubled.low, doubled.high) == pytest.approx((low, high), abs=0.002)
    assert isinstance(clustered_difference([1, 0], [True, True], [1, 2]), NoAnswer)


def test_the_interval_of_a_difference_covers() -> None:
    random, hits = np.random.default_rng(1), 0
    for _ in range(600):
        chance = 1 / (1 + np.exp(-random.normal(0.6, 1.0, 80)))
        who = np.repeat(np.arange(80), 3)
        scored = (random.random(240) < chance[who]).astype(float)
        found = clustered_difference(scored, who < 40, who)
        assert isinstance(found, Answer)
        hits += found.low <= 0 <= found.high
    assert 0.93 <= hits / 600 <= 0.98


def test_account_means_tell_the_same_for_doubled_rows() -> None:
    answers, _top = side_by_side(12, 600, 0.8)
    both = answers.one | answers.other
    once = account_means(answers.value[both], answers.one[both], answers.account[both])
    twice = account_means(
        np.tile(answers.value[both], 2), np.tile(answers.one[both], 2),
        np.tile(answers.account[both], 2),
    )  # fmt: skip
    assert once.value == pytest.approx(twice.value) and once.passed
    assert account_means([1, 2], [True, False], [1, 2]).passed is None


def test_holms_steps() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([1.2])
