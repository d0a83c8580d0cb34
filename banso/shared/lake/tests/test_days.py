from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from banso.shared.lake.days import day_number, day_numbers, day_of

ZONES = st.sampled_from(
    ["Asia/Tokyo", "UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
)


@given(st.lists(st.integers(0, 4_000_000_000), min_size=1, max_size=30), ZONES)
def test_agrees_with_the_calendar(seconds: list[int], zone: str) -> None:
    days = day_numbers(np.array(seconds, dtype=np.int64) * 1_000_000, ZoneInfo(zone))
    expected = [
        day_number(datetime.fromtimestamp(s, UTC).astimezone(ZoneInfo(zone)).date())
        for s in seconds
    ]
    assert days.tolist() == expected


def test_a_day_and_its_number() -> None:
    assert day_number(date(1970, 1, 2)) == 1
    assert day_of(20152) == date(2025, 3, 5)
