"""What is said of a score follows what it was made of."""

from __future__ import annotations

import json

import numpy as np
import pytest

from banso.measure.health import rules
from banso.prove.engine.calibration import brier
from banso.prove.prediction.checking import checked
from banso.prove.prediction.readings import points_of
from banso.prove.prediction.tests.builders import LINES, some_decisions


def test_points_of_many_are_the_points_of_each() -> None:
    values = np.array([-5.0, 0.0, 33.0, 100.0, 400.0])
    lines = [*LINES, rules.Measure("step", rules.USAGE, 1, 33, 33)]
    for line in lines:
        expected = [rules.points(value, line) for value in values]
        assert points_of(values, line) == pytest.approx(expected)
    assert np.isnan(points_of(np.array([np.nan]), lines[-1])[0])


def test_a_score_that_goes_with_renewal_ranks_and_its_bands_differ() -> None:
    found = checked(some_decisions(1500))
    json.dumps(found.as_json())  # it is kept as JSON
    assert found.ranks["low"] > 0.6
    share = {one["band"]: one["renewed"] / one["n"] for one in found.bands}
    assert share[rules.GOOD] > share[rules.WATCH] > share[rules.STRUGGLING]
    assert sum(one["n"] for one in found.bands) == found.decisions
    assert found.decisions + found.without_score == 1500


def test_the_last_year_is_foretold_from_what_came_before_it() -> None:
    there = some_decisions(2000)
    found = checked(there)
    later = found.later
    assert later is not None and found.leads == "data"
    assert later["n"] + later["before"] == found.decisions
    for told in later["scores"].values():
        assert told["brier"] < later["base_brier"] and told["skill"] > 0
        assert sum(one["n"] for one in told["groups"]) == later["n"]
        assert 0.7 < told["observed_over_expected"]["value"] < 1.4
    # the last measure says nothing about renewal here: the data take its weight away
    weights = {row["key"]: row for row in found.weights}
    assert weights[rules.CONTACT_DAYS]["expert"] == 20
    assert weights[rules.CONTACT_DAYS]["blended"] < 10
    assert sum(row["blended"] for row in found.weights) == pytest.approx(100, abs=1)


def test_the_gain_is_that_of_the_squared_errors() -> None:
    found = checked(some_decisions(3000, slopes=(0.9, -1.4, 0.0)))  # the experts' first is wrong
    later = found.later
    assert later is not None
    gap = later["scores"]["expert"]["brier"] - later["scores"]["blended"]["brier"]
    assert later["gain"]["value"] == pytest.approx(gap)
    assert 0 < later["gain"]["low"] < gap < later["gain"]["high"]


def test_a_score_of_noise_is_not_called_good() -> None:
    low = [
        checked(some_decisions(800, seed=seed, slopes=(0.0, 0.0, 0.0))).ranks["low"]
        for seed in range(10)
    ]
    assert sum(one > 0.5 for one in low) <= 2


def test_twenty_customers_are_told_what_is_lacking_and_by_when() -> None:
    found = checked(some_decisions(40))
    assert found.later is None and not found.weights
    assert found.lacking is not None
    assert found.lacking["reason"] == "too_few_events"
    assert found.lacking["needs"]["events_needed"] == 20
    assert found.lacking["expected_by"] > "2026-06-30"


def test_a_company_without_a_year_after_says_so() -> None:
    there = some_decisions(1200)
    old = there.some(there.decided_on < there.decided_on.max() - 365)
    found = checked(old)
    assert found.weights and found.later is None
    assert found.lacking is not None and found.lacking["reason"] == "no_year_after"


def test_the_brier_score_of_the_share_is_that_of_a_constant() -> None:
    there = some_decisions(1500, seed=5)
    later = checked(there).later
    assert later is not None
    kept = there.some(there.has_score)
    after = kept.some(kept.decided_on > np.datetime64("2025-06-30", "D").astype(int))
    constant = np.full(len(after.account), later["base_rate"])
    assert later["base_brier"] == pytest.approx(brier(constant, after.not_renewed))


def test_a_score_that_goes_the_wrong_way_is_not_turned_round() -> None:
    """Its ranking is below a coin's and stays so; the chance fitted to it is that of everybody."""
    later = checked(some_decisions(2500, slopes=(0.9, 0.7, 0.0))).later
    assert later is not None
    experts, blended = later["scores"]["expert"], later["scores"]["blended"]
    assert experts["auc"]["high"] < 0.5 < blended["auc"]["low"]
    assert experts["brier"] == pytest.approx(later["base_brier"], rel=0.02)
    assert experts["slope"]["reason"] == "one_forecast"
