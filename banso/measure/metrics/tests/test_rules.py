from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banso.measure.metrics.rules import bins, mondays, spread
from banso.measure.metrics.wording import shown
from banso.shared.lake.days import day_of


def no(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.zeros(len(values), dtype=bool)


def test_quartiles_leave_out_what_is_missing() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
    found = spread(values, no(values))
    assert (found.n, found.q1, found.median, found.q3) == (5, 2, 3, 4)
    assert spread(np.array([np.nan]), np.array([False])).median is None


def test_quartiles_count_in_those_who_wait() -> None:
    values = np.array([0.0, 2.0, 5.0, 30.0, 30.0, 30.0])
    found = spread(values, values == 30)
    assert (found.n, found.censored, found.q1, found.median) == (6, 3, 2, 5)
    assert found.q3 is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(st.lists(st.floats(-1e9, 1e9) | st.integers(0, 30), min_size=1, max_size=60))
def test_every_value_is_in_one_bin(values: list[float]) -> None:
    found = bins(np.array(values, dtype=np.float64))
    assert sum(count for _low, _high, count in found) == len(values)
    assert len(found) <= 12
    assert all(low < high for low, high, _count in found)
    assert found[0][0] <= min(values) + 1e-6 * abs(min(values)) + 1e-9
    assert found[-1][1] >= max(values)


def test_bins_of_whole_numbers_are_whole() -> None:
    assert [b[0] for b in bins(np.array([0, 1, 1, 3], dtype=np.float64))] == [0, 1, 2, 3]


def test_mondays_begin_after_the_first_event() -> None:
    days = [day_of(n) for n in mondays(20152, 20170)]
    assert [d.isoformat() for d in days] == ["2025-03-10", "2025-03-17"]
    assert [d.isoformat() for d in (day_of(n) for n in mondays(20157, 20164))] == ["2025-03-17"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "times", "—"),
        (1234.0, "times", "1,234 times"),
        (1.0, "days", "1 day"),
        (0.5, "ratio", "0.50"),
        (-0.4, "change", "-40%"),
        (0.055, "change", "+5.5%"),
        (0.25, "share", "25%"),
    ],
)
def test_values_are_shown_with_their_unit(value: float | None, unit: str, text: str) -> None:
    with translation.override("en"):
        assert shown(value, unit) == text


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 1001])
@pytest.mark.parametrize("highest", [0, 1, 5, 90, 5000])
def test_quartiles_that_are_counted_are_those_of_numpy(size: int, highest: int) -> None:
    values = np.random.default_rng(size + highest).integers(0, highest + 1, size).astype(float)
    for numbers in (values, values + 0.5, values - 1):
        found = spread(numbers, np.zeros(size, dtype=bool))
        expected = np.quantile(numbers, (0.25, 0.5, 0.75)).tolist()
        assert [found.q1, found.median, found.q3] == expected
