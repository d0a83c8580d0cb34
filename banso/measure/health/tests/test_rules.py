from __future__ import annotations

from datetime import date

import pytest

from banso.measure.health import rules
from banso.measure.health.rules import CONTACT, LOWER, USAGE, Measure, Reading

USERS = Measure("users", USAGE, 30, 0, 10)
CALLS = Measure("calls", CONTACT, 10, 10, 110, LOWER)


@pytest.mark.parametrize(("value", "expected"), [(-5, 0), (0, 0), (2.5, 25), (10, 100), (99, 100)])
def test_points_lie_evenly_between_the_marks(value: float, expected: float) -> None:
    assert rules.points(value, USERS) == expected


def test_less_is_better_where_the_measure_says_so() -> None:
    assert rules.points(10, CALLS) == 100
    assert rules.points(85, CALLS) == 25
    assert rules.points(500, CALLS) == 0


def test_a_score_weighs_what_is_known() -> None:
    scored = rules.score([USERS, CALLS], {"users": Reading(10), "calls": Reading(110)})
    assert (scored.score, scored.known, scored.expected) == (75, 2, 2)


def test_a_missing_measure_is_left_out_and_the_others_count_for_more() -> None:
    scored = rules.score([USERS, CALLS], {"users": Reading(5)})
    assert (scored.score, scored.known, scored.expected) == (50, 1, 2)
    assert scored.parts["calls"] == {"w": 10, "m": rules.NO_VALUE}


def test_fewer_than_half_of_the_measures_give_no_score() -> None:
    third = Measure("third", USAGE, 60, 0, 1)
    scored = rules.score([USERS, CALLS, third], {"third": Reading(1)})
    assert (scored.score, scored.known, scored.expected) == (None, 1, 3)


def test_nothing_known_gives_no_score() -> None:
    assert rules.score([USERS], {}).score is None


def test_what_nobody_expects_does_not_count_as_missing() -> None:
    tech = rules.contact_reading(date(2026, 1, 1), date(2026, 6, 1), "tech")
    scored = rules.score([USERS, CALLS], {"users": Reading(5), "calls": tech})
    assert (scored.score, scored.known, scored.expected) == (50, 1, 1)


def test_silence_of_all_events_is_no_fall_of_usage() -> None:
    kept = {"v": 0, "c": False}
    assert rules.metric_reading(kept, USERS, stale=True).missing == rules.STALE
    assert rules.metric_reading(kept, USERS, stale=False).value == 0
    assert rules.is_stale(date(2026, 5, 1), date(2026, 6, 1))
    assert not rules.is_stale(date(2026, 5, 30), date(2026, 6, 1))


def test_the_moves_add_up_to_the_change_of_the_score() -> None:
    then = rules.score([USERS, CALLS], {"users": Reading(10), "calls": Reading(60)})
    now = rules.score([USERS, CALLS], {"users": Reading(2), "calls": Reading(10)})
    moves = rules.moves(now.parts, then.parts)
    assert [(m.key, round(m.by)) for m in moves] == [("users", -60), ("calls", 12)]
    assert now.score is not None
    assert then.score is not None
    assert sum(m.by for m in moves) == pytest.approx(now.score - then.score, abs=1)


def test_other_weights_rescore_the_same_values() -> None:
    scored = rules.score([USERS, CALLS], {"users": Reading(10), "calls": Reading(110)})
    even = [Measure("users", USAGE, 50, 0, 10), Measure("calls", CONTACT, 50, 10, 110, LOWER)]
    assert rules.rescored(even, scored.parts).score == 50


def test_marks_are_proposed_from_the_customers() -> None:
    assert rules.proposed_marks([float(n) for n in range(101)]) == (10, 90)
    assert rules.proposed_marks([3.0, 3.0, 3.0]) is None
    assert rules.proposed_marks([]) is None


@pytest.mark.parametrize(
    ("score", "word"), [(100, "good"), (70, "good"), (69, "watch"), (39, "struggling")]
)
def test_a_score_has_a_word(score: int, word: str) -> None:
    assert rules.band(score) == word


def test_the_distribution_counts_everybody_once() -> None:
    bins, none = rules.distribution([0, 9, 10, 99, 100, None])
    assert bins == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert none == 1
