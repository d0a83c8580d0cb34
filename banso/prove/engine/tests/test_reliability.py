from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.calibration import brier
from banso.prove.engine.reliability import (
    brier_parts,
    calibration_slope,
    groups,
    in_the_large,
    observed_over_expected,
)

Oracle = Callable[[str], dict[str, Any]]


def test_the_parts_and_the_slope_of_the_oracle(oracle: Oracle) -> None:
    one = oracle("brier_calibration")
    given, expected, within = one["inputs"], one["expected"], one["tolerance"]
    assert brier(given["sklearn"]["p"], given["sklearn"]["y"]) == pytest.approx(
        expected["brier_doc"], abs=within
    )
    parts = brier_parts(given["forecast"], given["outcome"])
    for name in ("brier", "reliability", "resolution", "uncertainty", "skill"):
        assert getattr(parts, name) == pytest.approx(expected[name], abs=within), name
    identity = parts.reliability - parts.resolution + parts.uncertainty
    assert identity == pytest.approx(expected["identity"], abs=within)
    assert in_the_large(given["forecast"], given["outcome"]) == pytest.approx(
        expected["cal_in_the_large"], abs=within
    )
    slope = calibration_slope(given["forecast"], given["outcome"])
    assert isinstance(slope, Answer)
    assert slope.value == pytest.approx(expected["cal_slope"], abs=within)


def test_forecasts_that_are_right_have_slope_one_and_o_over_e_one() -> None:
    draw = np.random.default_rng(3)
    p = draw.beta(2, 8, 20_000)
    y = draw.random(20_000) < p
    slope, ratio = calibration_slope(p, y), observed_over_expected(p, y)
    assert isinstance(slope, Answer) and isinstance(ratio, Answer)
    assert slope.low < 1 < slope.high and slope.value == pytest.approx(1, abs=0.06)
    assert ratio.low < 1 < ratio.high
    parts = brier_parts(np.round(p, 2), y)
    assert parts.brier == pytest.approx(brier_score_loss(y, np.round(p, 2)))


def test_equal_forecasts_give_the_limits_newcombe_printed() -> None:
    """Newcombe 1998, table I: Wilson's limits of 81/263 and 15/148."""
    for events, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        found = observed_over_expected([0.2] * n, [1] * events + [0] * (n - events))
        assert isinstance(found, Answer)
        assert (0.2 * found.low, 0.2 * found.high) == pytest.approx((low, high), abs=5e-5)


def test_what_was_foretold_surely_makes_the_ratio_surer() -> None:
    """90 rows foretold at 0.1 and 30 nearly surely: only the 90 leave anything to chance."""
    some, sure = [1] * 12 + [0] * 78, [1] * 30
    found = observed_over_expected([0.1] * 90 + [1.0] * 30, some + sure)
    alone = observed_over_expected([0.1] * 90, some)
    assert isinstance(found, Answer) and isinstance(alone, Answer)
    assert found.value == pytest.approx(42 / 39)
    assert found.low == pytest.approx((30 + 9 * alone.low) / 39, abs=1e-3)
    assert found.high == pytest.approx((30 + 9 * alone.high) / 39, abs=1e-3)
    everybody = observed_over_expected([0.5] * 20, [1] * 20)
    assert isinstance(everybody, Answer) and everybody.high == pytest.approx(2.0)


def test_forecasts_that_are_too_extreme_have_a_slope_below_one() -> None:
    draw = np.random.default_rng(4)
    logit = draw.normal(-1, 1, 8000)
    y = draw.random(8000) < 1 / (1 + np.exp(-logit))
    slope = calibration_slope(1 / (1 + np.exp(-2 * logit)), y)
    assert isinstance(slope, Answer)
    assert slope.value == pytest.approx(0.5, abs=0.05)


def test_what_cannot_be_told_is_no_number() -> None:
    few = calibration_slope([0.2] * 30, [1] * 3 + [0] * 27)
    alike = calibration_slope([0.2] * 40, [1, 0] * 20)
    assert isinstance(few, NoAnswer) and few.reason == "too_few_events"
    assert isinstance(alike, NoAnswer) and alike.reason == "one_forecast"
    nothing = observed_over_expected([0.0] * 40, [1, 0] * 20)
    assert isinstance(nothing, NoAnswer) and nothing.reason == "nothing_foretold"
    with pytest.raises(ValueError, match="probabilities"):
        brier_parts([1.2], [1])


def test_groups_hold_enough_rows_and_keep_equal_forecasts_together() -> None:
    p = np.repeat([0.1, 0.2, 0.9], [35, 5, 20])
    y = np.arange(60) % 2
    found = groups(p, y)
    assert sum(one.n for one in found) == 60
    assert all(one.n >= 10 for one in found)
    assert [one.forecast for one in found] == pytest.approx([0.1125, 0.9])
    assert found[0].events == int(y[:40].sum())
