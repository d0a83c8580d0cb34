from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.lifetime import Lifetime, Renewals, fit_lifetime
from banso.prove.engine.lifetime_value import remaining_terms
from banso.prove.engine.what_if import Lever
from banso.prove.engine.worth import Cells, Draws, Plan, break_even, grouped, ranged, simulate


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def cells(count: int = 1, **given: Any) -> Cells:
    """Annual customers with a 20 % chance to leave, asked in six months, 100 a month each."""
    told = {
        "log_odds": logit(0.2), "shift": 1.0, "moved": 1.0, "first": 6.0, "every": 12.0,
        "lead": 3.0, "made": 1.0, "n": 1.0, "money": 100.0, "squares": 10_000.0,
    } | given  # fmt: skip
    return Cells(**{f.name: np.full(count, told[f.name]) for f in fields(Cells)})


# halves the odds so that 20 % becomes exactly 10 %
SURE = Lever(logit(0.1) - logit(0.2), 0.0, 0.0)
WHOLE = Plan(horizon=12, ramp=0.0, low=1.0, high=1.0, discount=0.1, margin=0.8, months=12)


def run(some: Cells, plan: Plan = WHOLE, lever: Lever = SURE, draws: int = 4, **more: Any) -> Draws:
    return simulate(some, lever, np.zeros(draws), plan, **more)


def test_one_customer_by_hand() -> None:
    found = run(cells())
    assert found.kept == pytest.approx(0.1)
    assert found.mrr == pytest.approx(10.0)
    assert found.base_mrr == pytest.approx(80.0)
    assert found.points == pytest.approx(0.1)
    # a year of 100 a month at 80 % margin, begun in half a year
    assert found.ltv == pytest.approx(0.1 * 0.8 * 1200 / 1.1**0.5)


def test_two_decisions_by_hand() -> None:
    found = run(cells(), replace(WHOLE, horizon=24, months=24))
    assert found.kept == pytest.approx(0.9**2 - 0.8**2)
    first, second = 1.1**-0.5, 1.1**-1.5
    assert found.ltv == pytest.approx(0.8 * 1200 * (0.1 * first + 0.17 * second))


def test_later_terms_come_with_the_customers_own_chance() -> None:
    found = run(cells(), replace(WHOLE, months=36))
    v = 1 / 1.1
    terms = 1 + 0.8 * v + (0.8 * v) ** 2
    assert found.ltv == pytest.approx(0.1 * 0.8 * 1200 * 1.1**-0.5 * terms)


def test_later_terms_by_the_model_of_lifetimes_are_its_residual_value() -> None:
    """Against DERL of Fader & Hardie (2010), tested in test_lifetime with their numbers."""
    fit = fit_lifetime(Renewals.of_cohorts([1000, 869, 743, 653, 593, 551]), allow_bdw=False)
    assert isinstance(fit, Lifetime)
    plan = replace(WHOLE, months=6 + 12 * 5)
    still = replace(fit, region=np.array([[fit.alpha, fit.beta, fit.c]]))
    found = run(cells(made=2.0), plan, lifetimes={12: still})
    # the third renewal: given that it renews, the rest of its terms
    expected = remaining_terms(fit, 3, 0.1, horizon=6).value / float(fit.retention([3])[0])
    assert found.ltv == pytest.approx(0.1 * 0.8 * 1200 * 1.1**-0.5 * expected)


def test_a_change_counts_as_far_as_it_has_come_when_it_is_measured() -> None:
    slow = replace(WHOLE, ramp=6.0)
    assert run(cells(), slow).kept == pytest.approx(0.05)  # three of six months
    assert run(cells(first=2.0), slow).kept == pytest.approx(0.0)  # measured before it began
    assert run(cells(first=13.0), slow).kept == pytest.approx(0.0)  # decided after the horizon
    assert run(cells(moved=0.3)).kept == pytest.approx(0.03)


def test_an_unknown_share_of_an_association_is_half_of_the_upper_bound_in_the_middle() -> None:
    found = run(cells(10), replace(WHOLE, low=0.0, high=1.0), draws=20_000)
    assert found.kept_full == pytest.approx(1.0)
    whole = ranged(found.kept, n=10, events=2, scale="customers", confidence=0.80)
    assert whole.value == pytest.approx(0.5, abs=0.02)
    assert (whole.low, whole.high) == pytest.approx((0.1, 0.9), abs=0.02)
    assert found.kept.max() <= 1.0


def test_uncertainty_of_the_estimate_is_in_the_range() -> None:
    """A difference of chances (points) is linear: its draws have the normal's quantiles."""
    lever = Lever(-0.1, 0.04, -0.1, "points")
    found = run(cells(log_odds=logit(0.5)), lever=lever, draws=40_000)
    told = ranged(found.kept, n=1, events=1, scale="customers", confidence=0.95)
    assert told.value == pytest.approx(0.1, abs=0.002)
    assert (told.low, told.high) == pytest.approx((0.1 - 0.0784, 0.1 + 0.0784), abs=0.003)


def test_what_comes_varies_by_chance_as_well() -> None:
    found = run(cells(200), draws=20_000)
    assert found.base_kept.std() == pytest.approx(0.0, abs=1e-9)
    assert found.came_base.std() == pytest.approx((200 * 0.8 * 0.2) ** 0.5, rel=0.03)
    assert found.came_with.mean() == pytest.approx(180, abs=0.3)
    assert found.came_with_mrr.std() == pytest.approx(100 * (200 * 0.9 * 0.1) ** 0.5, rel=0.03)


def test_alike_customers_together_give_the_same() -> None:
    rng = np.random.default_rng(5)
    many = cells(6000)
    many = replace(
        many, log_odds=rng.normal(-1.8, 0.5, 6000), shift=np.maximum(rng.normal(0.2, 0.5, 6000), 0),
        first=rng.uniform(0, 14, 6000), money=rng.lognormal(4, 1, 6000),
    )  # fmt: skip
    fewer = grouped(many)
    assert len(fewer.n) < 4000
    assert fewer.n.sum() == 6000
    assert fewer.money.sum() == pytest.approx(many.money.sum())
    plan, lever = Plan(horizon=12, ramp=6.0, months=60), Lever(-0.5, 0.1, -0.5)
    by_hand = 0.0
    for i in range(6000):
        p, q = (1 / (1 + np.exp(-(many.log_odds[i] - 0.5 * s))) for s in (0.0, many.shift[i]))
        t = many.first[i]
        by_hand += (t <= 12) * (p - q) * min(max((t - 3) / 6, 0), 1)
    found = simulate(many, replace(lever, se=0.0), np.zeros(1), replace(plan, low=1.0))
    assert found.kept[0] == pytest.approx(by_hand, rel=0.02)


def test_the_same_seed_gives_the_same() -> None:
    lever, plan = Lever(-0.5, 0.2, -0.5), Plan(horizon=12, ramp=6.0)
    one, two = (run(cells(5), plan, lever, draws=500, seed=7) for _ in range(2))
    assert (one.ltv == two.ltv).all()
    assert (run(cells(5), plan, lever, draws=500, seed=8).ltv != one.ltv).any()


def test_break_even_is_the_share_that_covers_the_cost() -> None:
    assert break_even(np.array([90.0, 100.0, 110.0]), 25.0) == 0.25
    assert break_even(np.array([-5.0, -1.0]), 25.0) is None


def test_assumptions_that_make_no_sense_are_refused() -> None:
    for wrong in ({"low": 0.9, "high": 0.5}, {"horizon": 0}, {"margin": 1.5}, {"months": 6}):
        with pytest.raises(ValueError, match="need"):
            replace(WHOLE, **wrong)
    with pytest.raises(ValueError, match="nobody"):
        run(cells(0))


def test_interpolated_draws_are_those_computed_one_by_one() -> None:
    """The sums at Chebyshev points against each draw for itself, monthly and annual together."""
    rng = np.random.default_rng(9)
    some = cells(40)
    some = replace(
        some, log_odds=rng.normal(-2, 0.7, 40), shift=np.maximum(rng.normal(0.3, 0.8, 40), 0),
        every=np.repeat([1.0, 12.0], 20), lead=np.repeat([1.0, 3.0], 20),
        first=np.repeat([0.5, 5.0], 20), money=rng.lognormal(4, 1, 40),
    )  # fmt: skip
    plan, lever = Plan(horizon=18, ramp=6.0, months=60), Lever(-0.5, 0.15, -0.5)
    offsets = rng.normal(0, 0.15, 300)
    found = simulate(some, lever, offsets, plan, seed=4)
    same = np.random.default_rng(4)
    b, share = same.normal(-0.5, 0.15, 300), same.uniform(0, 1, 300)
    for i in range(0, 300, 30):
        alone = simulate(
            some, Lever(float(b[i]), 0.0, 0.0), offsets[i : i + 1],
            replace(plan, low=float(share[i]), high=float(share[i])),
        )  # fmt: skip
        for name in ("kept", "mrr", "ltv", "kept_full", "ltv_full", "base_kept", "points"):
            one, many = getattr(alone, name)[0], getattr(found, name)[i]
            assert many == pytest.approx(one, rel=1e-3, abs=1e-4 * float(some.n.sum())), name
