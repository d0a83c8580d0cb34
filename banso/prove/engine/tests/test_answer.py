from __future__ import annotations

import pytest

from banso.prove.engine.answer import Answer, NoAnswer


def test_an_answer_cannot_hold_a_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="NoAnswer"):
        Answer(float("nan"), 0.0, 1.0, n=10, events=1, scale="proportion", method="wilson")


def test_an_interval_cannot_be_upside_down() -> None:
    with pytest.raises(ValueError, match="upside down"):
        Answer(0.5, 0.6, 0.4, n=10, events=5, scale="proportion", method="wilson")


def test_a_refusal_says_why_and_its_needs_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="reason"):
        NoAnswer("")
    refusal = NoAnswer("too_few_events", {"events": 3})
    assert refusal.expected_by is None
    with pytest.raises(TypeError):
        refusal.needs["events"] = 20  # type: ignore[index]
