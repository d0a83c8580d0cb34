"""The rules that judge a source by its own rhythm, on rhythms whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from banso.listen.events.rhythm.days_off import is_day_off, public_holidays
from banso.listen.events.rhythm.rules import Known, leap, silence, usual

MONDAY = date(2025, 1, 6)
OFFICE = np.array([0] * 8 + [2, 5, 6, 6, 4, 5, 6, 6, 5, 5, 2, 1] + [0] * 4) / 53


def weekdays(
    per_day: float, *, weeks: int = 18, start: date = MONDAY, seed: int = 1, growth: float = 0.0
) -> dict[date, list[int]]:
    """A product used in Japanese office hours: nothing on weekends and holidays; days vary by
    about 30 %, hours more than at random.
    """
    random = np.random.default_rng(seed)
    days = {}
    for number in range(weeks * 7):
        day = start + timedelta(days=number)
        if day.weekday() < 5 and not is_day_off(day):
            rate = per_day * (1 + growth) ** (number / 7) * np.exp(random.normal(0, 0.3))
            days[day] = random.poisson(random.gamma(2, 0.5, 24) * rate * OFFICE).tolist()
    return days


def known(days: dict[date, list[int]], is_off: Callable[[date], bool] = is_day_off) -> Known:
    return Known(days, MONDAY, is_off)


def at(text: str) -> datetime:
    """A moment in the organisation's zone, as the rules take them."""
    return datetime.fromisoformat(text)


def last_before(days: dict[date, list[int]], now: datetime) -> datetime:
    hour = now.replace(minute=0) - timedelta(hours=1)
    while not days.get(hour.date(), [0] * 24)[hour.hour]:
        hour -= timedelta(hours=1)
    return hour + timedelta(minutes=30)


def test_a_stop_on_a_working_day_is_noticed_within_hours() -> None:
    days = weekdays(1000)
    stopped = at("2025-04-09 10:20")  # a Wednesday
    found = [
        silence(known(days), last=stopped, now=stopped + timedelta(hours=hours))
        for hours in range(1, 6)
    ]
    assert found[0] is None
    late = found[-1]
    assert late is not None
    assert (late.hours, late.n, late.allowed) == (4, 8, 1)
    same = sorted(
        sum(days[date(2025, 4, 9) - timedelta(weeks=k)][11:15])
        for k in range(1, 10)
        if not is_day_off(date(2025, 4, 9) - timedelta(weeks=k))
    )
    assert late.usual in same[:3]


def test_a_product_for_offices_is_not_missed_when_offices_are_closed() -> None:
    days = weekdays(1000)
    friday = at("2025-04-04 19:30")
    sunday = at("2025-04-06 23:05")
    assert silence(known(days), last=friday, now=sunday) is None
    before = last_before(days, at("2025-04-29 12:05"))  # Shōwa Day, a Tuesday
    assert silence(known(days), last=before, now=at("2025-04-29 20:05")) is None
    wednesday = at("2025-04-23 12:05")
    before = last_before(days, wednesday)
    assert silence(known(days), last=before, now=at("2025-04-23 20:05")) is not None


def test_what_comes_rarely_or_at_no_fixed_time_is_not_judged() -> None:
    rare = weekdays(15)
    noon = at("2025-04-09 12:05")
    assert silence(known(rare), last=noon - timedelta(hours=26), now=noon) is None
    monthly = {date(2025, month, 1): [0] * 9 + [50_000] + [0] * 14 for month in (1, 2, 3, 4)}
    for day in range(2, 28):
        now = at(f"2025-04-{day:02} 12:00")
        assert silence(known(monthly), last=at("2025-04-01 09:30"), now=now) is None


def test_a_young_source_is_not_judged() -> None:
    days = weekdays(1000, weeks=4)
    young = known(days)
    wednesday = at("2025-01-29 15:05")
    assert silence(young, last=wednesday - timedelta(hours=30), now=wednesday) is None
    assert usual(young, date(2025, 1, 29)) is None
    assert leap(young, date(2025, 1, 29), is_over=True) is None
    assert young.judged_from == date(2025, 2, 3)
    assert usual(young, date(2025, 2, 5)) is not None


def test_the_usual_course_of_a_day_is_that_of_its_kind() -> None:
    days = {MONDAY + timedelta(days=n): [0] * 9 + [n // 7 + 1] + [0] * 14 for n in range(0, 63, 7)}
    found = usual(known(days, is_off=lambda day: False), MONDAY + timedelta(days=63))
    assert found is not None
    assert (found.n, found.by_hour[8], found.whole_day) == (8, (0, 0, 0), (3, 6, 8))
    tuesday = usual(known(days), MONDAY + timedelta(days=64))
    assert tuesday is not None
    assert tuesday.whole_day == (0, 0, 0)


@pytest.mark.parametrize(("factor", "is_up"), [(4.0, True), (0.2, False)])
def test_a_leap_of_the_volume_is_noticed_in_both_directions(factor: float, is_up: bool) -> None:
    days, day = weekdays(1000), date(2025, 4, 9)
    assert leap(known(days), day, is_over=True) is None
    days[day] = [round(events * factor) for events in days[day]]
    found = leap(known(days), day, is_over=True)
    assert found is not None
    assert (found.is_up, found.n, found.found) == (is_up, 8, sum(days[day]))
    running = leap(known(days), day, is_over=False)
    assert (running is not None) is is_up  # a day that is not over may still become usual


def test_growth_is_no_leap() -> None:
    days = weekdays(1000, weeks=30, growth=0.05)
    judged = [leap(known(days), day, is_over=True) for day in days if day > date(2025, 3, 1)]
    assert sum(found is not None for found in judged) <= 1


def test_false_alarms_are_rare() -> None:
    """Ten weeks of every hour, for sources of 200 and 5,000 events a day that never stop."""
    silences = leaps = 0
    for per_day in (200, 5000):
        days = weekdays(per_day, seed=per_day)
        for number in range(42, 112):
            day = MONDAY + timedelta(days=number)
            leaps += leap(known(days), day, is_over=True) is not None
            for hour in range(24):
                now = at(f"{day} {hour:02}:05")
                silences += silence(known(days), last=last_before(days, now), now=now) is not None
    assert silences == 0
    assert leaps <= 1


def test_holidays_are_those_of_the_calendar() -> None:
    """As the Cabinet Office lists them."""
    of_2024 = "1-1 1-8 2-11 2-12 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-15 8-11 8-12 9-16 9-22 9-23 10-14"
    of_2026 = "1-1 1-12 2-11 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-20 8-11 9-21 9-22 9-23 10-12 11-3"
    for year, text in ((2024, f"{of_2024} 11-3 11-4 11-23"), (2026, f"{of_2026} 11-23")):
        listed = {date(year, *map(int, part.split("-"))) for part in text.split()}
        assert public_holidays(year) == listed
    assert is_day_off(date(2025, 12, 30))
    assert not is_day_off(date(2025, 4, 5))
