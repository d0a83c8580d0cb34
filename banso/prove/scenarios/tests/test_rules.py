from __future__ import annotations

from datetime import date

import pytest

from banso.prove.engine.levers import Levels
from banso.prove.scenarios.rules import Asked, due, lies

NOW = Levels(0.4, 0.7, (0.3, 0.5, 0.2))


def test_what_is_not_said_or_where_it_is_stays() -> None:
    asked = Asked(1, trouble=0.4002, consulted=0.8, above=0.3, below=0.2)
    moved = asked.moved_only(NOW)
    assert (moved.trouble, moved.consulted, moved.above, moved.below) == (None, 0.8, None, None)
    assert moved.levels(NOW) == Levels(0.4, 0.8, (0.3, 0.5, 0.2))
    assert Asked(1).levels(NOW) == NOW


def test_what_is_left_is_answered_as_expected() -> None:
    then = Asked(1, above=0.5, below=0.1).levels(NOW)
    assert then.answers == pytest.approx((0.5, 0.4, 0.1))
    assert Asked(1, above=0.7, below=0.3).levels(NOW).answers == pytest.approx((0.7, 0, 0.3))


def test_it_is_kept_as_it_was_asked() -> None:
    asked = Asked(3, "segment", "SMB", trouble=0.2, cost=5, currency="JPY")
    assert Asked.of(asked.told()) == asked and asked.where == "segment|SMB"


def test_a_year_later_and_where_what_came_lies() -> None:
    assert due(date(2028, 2, 29)) == date(2029, 2, 28) and due(date(2026, 6, 1)).year == 2027
    assert [lies(x, 1, 2) for x in (0, 1.5, 3)] == ["below", "within", "above"]
