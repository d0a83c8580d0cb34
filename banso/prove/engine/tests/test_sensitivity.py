from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banso.prove.engine.sensitivity import (
    e_value,
    e_value_of_difference,
    e_value_of_odds_ratio,
    robustness,
)


def test_e_values_of_vanderweele_and_ding(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("e_value")
    i, expected = o["inputs"], o["expected"]
    for rr, near, point, limit in zip(
        i["rr"], i["near_limit"], expected["point"], expected["limit"], strict=True
    ):
        found = e_value(rr, min(rr, near), max(rr, near))
        assert found.estimate == pytest.approx(point, abs=1e-6)
        assert found.limit == pytest.approx(limit, abs=1e-6)
    common = e_value_of_odds_ratio(i["common_outcome_or"], 2.0, 2.5, outcome_share=0.85)
    assert common.estimate == pytest.approx(expected["or_225_sqrt"], abs=1e-6)
    crossing = e_value(i["crossing"]["rr"], i["crossing"]["lo"], 1.6)
    assert crossing.limit == expected["crossing_limit"]


def test_a_difference_is_looked_at_from_its_rarer_side() -> None:
    """85 % renewed where 75 % would have: 15 against 25 losses, ratio 0.6."""
    found = e_value_of_difference(0.85, 0.10, 0.02, 0.18)
    assert found is not None
    assert found.estimate == pytest.approx(e_value(0.6, 0.6, 0.6).estimate)
    assert 1 < found.limit < found.estimate
    crossing = e_value_of_difference(0.85, 0.10, -0.02, 0.22)
    assert crossing is not None and crossing.limit == 1.0
    assert e_value_of_difference(1.0, 0.10, 0.05, 0.15) is None


def test_wrong_limits_are_refused() -> None:
    with pytest.raises(ValueError, match="risk ratio"):
        e_value(1.2, 1.3, 1.5)
    with pytest.raises(ValueError, match="freedom"):
        robustness(2.0, 1)


def test_robustness_of_the_darfur_example() -> None:
    """Cinelli & Hazlett 2020, Table 1: t = 4.184, df = 783: partial R2 2.2 %, RV 13.9 %, 7.6 %."""
    found = robustness(4.18445, 783, critical=1.963)
    assert found.partial_r2 == pytest.approx(0.022, abs=5e-4)
    assert found.zero == pytest.approx(0.139, abs=5e-4)
    assert found.significance == pytest.approx(0.076, abs=5e-4)
    assert robustness(1.0, 783).significance == 0.0
