"""The days on which offices in Japan are closed: a quiet day then is no warning. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23))
_MONDAYS = ((1, 2), (7, 3), (9, 3), (10, 2))
_DAY = timedelta(days=1)
_YEAR_END = ((12, 29), (12, 30), (12, 31), (1, 2), (1, 3))
_OBON = ((8, 13), (8, 14), (8, 15))


def is_day_off(day: date) -> bool:
    """A public holiday of Japan, the turn of the year or Obon; Saturdays and Sundays are none."""
    return (day.month, day.day) in (*_YEAR_END, *_OBON) or day in public_holidays(day.year)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """By the law as it stands since 2022, with days in lieu and days between two holidays."""
    days = {date(year, month, day) for month, day in _FIXED}
    days |= {_monday(year, month, nth) for month, nth in _MONDAYS}
    days |= {date(year, 3, _equinox(year, 20.8431)), date(year, 9, _equinox(year, 23.2488))}
    between = {day + _DAY for day in days if day + 2 * _DAY in days}
    in_lieu = set()
    for day in sorted(days):
        if day.weekday() == 6:
            other = day + _DAY
            while other in days:
                other += _DAY
            in_lieu.add(other)
    return frozenset(days | {day for day in between if day.weekday() != 6} | in_lieu)


def _monday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (nth - 1))


def _equinox(year: int, base: float) -> int:
    """The day in March or September, by the usual approximation for 1980 to 2099."""
    return int(base + 0.242194 * (year - 1980) - (year - 1980) // 4)
