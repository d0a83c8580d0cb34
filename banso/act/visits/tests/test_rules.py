from __future__ import annotations

from banso.act.visits.rules import (
    REASONS,
    Candidate,
    in_order,
    reasons_of_answer,
    state_of,
)


def test_an_answer_gives_its_reasons_the_most_pressing_first() -> None:
    assert reasons_of_answer("below", 3, 1) == ["detractor", "below", "not_missed"]
    assert reasons_of_answer("above", 10, 3) == ["above"]
    assert reasons_of_answer("no_trouble", 7, 2) == []
    assert reasons_of_answer("", None, None) == []


def test_a_customer_stands_at_its_most_pressing_reason() -> None:
    made = [
        Candidate(1, "a", 1.0, {"above": 3}),
        Candidate(2, "b", 0.1, {"detractor": 1, "above": 1}),
        Candidate(3, "c", 0.9, {"detractor": 1}),
        Candidate(4, "d", 0.0, {"detractor": 2}),
        Candidate(5, "e", 0.0, {"detractor": 0}),
    ]
    assert [one.account_id for one in in_order(made)] == [4, 3, 2, 1]
    assert REASONS[0] == "detractor"


def test_the_state_of_a_visit() -> None:
    assert state_of(held=False, called_off=False) == "open"
    assert state_of(held=True, called_off=False) == "held"
    assert state_of(held=False, called_off=True) == "off"
