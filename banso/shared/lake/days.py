"""The day of an event in a time zone, for many events at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

_FIRST = date(1970, 1, 1)
_QUARTER_S = 900
_DAY_S = 86_400


def _offset(second: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def day_numbers(ts_us: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int32]:
    """Days since 1970-01-01 on the calendar of ``zone``; offsets change at quarters of an hour."""
    seconds = ts_us // 1_000_000
    days, place = np.unique(seconds // _DAY_S, return_inverse=True)
    starts = np.array([_offset(int(d) * _DAY_S, zone) for d in days], dtype=np.int64)
    ends = np.array([_offset(int(d + 1) * _DAY_S, zone) for d in days], dtype=np.int64)
    offsets = starts[place]
    changing = (starts != ends)[place]
    if changing.any():
        quarters, where = np.unique(seconds[changing] // _QUARTER_S, return_inverse=True)
        exact = np.array([_offset(int(q) * _QUARTER_S, zone) for q in quarters], dtype=np.int64)
        offsets[changing] = exact[where]
    return ((seconds + offsets) // _DAY_S).astype(np.int32)


def day_number(day: date) -> int:
    """The number of a calendar day."""
    return (day - _FIRST).days


def day_of(number: int) -> date:
    """The calendar day of a number."""
    return _FIRST + timedelta(days=number)
