"""The facts of some files in DuckDB's own words: the numbers of ``fact_sql`` in half the time.

Several counts share one sum of 63 bits, several users' weeks one BIT_OR, and a last value travels
in the low bits of its moment, so that few aggregates have to be kept for each group.
"""

from __future__ import annotations

from collections.abc import Sequence

from banso.measure.metrics.bases import Count, Last, RoleChange, Sum, Users
from banso.measure.metrics.fact_sql import (
    ColumnOf,
    Numbered,
    bounded,
    firsts_of_roles,
    holds,
    is_daily,
)

_BITS = 63
_DAYS = 7
_MIDDLE = 2**62  # makes every moment and value in millionths positive
_LOW = 2**64 - 1


def selects(bases: Numbered, column: ColumnOf, *, rows: int) -> list[str]:
    """The statements that compute the bases from ``events`` (at most so many) and ``calendar``."""
    daily = {n: base for n, base in bases.items() if is_daily(base)}
    users = {n: base for n, base in bases.items() if not is_daily(base)}
    made = [_daily(daily, column, rows)] if daily else []
    return [*made, _users(users, column)] if users else made


def _daily(bases: Numbered, column: ColumnOf, rows: int) -> str:
    """account_id, day, b<id>; see ``fact_sql.daily_select`` and ``last_select``."""
    counts = {n: holds(b.match, column) for n, b in bases.items() if isinstance(b, Count)}
    inner, outer = _packed(counts, "p", "SUM", "1", max(rows, 1).bit_length())
    for number, base in bases.items():
        if isinstance(base, Sum | Last):
            value, there = column(base.prop, "number"), holds(base.match, column)
            if isinstance(base, Sum):
                outer.append(f"s{number} AS b{number}")
                total = bounded(f"SUM(CASE WHEN {there} THEN {value} END)")
                inner.append(f"{total} AS s{number}")
            else:
                moment = f"(CAST(ts_us + {_MIDDLE} AS HUGEINT) << 64) + ({value} + {_MIDDLE})"
                inner.append(f"MAX(CASE WHEN {there} THEN {moment} END) AS l{number}")
                outer.append(f"CAST((l{number} & {_LOW}) - {_MIDDLE} AS BIGINT) AS b{number}")
                outer.append(f"CAST((l{number} >> 64) - {_MIDDLE} AS BIGINT) AS b{number}t")
    return (
        f"SELECT account_id, day, {', '.join(outer)} FROM ("  # noqa: S608 - ours
        f"SELECT account_id, day, {', '.join(inner)} FROM events WHERE account_id IS NOT NULL "
        f"GROUP BY account_id, day) packed WHERE {_something(inner)}"
    )


def _users(bases: Numbered, column: ColumnOf) -> str:
    """account_id, user_no, week, b<id>; see ``fact_sql.users_select``."""
    users = {n: holds(b.match, column) for n, b in bases.items() if isinstance(b, Users)}
    inner, outer = _packed(users, "m", "BIT_OR", "bit", _DAYS)
    for number, base in bases.items():
        if isinstance(base, RoleChange):
            inner += firsts_of_roles(number, base)
            outer += [f"b{number}{part}" for part in "fbdc"]
    return (
        f"SELECT account_id, user_no, week, {', '.join(outer)} FROM ("  # noqa: S608 - ours
        f"SELECT account_id, user_no, week, {', '.join(inner)} FROM events "
        "JOIN calendar ON calendar.day = events.day "
        "WHERE account_id IS NOT NULL AND user_no IS NOT NULL "
        f"GROUP BY account_id, user_no, week) packed WHERE {_something(inner)}"
    )


def _something(inner: Sequence[str]) -> str:
    """Lines in which nothing was counted say nothing and are left out."""
    names = (aggregate.rpartition(" ")[2] for aggregate in inner)
    return " OR ".join(
        f"{name} <> 0" if name[0] in "pm" else f"{name} IS NOT NULL" for name in names
    )


def _packed(
    conditions: dict[int, str], name: str, aggregate: str, value: str, width: int
) -> tuple[list[str], list[str]]:
    """Aggregates of several values side by side in 63 bits, and how each is taken out again."""
    inner, outer = [], []
    each = list(conditions.items())
    size = _BITS // width
    for place, start in enumerate(range(0, len(each), size)):
        some = each[start : start + size]
        parts = [
            f"CASE WHEN {condition} THEN {value} * {1 << width * k} ELSE 0 END"
            for k, (_, condition) in enumerate(some)
        ]
        joined = " + ".join(f"CAST({part} AS BIGINT)" for part in parts)
        inner.append(f"CAST({aggregate}({joined}) AS BIGINT) AS {name}{place}")
        kind = "TINYINT" if width == _DAYS else "INTEGER" if width < 32 else "BIGINT"
        outer += [
            f"CAST(({name}{place} >> {width * k}) & {(1 << width) - 1} AS {kind}) AS b{number}"
            for k, (number, _) in enumerate(some)
        ]
    return inner, outer
