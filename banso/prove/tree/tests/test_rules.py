from __future__ import annotations

from datetime import date, timedelta

import pytest

from banso.prove.tree.rules import (
    Point,
    State,
    forecast,
    is_kpi,
    may_move_under,
    places,
    quarterly,
    rate_of,
    state_of,
)


@pytest.mark.parametrize(
    ("value", "half", "q", "up", "expected"),
    [
        (0.5, 0.3, 0.01, True, "supported"),
        (0.5, 0.3, 0.01, False, "refuted"),
        (0.02, 0.1, 0.7, True, "refuted"),
        (0.3, 0.5, 0.3, True, "unknown"),
        (0.3, 0.25, 0.12, False, "unknown"),
    ],
)
def test_what_an_estimate_says_of_a_line(
    value: float, half: float, q: float, up: bool, expected: State
) -> None:
    low, high = value - half, value + half
    assert state_of(value=value, low=low, high=high, q=q, claimed_up=up, zone=0.22) == expected


def test_only_what_holds_up_to_the_top_is_called_a_kpi() -> None:
    states = ("untested", "supported", "unknown", "refuted", "leak", "no_test")
    assert [state for state in states if is_kpi([state])] == ["supported"]
    assert is_kpi(["supported", "supported"])
    assert not is_kpi(["unknown", "supported"])


def test_quarters_that_are_over_and_large_enough_make_the_course() -> None:
    quarters = [date(2025, 10, 1)] * 12 + [date(2026, 1, 1)] * 4 + [date(2026, 4, 1)] * 20
    counted = [True] * 9 + [False] * 3 + [True] * 4 + [True] * 20
    [point] = quarterly(quarters, counted, date(2026, 6, 29))
    assert point == Point(date(2025, 12, 31), 0.75, 12)
    assert len(quarterly(quarters, counted, date(2026, 6, 30))) == 2


def test_a_rate_of_few_is_none() -> None:
    assert rate_of(5, 9) is None
    found = rate_of(81, 263)  # Newcombe 1998
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def a_course(*values: float) -> list[Point]:
    first = date(2025, 1, 1)
    return [Point(first + timedelta(days=91 * i), v, 50) for i, v in enumerate(values)]


def test_a_forecast_carries_on_the_median_slope() -> None:
    course = a_course(0.60, 0.62, 0.64, 0.66, 0.68, 0.70)
    found = forecast(course, on=course[-1].day + timedelta(days=182), lowest=0, highest=1)
    assert found is not None
    assert found.value == pytest.approx(0.74)
    assert found.points == 6
    odd = a_course(0.60, 0.62, 0.64, 0.10, 0.68, 0.70)
    despite = forecast(odd, on=odd[-1].day + timedelta(days=182), lowest=0, highest=1)
    assert despite is not None
    assert despite.value == pytest.approx(0.74, abs=0.03)
    assert despite.low < despite.value < despite.high or despite.high == 1


def test_a_short_course_or_a_day_that_is_over_has_no_forecast() -> None:
    course = a_course(0.6, 0.7, 0.8, 0.9)
    assert forecast(course[:3], on=date(2027, 1, 1), lowest=0, highest=1) is None
    assert forecast(course, on=course[-1].day, lowest=0, highest=1) is None
    far = forecast(course, on=date(2030, 1, 1), lowest=0, highest=1)
    assert far is not None and far.value == 1


def test_parents_stand_in_the_middle_of_their_children() -> None:
    placed = places({None: [1], 1: [2, 3], 2: [4, 5]})
    assert {pk: (p.column, p.row) for pk, p in placed.items()} == {
        4: (2, 0), 5: (2, 1), 2: (1, 0.5), 3: (1, 2), 1: (0, 1.25),
    }  # fmt: skip


def test_nothing_hangs_below_itself_or_too_deep() -> None:
    parents: dict[int, int | None] = {1: None, 2: 1, 3: 2, 4: 1}
    assert not may_move_under(2, 3, parents, deepest=5)
    assert not may_move_under(2, 2, parents, deepest=5)
    assert may_move_under(2, 4, parents, deepest=5)
    assert not may_move_under(2, 4, parents, deepest=3)
