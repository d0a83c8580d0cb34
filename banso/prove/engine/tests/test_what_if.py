from __future__ import annotations

import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.association import scan
from banso.prove.engine.findings import Feature
from banso.prove.engine.tests.made_up import DATA_CUT, company
from banso.prove.engine.what_if import (
    Baseline,
    Lever,
    Shift,
    fit_baseline,
    fit_without_kpi,
    lift,
    reach,
    set_on,
    shrunken,
    to_median,
)


def baseline(accounts: int = 1500, driver: float = -0.6) -> tuple[Baseline, pa.Table, np.ndarray]:
    made = company(accounts, driver=driver)
    found = fit_baseline(made.decisions, Feature("k", "number", made.kpis[0]), data_cut=DATA_CUT)
    assert isinstance(found, Baseline)
    return found, made.decisions, made.kpis[0]


def test_the_contrast_is_the_estimate_of_the_scan() -> None:
    found, rows, values = baseline()
    seen = scan(rows, [Feature("k", "number", values)], data_cut=DATA_CUT).findings[0]
    assert found.lever.b == pytest.approx(seen.log_odds)
    assert found.lever.se == pytest.approx(seen.se)


def test_without_a_kpi_chances_are_those_of_statsmodels_by_contract_and_tenure() -> None:
    import statsmodels.api as sm

    rows, lever = baseline()[1], Lever(-0.1, 0.02, -0.1, "points")
    found = fit_without_kpi(rows, lever, data_cut=DATA_CUT)
    assert isinstance(found, Baseline) and found.lever == lever
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
    contracts = rows["contract"].to_pylist()
    days = rows["tenure_days"].to_numpy().astype(float)
    x = np.column_stack([np.ones(len(lost)), np.array(contracts) == "annual", np.log(days)])
    fit = sm.Logit(lost, x).fit(disp=False)
    eta = found.log_odds(contracts, days, np.full(len(lost), np.nan))
    # apart from one number: the intercept is set on the last twelve months
    assert np.ptp(eta - x @ fit.params) < 1e-6
    day = rows["decided_on"].cast(pa.int32()).to_numpy()
    recent = day > day.max() - 365
    assert (1 / (1 + np.exp(-eta)))[recent].mean() == pytest.approx(lost[recent].mean())
    same = pa.table(rows).set_column(
        rows.column_names.index("not_renewed"), "not_renewed", pa.array([False] * len(lost))
    )
    refused = fit_without_kpi(same, lever, data_cut=DATA_CUT)
    assert isinstance(refused, NoAnswer) and refused.reason == "one_outcome"


def test_the_difference_of_chances_is_that_of_statsmodels_margins() -> None:
    """g-computation: predict with the KPI as it is and as it would be, and take the mean."""
    import statsmodels.api as sm

    found, rows, values = baseline()
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
    annual = np.array(rows["contract"].to_pylist()) == "annual"
    tenure = np.log(rows["tenure_days"].to_numpy().astype(float))
    x = np.column_stack([np.ones(len(lost)), values, annual, tenure])
    fit = sm.Logit(lost, x).fit(disp=False)
    changed = x.copy()
    changed[:, 1] = np.maximum(values, 0.5)
    expected = float((fit.predict(x) - fit.predict(changed)).mean())
    contracts = rows["contract"].to_pylist()
    days = rows["tenure_days"].to_numpy().astype(float)
    # without setting the intercept on the last twelve months
    day = rows["decided_on"].cast(pa.int32()).to_numpy()
    recent = day > day.max() - 365
    eta = found.log_odds(contracts, days, values)
    after = found.log_odds(contracts, days, np.maximum(values, 0.5))
    undo = fit.predict(x)
    undo = float(np.log(undo / (1 - undo)).mean()) - float(eta.mean())
    p, q = (1 / (1 + np.exp(-(e + undo))) for e in (eta, after))
    assert float((p - q).mean()) == pytest.approx(expected, rel=1e-6)
    assert (1 / (1 + np.exp(-eta[recent]))).mean() == pytest.approx(lost[recent].mean())


def test_the_draws_of_the_baseline_are_the_bootstrap_of_accounts() -> None:
    found, rows, _ = baseline(400)
    offsets = found.offsets(20_000, np.random.default_rng(3))
    day = rows["decided_on"].cast(pa.int32()).to_numpy()
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False)[day > day.max() - 365]
    rate = float(lost.mean())
    rng = np.random.default_rng(4)
    again = rng.choice(lost, (5000, len(lost))).mean(axis=1)
    expected = np.log(again / (1 - again)).std() * found.stretch
    assert offsets.std() == pytest.approx(expected, rel=0.05)
    assert abs(offsets.mean()) < 0.1 * offsets.std()
    assert found.rate.value == pytest.approx(1 - rate)


def test_winners_are_pulled_back_by_what_all_say() -> None:
    lever = Lever(-0.9, 0.3, -0.9)
    noise = np.array([1.0, -1.0, 0.2, -0.5, 0.1])  # mean z² 0.46: nothing beyond chance
    assert shrunken(lever, noise).b == 0.0
    z = np.array([2.0, -2.0, 2.0, -2.0, 2.0])  # A = 3, so three quarters stay
    assert shrunken(lever, z).b == pytest.approx(-0.675)
    assert shrunken(lever, z).se == 0.3
    assert shrunken(lever, z[:4]) == lever


def test_a_lift_reaches_the_mean_and_moves_only_those_below() -> None:
    values = np.array([0.0, 10.0, 20.0, 30.0, np.nan])
    found = lift(values, 17.5, np.linspace(0, 40, 101))
    assert isinstance(found, Shift)
    # 0 and 10 go up to L: (2 L + 20 + 30) / 4 = 17.5
    assert found.level == pytest.approx(10.0)
    assert found.values[:4].tolist() == [10.0, 10.0, 20.0, 30.0]
    assert np.isnan(found.values[4])
    further = lift(values, 20.0, np.linspace(0, 40, 101))
    assert isinstance(further, Shift)
    assert further.level == pytest.approx(15.0)


def test_a_fall_lowers_those_above() -> None:
    values = np.array([10.0, 20.0, 90.0])
    found = lift(values, 20.0, np.array([0.0, 50.0, 100.0]))
    assert isinstance(found, Shift)
    assert found.values.tolist() == [10.0, 20.0, 30.0]
    assert not found.extrapolates


def test_beyond_what_was_seen_is_said() -> None:
    values, support = np.array([1.0, 2.0, 3.0]), np.linspace(0, 10, 101)
    low, high = reach(values, support)
    assert (low, high) == pytest.approx((0.5, 9.5))
    inside, beyond = lift(values, 9.0, support), lift(values, 9.8, support)
    assert isinstance(inside, Shift) and not inside.extrapolates
    assert isinstance(beyond, Shift) and beyond.extrapolates
    outside = lift(values, 11.0, support)
    assert isinstance(outside, NoAnswer) and outside.reason == "outside_support"
    assert outside.needs["furthest"] == 10.0
    same = lift(values, 2.0, support)
    assert isinstance(same, NoAnswer) and same.reason == "no_change"
    nobody = lift(np.array([math.nan]), 2.0, support)
    assert isinstance(nobody, NoAnswer) and nobody.reason == "no_values"
    assert to_median(values, support, up=True) == 5.0


def test_one_outcome_and_a_constant_kpi_are_named() -> None:
    made = company(200)
    constant = Feature("k", "number", np.ones(400))
    found = fit_baseline(made.decisions, constant, data_cut=DATA_CUT)
    assert isinstance(found, NoAnswer) and found.reason == "no_variation"
    nobody = fit_baseline(
        made.decisions, Feature("k", "number", made.kpis[0]), data_cut=date(2000, 1, 1)
    )
    assert isinstance(nobody, NoAnswer) and nobody.reason == "one_outcome"


def test_a_rate_can_be_set() -> None:
    eta = np.array([-3.0, -1.0, 0.5])
    moved = set_on(eta, np.array([1.0, 2.0, 1.0]), 0.25)
    p = 1 / (1 + np.exp(-moved))
    assert (p @ [1, 2, 1]) / 4 == pytest.approx(0.25)
    assert np.diff(moved) == pytest.approx(np.diff(eta))
    with pytest.raises(ValueError, match="between 0 and 1"):
        set_on(eta, np.ones(3), 1.0)
