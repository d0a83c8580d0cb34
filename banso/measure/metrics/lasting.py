"""What metrics ask of the whole past is kept, so that a refresh looks at new days only.

First days, last values and sums after sign-up would otherwise be read from all weeks each time.
What is kept stands for the lake as it was at the last refresh; it is brought up from there with the
days that changed since, which gives the same however often it is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import pyarrow as pa

from banso.measure.metrics import at_day, facts, grid
from banso.measure.metrics.active_days import ActiveDays
from banso.measure.metrics.asks import NO_START, Ask, Days, First, Found, Latest, Total
from banso.measure.metrics.changes import EVERY, Changed
from banso.measure.metrics.models import GridFile
from banso.measure.metrics.world import Bools, Floats, Ints

RECENT = 28  # days back; older changes are few and are looked up apart
NEVER = 1 << 19


@dataclass
class Lasting:
    """Answers before ``as_of`` for customers with these starts; ``days`` are those of last values.

    All arrays are in the order of the ids.
    """

    ids: Ints
    starts: Ints
    as_of: int
    found: dict[Ask, Floats] = field(default_factory=dict)
    days: dict[Ask, Floats] = field(default_factory=dict)
    active: dict[Days, ActiveDays] = field(default_factory=dict)

    def of(self, ids: Ints) -> Found:
        """The answers for some of the customers."""
        place = np.searchsorted(self.ids, ids)
        return Found(
            {ask: numbers[place] for ask, numbers in self.found.items()},
            {ask: days.of(place) for ask, days in self.active.items()},
        )

    def differs_from(self, other: Lasting, ids: Ints) -> Bools:
        """For which of these customers, whom both know, an answer is another one."""
        one, old = self.of(ids), other.of(ids)
        if one.numbers.keys() != old.numbers.keys() or one.days.keys() != old.days.keys():
            return np.ones(len(ids), dtype=bool)
        found = np.zeros(len(ids), dtype=bool)
        for ask, numbers in one.numbers.items():
            was = old.numbers[ask]
            found |= ~((numbers == was) | (np.isnan(numbers) & np.isnan(was)))
        for which, days in one.days.items():
            found |= days.differs_from(old.days[which])
        return found

    def table(self) -> pa.Table:
        columns = {"account_id": self.ids, "start": self.starts}
        for kind, kept in (("x", self.found), ("d", self.days)):
            for ask, numbers in kept.items():
                columns[kind + _name(ask)] = pa.array(numbers, from_pandas=True)
        for one, days in self.active.items():
            if len(days.bits):  # nothing happened yet: there is no column of no width
                columns["b" + _name(one)] = _as_column(days)
        return pa.table(columns)

    @property
    def first_days(self) -> dict[str, str]:
        """The first day of each column of bits."""
        return {"b" + _name(one): str(days.first) for one, days in self.active.items()}


def _name(ask: Ask | Days) -> str:
    return sha256(repr(ask).encode()).hexdigest()[:16]


def _as_column(days: ActiveDays) -> pa.Array:
    width, count = days.bits.shape
    lines = np.ascontiguousarray(days.bits.T)
    return pa.Array.from_buffers(pa.binary(width), count, [None, pa.py_buffer(lines)])


def _as_days(column: pa.ChunkedArray, first: int) -> ActiveDays:
    width, count = column.type.byte_width, len(column)
    told = b"".join(chunk.cast(pa.binary()).buffers()[2].to_pybytes() for chunk in column.chunks)
    return ActiveDays(first, np.frombuffer(told, np.uint8).reshape(count, width).T.copy())


def kept(asked: Sequence[Ask | Days], zone: str) -> Lasting | None:
    """What was kept of these, if days still mean the same."""
    file = grid.kept_on(GridFile.LASTING)
    if file is None or file.columns.get("zone") != zone:
        return None
    table = grid.loaded(file)

    def column(name: str) -> Floats:
        return np.asarray(table[name].to_numpy(), dtype=np.float64)

    names = set(table.column_names)
    there = {ask: _name(ask) for ask in _numbers(asked) if f"x{_name(ask)}" in names}
    active = {ask: f"b{_name(ask)}" for ask in _days(asked) if f"b{_name(ask)}" in names}
    return Lasting(
        np.asarray(table["account_id"].to_numpy()),
        np.asarray(table["start"].to_numpy()),
        int(file.columns["as_of"]),
        {ask: column(f"x{name}") for ask, name in there.items()},
        {ask: column(f"d{name}") for ask, name in there.items() if isinstance(ask, Latest)},
        {ask: _as_days(table[name], int(file.columns[name])) for ask, name in active.items()},
    )


def _numbers(asked: Sequence[Ask | Days]) -> list[Ask]:
    return [ask for ask in asked if not isinstance(ask, Days)]


def _days(asked: Sequence[Ask | Days]) -> list[Days]:
    return [ask for ask in asked if isinstance(ask, Days)]


def brought_up(
    old: Lasting | None,
    asked: Sequence[Ask | Days],
    ids: Ints,
    starts: Ints,
    as_of: int,
    changed: Changed,
) -> Lasting:
    """The answers as they are now; ``changed`` has the days that are others than for the old."""
    starts = np.where(starts < 0, NO_START, starts)
    new = Lasting(ids, starts, as_of)
    if old is None or old.as_of > as_of:
        old = Lasting(np.zeros(0, np.int64), np.zeros(0, np.int64), as_of)
    fresh = [ask for ask in _numbers(asked) if ask not in old.found]
    if fresh:
        new.found, new.days = at_day.lasting_answers(fresh, ids, starts, as_of, None)
    unseen = [ask for ask in _days(asked) if ask not in old.active]
    new.active = at_day.active_days(unseen, ids, as_of, None)
    rest = [ask for ask in _numbers(asked) if ask in old.found]
    seen = [ask for ask in _days(asked) if ask in old.active]
    if rest or seen:
        place, known = _known(old, new)
        _carry_over(old, new, rest, place, known)
        first, last = _spans(changed, ids, old.as_of, as_of)
        _look_again(new, rest, ~known)
        _follow(new, rest, first, last, known & (last >= 0))
        for ask in seen:
            carried = old.active[ask].of(np.where(known, place, 0)) if len(old.ids) else None
            new.active[ask] = _days_now(ask, carried, new, first, known, last)
    return new


def _known(old: Lasting, new: Lasting) -> tuple[Ints, Bools]:
    """Where customers stood, and which of them are neither new nor signed up on another day."""
    place = np.searchsorted(old.ids, new.ids)
    place[place == len(old.ids)] = 0
    if not len(old.ids):
        return place, np.zeros(len(new.ids), dtype=bool)
    return place, (old.ids[place] == new.ids) & (old.starts[place] == new.starts)


def _carry_over(
    old: Lasting, new: Lasting, asked: Sequence[Ask], place: Ints, known: Bools
) -> None:
    for ask in asked:
        new.found[ask] = np.where(known, old.found[ask][place], np.nan)
        if ask in old.days:
            new.days[ask] = np.where(known, old.days[ask][place], np.nan)


def _spans(changed: Changed, ids: Ints, before: int, as_of: int) -> tuple[Ints, Ints]:
    """First and last day that is another one for each customer; -1 as the last one: none.

    Days that lay ahead at the last look count, too: events may bear them already.
    """
    first, last = np.full(len(ids), NEVER), np.full(len(ids), -1)
    parts = [(changed.accounts, changed.first_day, changed.last_day)]
    if before < as_of:
        with facts.opened([EVERY], first_day=before, last_day=as_of - 1) as opened:
            ahead = opened.table(
                f"SELECT account_id, MIN(day) AS first, MAX(day) AS last FROM daily "  # noqa: S608
                f"WHERE day >= {before} AND day < {as_of} GROUP BY account_id"
            )
        accounts, begins, ends = (np.asarray(c.to_numpy(), np.int64) for c in ahead.columns)
        parts.append((accounts, begins, ends))
    for accounts, begins, ends in parts:
        place = np.searchsorted(ids, accounts)
        place[place == len(ids)] = 0
        there = ids[place] == accounts if len(ids) else np.zeros(len(accounts), dtype=bool)
        np.minimum.at(first, place[there], begins[there])
        np.maximum.at(last, place[there], ends[there])
    return first, last


def _look_again(
    new: Lasting,
    asked: Sequence[Ask],
    which: Bools,
    since: int | None = None,
    until: int | None = None,
) -> None:
    """Answer for these customers from all their days, or those since a day until another."""
    if not which.any() or not asked:
        return
    some = new.ids[which]
    only = None if which.mean() > 0.5 else some
    end = new.as_of if until is None else min(until + 1, new.as_of)
    found, days = at_day.lasting_answers(asked, some, new.starts[which], end, only, since=since)
    _put(new.found, found, which)
    _put(new.days, days, which)


def _put(into: dict[Ask, Floats], found: Mapping[Ask, Floats], which: Bools) -> None:
    for ask, numbers in found.items():
        into[ask][which] = numbers


def _follow(new: Lasting, asked: Sequence[Ask], first: Ints, last: Ints, which: Bools) -> None:
    """Answer anew what the changed days may have changed."""
    ends = [ask for ask in asked if not isinstance(ask, Total)]
    for there in _groups(new, first, which):
        if ends and there.any():
            _follow_ends(new, ends, there, int(first[there].min()), int(last[there].max()))
    for ask in asked:
        if isinstance(ask, Total):
            begin, end = new.starts + ask.begin.days, new.starts + ask.end.days
            touched = which & (first < end) & (last >= begin)
            if touched.any():
                since, until = int(begin[touched].min()), int(end[touched].max())
                _look_again(new, [ask], touched, since, until)


def _groups(new: Lasting, first: Ints, which: Bools) -> tuple[Bools, Bools]:
    """Changes that are recent, and those of long ago: a span over both would be long."""
    is_recent = first >= new.as_of - RECENT
    return which & is_recent, which & ~is_recent


def _follow_ends(new: Lasting, asked: Sequence[Ask], which: Bools, since: int, until: int) -> None:
    """First days before the span stay, and last days after it; only the span is read.

    Where the day itself lay in the span and is there no more, all days are looked at.
    """
    some, end = new.ids[which], min(until + 1, new.as_of)
    if which.mean() > 0.5:
        found, days = at_day.ends_of_everybody(asked, some, since, end)
    else:
        starts = new.starts[which]
        found, days = at_day.lasting_answers(asked, some, starts, end, some, since=since)
    for ask, numbers in found.items():
        was = new.found[ask][which]
        day = new.days[ask][which] if isinstance(ask, Latest) else was
        stays = day < since if isinstance(ask, First) else day > until
        keeps = stays | np.isnan(numbers)
        new.found[ask][which] = np.where(keeps, was, numbers)
        if isinstance(ask, Latest):
            new.days[ask][which] = np.where(keeps, day, days[ask])
        gone = which.copy()
        gone[which] = ~stays & np.isnan(numbers) & (day >= since) & (day <= until)
        _look_again(new, [ask], gone)


def _days_now(
    ask: Days,
    carried: ActiveDays | None,
    new: Lasting,
    first: Ints,
    known: Bools,
    last: Ints,
) -> ActiveDays:
    """The days as they are now: those that changed are read anew, all of who is new."""
    days = ActiveDays.none(len(new.ids)) if carried is None else carried
    days.bits[:, ~known] = 0
    recent, late = _groups(new, first, known & (last >= 0))
    for which, is_span in ((~known, False), (recent, True), (late, True)):
        if not which.any():
            continue
        since, until = None, new.as_of - 1
        if is_span:
            since, until = int(first[which].min()), min(int(last[which].max()), until)
            days.forget(since, until, which)
        only = None if which.mean() > 0.5 else new.ids[which]
        found = at_day.active_days([ask], new.ids[which], until + 1, only, since=since)[ask]
        days = days.joined(found.spread_to(np.flatnonzero(which), len(new.ids)))
    return days
