from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.power import (
    cox_power,
    decisions_per_month,
    events_needed,
    fdr_alpha,
    known_by,
    logistic_sample_size,
    months_until,
    schoenfeld_events,
    smallest_detectable_or,
    smallest_detectable_uplift,
    two_proportions_n,
    two_proportions_power,
)


def test_power_of_rs_power_prop_test() -> None:
    assert two_proportions_power(50, 0.5, 0.75) == pytest.approx(0.740, abs=5e-4)
    assert two_proportions_n(0.5, 0.75, power=0.9) == pytest.approx(76.7, abs=0.05)


def test_hsieh_bloch_larsen_example_needs_317_rows() -> None:
    assert logistic_sample_size(0.5, 1.4993025, power=0.95) == pytest.approx(317, abs=0.5)


def test_oracles(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("hsieh_lavori_power")
    i = o["inputs"]
    for sides, name in ((1, "power_onesided"), (2, "power_twosided")):
        power = cox_power(i["n"], i["theta"], i["sigma2"], i["psi"], r2=i["rho2"], sides=sides)
        assert power == pytest.approx(o["expected"][name], abs=1e-6)
    o = oracle("schoenfeld_events")
    found = [
        schoenfeld_events(hr, alpha=a, power=b, share_treated=w)
        for hr, a, b, w in o["inputs"]["cases"]
    ]
    assert found == pytest.approx(o["expected"]["events"])
    o = oracle("logistic_sample_size")
    second = o["inputs"]["second"]
    assert logistic_sample_size(
        second["p1"], second["OR"], alpha=second["alpha"], power=second["power"]
    ) == pytest.approx(o["expected"]["n_second"])
    o = oracle("power_two_proportions")
    assert two_proportions_power(50, 0.5, 0.75) == pytest.approx(o["expected"]["power"], abs=1e-6)
    assert two_proportions_n(0.5, 0.75, power=0.9) == pytest.approx(
        o["expected"]["n_for_90"], abs=1e-4
    )
    o = oracle("mde_renewal")
    found = [smallest_detectable_uplift(0.85, n) or 0.0 for n in o["inputs"]["n_per_arm"]]
    assert found == pytest.approx(o["expected"]["mde"], abs=1e-5)


def test_fifty_accounts_with_annual_contracts_wait_years() -> None:
    """12 % churn, 30 KPIs, q = 0.10 with three found (alpha 0.01), R2 = 0.2, as tabulated."""
    alpha = fdr_alpha(0.10, 30, 3)
    assert alpha == pytest.approx(0.01)
    after_one_year = smallest_detectable_or(6, 0.12, alpha=alpha, r2=0.2)
    assert after_one_year == pytest.approx(5.3, abs=0.05)
    for odds_ratio, years in ((1.5, 16.8), (2.0, 5.8)):
        needed = events_needed(odds_ratio, 0.12, alpha=alpha, r2=0.2)
        months = months_until(0, needed, 50 / 12, 0.12)
        assert months is not None
        assert months / 12 == pytest.approx(years, abs=0.06)


def test_events_needed_undoes_the_smallest_detectable_odds_ratio() -> None:
    seen = smallest_detectable_or(80, 0.2, alpha=0.02, r2=0.3, deff=1.4)
    assert seen is not None
    assert events_needed(seen, 0.2, alpha=0.02, r2=0.3, deff=1.4) == pytest.approx(80)


def test_what_is_not_coming_cannot_be_foretold() -> None:
    assert smallest_detectable_or(0, 0.1) is None
    assert months_until(5, 20, None, 0.1) is None
    assert months_until(5, 20, 10.0, 0.0) is None
    assert months_until(25, 20, None, 0.1) == 0.0
    assert known_by(date(2024, 1, 1), None) is None
    assert known_by(date(2024, 1, 1), 12 * 51) is None
    assert known_by(date(2024, 1, 1), 12) == date(2025, 1, 1)
    assert smallest_detectable_uplift(0.99, 20) is None


def test_the_pace_is_that_of_the_last_year() -> None:
    cut = date(2024, 12, 31)
    last = (cut - date(1970, 1, 1)).days
    old, new = np.full(500, last - 600), last - np.arange(0, 360, 3)
    assert decisions_per_month(np.concatenate([old, new]), cut) == pytest.approx(10, abs=0.1)
    assert decisions_per_month(np.array([last - 5, last]), cut) is None
    assert decisions_per_month(np.array([], dtype=np.int64), cut) is None
