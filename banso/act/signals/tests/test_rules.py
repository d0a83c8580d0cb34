from __future__ import annotations

from datetime import date

import pytest

from banso.act.signals.catalog.renewal_near import urgency
from banso.act.signals.catalog.usage_fell import uses_before
from banso.act.signals.rules import ValueRanks, grown, priority, silence_allowed, snoozed_until

TODAY = date(2026, 6, 15)


def test_growth_is_kept_between_nothing_and_all() -> None:
    assert [grown(v, 10, 20) for v in (5, 10, 15, 20, 99)] == [0, 0, 0.5, 1, 1]
    assert grown(3, 3, 3) == 1


def test_an_amount_is_ranked_within_its_currency() -> None:
    ranks = ValueRanks([("JPY", 100), ("JPY", 200), ("JPY", 300), ("USD", 5)])
    assert ranks.of("JPY", 300) > ranks.of("JPY", 200) > ranks.of("JPY", 100)
    assert ranks.of("JPY", 200) == 0.5
    assert ranks.of("USD", 5) == ranks.of("JPY", None) == ranks.of("EUR", 9) == 0.5


def test_a_small_customer_in_need_comes_before_a_large_one_that_is_nearly_well() -> None:
    assert priority(90, 0.0) > priority(40, 1.0)
    assert priority(60, 1.0) > priority(60, 0.0)
    assert priority(400, 1.0) == 100


def test_a_renewal_is_more_urgent_the_nearer_and_the_worse() -> None:
    assert urgency(5, 90, 50) > urgency(60, 90, 50)
    assert urgency(30, 90, 10) > urgency(30, 90, None) > urgency(30, 90, 90)


@pytest.mark.parametrize(
    ("touch_model", "days"), [("high", 30), ("", 90), ("tech", None), ("low", None)]
)
def test_each_touch_model_allows_its_own_silence(touch_model: str, days: int | None) -> None:
    assert silence_allowed(touch_model, {"high": 30, "mid": 60, "low": 0, "unset": 90}) == days


@pytest.mark.parametrize(
    ("choice", "until", "day"),
    [
        ("week", None, date(2026, 6, 22)),
        ("month", None, date(2026, 7, 15)),
        ("date", date(2026, 6, 16), date(2026, 6, 16)),
        ("date", TODAY, None),
        ("date", None, None),
        ("never", None, None),
    ],
)
def test_a_signal_is_put_off_until_a_day_ahead(
    choice: str, until: date | None, day: date | None
) -> None:
    assert snoozed_until(choice, TODAY, until) == day


def test_the_uses_before_follow_from_the_trend_or_the_weeks() -> None:
    assert uses_before(-0.4, 72, {}) == 120
    assert uses_before(-1, 0, {"usage_28d": [9, 8, 80, 60, 40, 20, 0]}) == 80
    assert uses_before(-1, 0, {}) is None
    assert uses_before(-0.5, None, {}) is None
