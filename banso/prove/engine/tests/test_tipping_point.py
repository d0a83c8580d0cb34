from __future__ import annotations

import pytest

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.tipping_point import Tipping, tipping_point


def test_the_share_of_all_is_the_threshold_there() -> None:
    """80 % of 40 of 100; all together reach 50 % when 30 % of the silent do: 50 points lower."""
    found = tipping_point(0.8, 40, 100, 0.5)
    assert isinstance(found, Tipping)
    assert (found.gap, found.silent) == pytest.approx((0.5, 0.3))
    assert 0.4 * 0.8 + 0.6 * found.silent == pytest.approx(0.5)


def test_some_conclusions_cannot_tip() -> None:
    safe = tipping_point(0.9, 80, 100, 0.5)
    assert isinstance(safe, NoAnswer) and safe.reason == "cannot_tip"
    whole = tipping_point(0.9, 100, 100, 0.5)
    assert isinstance(whole, NoAnswer) and whole.reason == "nobody_silent"
    with pytest.raises(ValueError, match="respondents"):
        tipping_point(0.9, 0, 100, 0.5)
