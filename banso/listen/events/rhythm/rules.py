"""What is usual for a source, learned from its own days, and when it leaves that. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log1p
from statistics import median

# events by the hour of a day, in the organisation's zone; a day that is missing had none
Days = Mapping[date, Sequence[int]]
MOST_REFERENCES = 8
LEAST_REFERENCES = 4
LOOK_BACK = timedelta(days=91)
LONGEST_WINDOW = timedelta(days=7)
LEAST_MISSED = 20
LEAST_HOURS = 2
LONGER = 2.0
ONE_MAY_DIFFER = 6
Z = 4.0
TIMES = 2.0
LEAST_DIFFERENCE = 100
SMALLEST_SPREAD = 0.1
NORMAL = 1.4826
SUNDAY = 6
_HOURS = 24
_NOTHING = (0,) * _HOURS


@dataclass(frozen=True)
class Known:
    """What is known of a source: its days, and the first day that was counted whole."""

    days: Days
    first: date
    is_off: Callable[[date], bool]

    def kind(self, day: date) -> int:
        """Days off are like Sundays."""
        return SUNDAY if self.is_off(day) else day.weekday()

    def hours(self, day: date) -> Sequence[int]:
        return self.days.get(day, _NOTHING)

    def total(self, day: date) -> int:
        return sum(self.hours(day))

    def references(self, day: date, *, before: date) -> list[date]:
        """The latest days of the same kind before ``before``, newest first."""
        return self.references_of(self.kind(day), before=min(before, day))

    def references_of(self, kind: int, *, before: date) -> list[date]:
        found: list[date] = []
        other = before - timedelta(days=1)
        while other >= max(self.first, before - LOOK_BACK) and len(found) < MOST_REFERENCES:
            if self.kind(other) == kind:
                found.append(other)
            other -= timedelta(days=1)
        return found

    @property
    def judged_from(self) -> date:
        """About when there is enough history, if it goes on."""
        return self.first + timedelta(weeks=LEAST_REFERENCES)


@dataclass(frozen=True)
class Usual:
    """What had come by the end of each hour of such a day: low, middle and high of ``n`` days."""

    n: int
    by_hour: tuple[tuple[int, int, int], ...]

    @property
    def whole_day(self) -> tuple[int, int, int]:
        return self.by_hour[-1]


@dataclass(frozen=True)
class Silence:
    """Nothing came for ``hours`` whole hours, in which at least ``usual`` events came in all but
    ``allowed`` of the ``n`` times before.
    """

    hours: int
    usual: int
    n: int
    allowed: int


@dataclass(frozen=True)
class Leap:
    """A day's volume against the median of ``n`` days of its kind; ``z`` in robust spreads."""

    day: date
    found: int
    middle: float
    low: float
    high: float
    n: int
    z: float

    @property
    def is_up(self) -> bool:
        return self.z > 0


def usual(known: Known, day: date) -> Usual | None:
    """The usual course of a day; None while there are too few days of its kind."""
    references = known.references(day, before=day)
    if len(references) < LEAST_REFERENCES:
        return None
    courses = []
    for other in references:
        so_far, course = 0, []
        for events in known.hours(other):
            so_far += events
            course.append(so_far)
        courses.append(course)
    by_hour = []
    for at_hour in zip(*courses, strict=True):
        ordered = sorted(at_hour)
        spare = len(ordered) >= ONE_MAY_DIFFER
        low, high = ordered[spare], ordered[-1 - spare]
        by_hour.append((low, round(median(ordered)), high))
    return Usual(len(references), tuple(by_hour))


def silence(known: Known, *, last: datetime, now: datetime) -> Silence | None:
    """Whether so many whole hours without an event are unlike the weeks before; both moments are
    local. None when they are not, or when there are too few weeks to say.
    """
    start = _whole_hour(last) + timedelta(hours=1)
    end = _whole_hour(now)
    start = max(start, end - LONGEST_WINDOW)
    window: dict[date, list[int]] = {}
    hour = start
    while hour < end:
        window.setdefault(hour.date(), []).append(hour.hour)
        hour += timedelta(hours=1)
    if sum(map(len, window.values())) < LEAST_HOURS:
        return None
    references = {day: known.references(day, before=min(window)) for day in window}
    n = min(len(found) for found in references.values())
    if n < LEAST_REFERENCES:
        return None
    sums = sorted(
        sum(known.hours(references[day][k])[h] for day, hours in window.items() for h in hours)
        for k in range(n)
    )
    allowed = int(n >= ONE_MAY_DIFFER)
    if sums[allowed] < LEAST_MISSED:
        return None
    if _missed(known, window) < LONGER * _missed_before(known, min(window)):
        return None
    return Silence(sum(map(len, window.values())), sums[allowed], n, allowed)


def leap(known: Known, day: date, *, is_over: bool) -> Leap | None:
    """Whether a day's volume is far from the days of its kind; a day that runs can only be more."""
    references = known.references(day, before=day)
    if len(references) < LEAST_REFERENCES:
        return None
    found = known.total(day)
    totals = [known.total(other) for other in references]
    center = median(map(log1p, totals))
    spread = max(_spread([totals]), _spread(_totals_by_kind(known, day)), SMALLEST_SPREAD)
    z = (log1p(found) - center) / spread
    middle = median(totals)
    far = found >= TIMES * middle if z > 0 else found * TIMES <= middle
    if abs(z) < Z or not far or abs(found - middle) < LEAST_DIFFERENCE or (z < 0 and not is_over):
        return None
    return Leap(day, found, middle, min(totals), max(totals), len(totals), z)


def _missed(known: Known, window: Mapping[date, Sequence[int]]) -> float:
    """How many events the hours of the window have on average."""
    means = {day: _means(known, known.kind(day), before=min(window)) for day in window}
    return sum(means[day][hour] for day, hours in window.items() for hour in hours)


def _missed_before(known: Known, before: date) -> float:
    """What the silences of the past missed by the same measure: the longest but one, because the
    longest may have been a failure itself.
    """
    first = max(known.first, before - LOOK_BACK)
    by_kind: dict[int, list[float]] = {}
    silences, missed = [0.0, 0.0], 0.0
    day = first
    while day < before:
        kind = known.kind(day)
        if kind not in by_kind:
            by_kind[kind] = _means(known, kind, before=before)
        for events, mean in zip(known.hours(day), by_kind[kind], strict=True):
            if events:
                silences.append(missed)
                missed = 0.0
            else:
                missed += mean
        day += timedelta(days=1)
    return sorted(silences)[-2]


def _means(known: Known, kind: int, *, before: date) -> list[float]:
    """The mean of each hour over the latest days of the kind, whole days of nothing left out."""
    references = known.references_of(kind, before=before)
    hours = [known.hours(other) for other in references if known.total(other)]
    return [sum(at) / len(hours) for at in zip(*hours, strict=True)] if hours else [0.0] * _HOURS


def _totals_by_kind(known: Known, day: date) -> list[list[int]]:
    """The volumes of the latest days of each kind, where there is some volume."""
    groups = [
        [known.total(other) for other in known.references_of(kind, before=day)]
        for kind in range(SUNDAY + 1)
    ]
    return [totals for totals in groups if totals and median(totals) >= LEAST_MISSED]


def _spread(groups: Sequence[Sequence[int]]) -> float:
    """The robust spread of volumes around the middle of their group, on the scale of factors."""
    off = []
    for totals in groups:
        center = median(map(log1p, totals))
        off += [abs(log1p(total) - center) for total in totals]
    return NORMAL * median(off) if off else 0.0


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0, tzinfo=None)
