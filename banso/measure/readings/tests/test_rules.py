from __future__ import annotations

import numpy as np
import pytest

from banso.measure.readings.rules import axis_of, band_of, moves, segments, standing

WEEKS = [10.0, 12, 11, 9, 10, 13, 8, 10, 11, 10]


def test_the_band_is_the_median_and_a_robust_spread_of_the_own_past() -> None:
    band = band_of(WEEKS)
    assert band is not None
    assert (band.mid, band.n) == (10.0, 10)
    assert band.high - band.mid == pytest.approx(2 * 1.4826)
    with_a_spike = band_of([*WEEKS[:-1], 500.0])
    assert with_a_spike is not None
    assert with_a_spike.high < 15, "one wild week does not widen what is usual"


def test_there_is_no_band_below_eight_weeks() -> None:
    assert band_of(WEEKS[:7]) is None
    assert band_of([None, *WEEKS[:7], None]) is None
    assert band_of(WEEKS[:8]) is not None


def test_weeks_that_are_nearly_all_alike_have_a_narrow_band_but_no_hair_trigger() -> None:
    alike, nearly = band_of([5.0] * 10), band_of([5.0] * 9 + [6.0])
    assert alike is not None and nearly is not None
    assert (alike.low, alike.high) == (5.0, 5.0)
    assert nearly.low < 5.0 < nearly.high


def test_a_count_is_not_usually_below_zero() -> None:
    band = band_of([0.0, 4, 0, 5, 1, 0, 3, 0, 6])
    assert band is not None and band.low == 0.0
    falling = band_of([-0.4, 0.4, -0.5, 0.5, 0.1, -0.1, 0.3, -0.3])
    assert falling is not None and falling.low < 0


def test_a_value_stands_above_below_or_within() -> None:
    band = band_of(WEEKS)
    assert [standing(value, band) for value in (30.0, 1.0, 10.0)] == ["above", "below", "within"]
    assert standing(None, band) == standing(3.0, None) == ""


def test_what_waits_or_stands_still_is_not_drawn() -> None:
    assert moves([1.0, 2.0], waits=False)
    assert not moves([1.0, 2.0], waits=True)
    assert not moves([2.0, None, 2.0], waits=False)


def test_segments_have_quartiles_from_five_customers_on() -> None:
    ids = np.arange(1, 9)
    values = np.array([1.0, 2, 3, 4, 5, 7, 9, np.nan])
    groups = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a", 6: "b", 7: "b", 8: "b"}
    large, small = segments(groups, ids, values, np.zeros(8, dtype=bool))
    assert (large.key, large.members, large.spread.n) == ("a", 5, 5)
    assert (large.spread.q1, large.spread.median, large.spread.q3) == (2.0, 3.0, 4.0)
    assert small.is_small and (small.members, small.spread.n) == (3, 2)
    assert (small.spread.q1, small.spread.median, small.spread.q3) == (None, 8.0, None)


def test_waits_that_go_on_count_in_the_median() -> None:
    values = np.array([5.0, 6, 7, 40, 50, 60])
    waiting = np.array([False, False, False, True, True, True])
    [found] = segments(dict.fromkeys(range(6), "a"), np.arange(6), values, waiting)
    assert (found.spread.n, found.spread.censored, found.spread.median) == (6, 3, 7.0)
    assert found.spread.q3 is None


@pytest.mark.parametrize(
    ("values", "axis"),
    [
        ([246, 433], (200, 500, 100)),
        ([11, 12.3], (11, 12.5, 0.5)),
        ([5, 5], (4, 6, 2)),
        ([], (0, 1, 0.5)),
    ],
)
def test_an_axis_holds_its_values_at_round_numbers(
    values: list[float], axis: tuple[float, float, float]
) -> None:
    assert axis_of(values) == axis
