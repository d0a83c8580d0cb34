from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from banso.prove.contrasts.rules import (
    BUILT_IN,
    CONFIRMATORY,
    EXPLORATORY,
    Question,
    Side,
    kind_of,
    next_step,
    people_of,
)

PAIRS = {one.key: one for one in BUILT_IN}
NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "said", "step"),
    [
        ("above_no_trouble", "found", "reproduce"),
        ("above_no_trouble", "reversed", "prevent"),
        ("met_no_trouble", "reversed", "prevent"),
        ("met_below", "found", "reproduce"),
        ("consulted_not", "found", "why_not"),
        ("consulted_not", "reversed", "mend"),
        ("at_below", "undecided", "answers"),
        ("at_below", "too_few", "answers"),
        ("at_below", "no_difference", "elsewhere"),
        ("at_below", "reversed", "read"),
    ],
)
def test_each_verdict_has_its_next_step(key: str, said: str, step: str) -> None:
    assert next_step(PAIRS[key], said) == step


def test_whose_texts_are_read() -> None:
    assert people_of(PAIRS["met_below"], "found", "reproduce").leaves == ("above",)
    assert people_of(PAIRS["consulted_not"], "found", "why_not").leaves == ("not_consulted",)
    assert people_of(PAIRS["above_no_trouble"], "reversed", "prevent").leaves == ("above",)
    assert people_of(PAIRS["at_below"], "found", "reproduce").leaves == ("at",)


def test_only_what_was_registered_before_the_first_answer_was_said_beforehand() -> None:
    pair = Question("pair-1", Side(("above",)), Side(("below",)), registered_at=NOON)
    assert kind_of(pair, None) == CONFIRMATORY
    assert kind_of(pair, NOON.replace(hour=13)) == CONFIRMATORY
    assert kind_of(pair, NOON.replace(hour=11)) == EXPLORATORY
    assert kind_of(pair, date(2026, 5, 12)) == CONFIRMATORY
    assert kind_of(pair, date(2026, 5, 11)) == EXPLORATORY, "the same day may be too late"
    assert kind_of(BUILT_IN[0], date(2020, 1, 1)) == CONFIRMATORY


def test_groups_that_may_share_somebody() -> None:
    above = Side(("above",))
    assert above.may_overlap(Side(("above", "at")))
    assert not above.may_overlap(Side(("at",)))
    small, large = Side(("above",), "segment", "S"), Side(("above",), "segment", "L")
    assert not small.may_overlap(large) and small.may_overlap(small)
    one, two = Side(("above",), "channel", "csm"), Side(("above",), "channel", "chat")
    assert one.may_overlap(two), "somebody may have used both channels"
    assert Side.of(small.told()) == small
