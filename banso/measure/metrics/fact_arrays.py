"""The facts of a file of events by arrays: the numbers of ``fact_sql`` in a third of the time.

Rows of a customer's day lie side by side, so a sum is one pass over neighbours instead of a look-up
for each row; several counts and several users' weeks share one number of 63 bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from banso.measure.metrics.bases import Base, Count, Last, Match, RoleChange, Sum, Users
from banso.measure.metrics.fact_sql import BORDER, Numbered, is_daily
from banso.measure.metrics.neighbours import begins_of, by_user, sums_of
from banso.measure.metrics.sorted_events import Events
from banso.measure.metrics.world import Bools, Ints

_BITS = 63
_DAYS = 7
_NEVER = np.iinfo(np.int64).max
Columns = dict[str, pa.Array]


def schema(bases: Numbered) -> pa.Schema:
    """The columns of the bases' file, which all are of one kind."""
    if is_daily(next(iter(bases.values()))):
        keys = [("account_id", pa.int64()), ("day", pa.int32())]
    else:
        keys = [("account_id", pa.int64()), ("user_no", pa.int64()), ("week", pa.int64())]
    own = [field for number, base in bases.items() for field in _fields(number, base)]
    return pa.schema([*keys, *own])


def _fields(number: int, base: Base) -> list[tuple[str, pa.DataType]]:
    if isinstance(base, Count):
        return [(f"b{number}", pa.int32())]
    if isinstance(base, Users):
        return [(f"b{number}", pa.int8())]
    if isinstance(base, Sum):
        return [(f"b{number}", pa.int64())]
    if isinstance(base, Last):
        return [(f"b{number}", pa.int64()), (f"b{number}t", pa.int64())]
    days = {"d", "c"}
    return [(f"b{number}{part}", pa.int32() if part in days else pa.int64()) for part in "fbdc"]


def daily(events: Events, bases: Numbered) -> pa.Table:
    """account_id, day, b<id>; see ``fact_sql.daily_select`` and ``last_select``."""
    begins = begins_of(events.account, events.day)
    columns: Columns = {
        "account_id": pa.array(events.account[begins]),
        "day": pa.array(events.day[begins]),
    }
    says = np.zeros(len(begins), dtype=bool)
    longest = int(np.diff(np.append(begins, len(events))).max(initial=1))
    counts = {n: base.match for n, base in bases.items() if isinstance(base, Count)}
    for number, found in _counted(events, counts, begins, longest).items():
        columns[f"b{number}"] = pa.array(found)
        says |= found != 0
    for number, base in bases.items():
        if isinstance(base, Sum):
            total, there = _summed(events, base, begins, longest)
            columns[f"b{number}"] = pa.array(total, mask=~there)
        elif isinstance(base, Last):
            value, moment, there = _last(events, base, begins)
            columns[f"b{number}"] = pa.array(value, mask=~there)
            columns[f"b{number}t"] = pa.array(moment, mask=~there)
        else:
            continue
        says |= there
    return _told(columns, bases, says)


def users(events: Events, bases: Numbered) -> pa.Table:
    """account_id, user_no, week, b<id>; see ``fact_sql.users_select``."""
    order, begins = _by_user(events)
    first = order[begins]
    day = events.day[order]
    columns: Columns = {
        "account_id": pa.array(events.account[first]),
        "user_no": pa.array(events.user[0][first]),
        "week": pa.array(_week(events.day[first]).astype(np.int64)),
    }
    says = np.zeros(len(begins), dtype=bool)
    plain = {n: base.match for n, base in bases.items() if isinstance(base, Users)}
    for some in _packs(plain, _DAYS):
        marks = events.side_by_side([*some.values()], _DAYS)
        marks = marks[order] << ((day + 3) % 7)
        found = _reduced(np.bitwise_or, marks, begins)
        says |= found != 0
        for place, number in enumerate(some):
            bits = (found >> (_DAYS * place)) & (2**_DAYS - 1)
            columns[f"b{number}"] = pa.array(bits.astype(np.int8))
    for number, base in bases.items():
        if isinstance(base, RoleChange):
            for part, (when, there) in _firsts(events, base, order, begins).items():
                columns[f"b{number}{part}"] = pa.array(when, mask=~there)
                says |= there
    return _told(columns, bases, says)


def _told(columns: Columns, bases: Numbered, says: Bools) -> pa.Table:
    """Without the lines in which nothing was counted."""
    wanted = schema(bases)
    table = pa.table({name: columns[name] for name in wanted.names}).cast(wanted)
    return table if says.all() else table.filter(pa.array(says))


def _reduced(how: np.ufunc, values: Ints, begins: Ints) -> Ints:
    return np.asarray(how.reduceat(values, begins)) if len(begins) else values[:0]


def _packs(each: Mapping[int, Match], width: int) -> Iterator[dict[int, Match]]:
    """As many at a time as have room side by side."""
    size, rest = _BITS // width, list(each.items())
    for start in range(0, len(rest), size):
        yield dict(rest[start : start + size])


def _counted(
    events: Events, matches: Mapping[int, Match], begins: Ints, longest: int
) -> dict[int, NDArray[np.int32]]:
    """Counts of each group; none is longer than the longest."""
    width = longest.bit_length()
    made = {}
    for some in _packs(matches, width):
        found = sums_of(events.side_by_side([*some.values()], width), begins)
        for place, number in enumerate(some):
            count = (found >> (width * place)) & (2**width - 1)
            made[number] = count.astype(np.int32)
    return made


def _summed(events: Events, base: Sum, begins: Ints, longest: int) -> tuple[Ints, Bools]:
    """Sums of each group, as far as 64 bits hold them, and whether there was anything to add."""
    values, there = events.number(base.prop)
    there = there & events.holds(base.match)
    values = np.where(there, values, 0)
    any_there = _reduced(np.bitwise_or, there.view(np.int8), begins).astype(bool)
    largest = max(abs(int(values.max(initial=0))), abs(int(values.min(initial=0))))
    if largest * longest < BORDER:
        return sums_of(values, begins), any_there
    exact = _reduced(np.add, values.astype(object), begins)
    return np.clip(exact, -BORDER, BORDER).astype(np.int64), any_there


def _last(events: Events, base: Last, begins: Ints) -> tuple[Ints, Ints, Bools]:
    """The value of each group's last moment that has one (of several the largest), and when."""
    values, there = events.number(base.prop)
    rows = np.flatnonzero(there & events.holds(base.match))
    group = np.searchsorted(begins, rows, side="right") - 1
    value, moment = values[rows], events.moment[rows]
    same = group[1:] == group[:-1]
    if np.any(same & (moment[1:] <= moment[:-1])):
        order = np.lexsort((value, moment, group))
        group, value, moment = group[order], value[order], moment[order]
    ends = np.append(begins_of(group)[1:], len(group)) - 1 if len(group) else group
    found, when = np.zeros(len(begins), np.int64), np.zeros(len(begins), np.int64)
    any_there = np.zeros(len(begins), dtype=bool)
    found[group[ends]], when[group[ends]], any_there[group[ends]] = value[ends], moment[ends], True
    return found, when, any_there


def _week(day: NDArray[np.int32]) -> NDArray[np.int32]:
    return (day + 3) // 7


def _by_user(events: Events) -> tuple[Ints, Ints]:
    """Rows of users, by customer, user and week; and where each user's week begins."""
    user, there = events.user
    rows = np.arange(len(user)) if there.all() else np.flatnonzero(there)
    account = events.account[rows]
    place = np.zeros(len(rows), np.int64)  # of the customer among those here
    np.not_equal(account[1:], account[:-1], out=place[1:], casting="unsafe")
    order, begins = by_user(np.cumsum(place), user[rows], _week(events.day[rows]))
    return rows[order], begins


def _firsts(
    events: Events, base: RoleChange, order: Ints, begins: Ints
) -> dict[str, tuple[NDArray[np.int64] | NDArray[np.int32], Bools]]:
    """First moments and days of each group, as in ``fact_sql.firsts_of_roles``."""
    moment, day = events.moment[order], events.day[order].astype(np.int64)

    def first(role: str | None, values: Ints) -> tuple[Ints, Bools]:
        which = events.role.which(lambda text: text == role if role else bool(text))
        seen = which[events.role.codes][order]
        found = _reduced(np.minimum, np.where(seen, values, _NEVER), begins)
        return np.where(found == _NEVER, 0, found), found != _NEVER

    return {
        "f": first(None, moment),
        "b": first(base.before, moment),
        "d": first(base.before, day),
        "c": first(base.after, day),
    }
