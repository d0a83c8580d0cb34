"""The facts of some files of events: sums per customer and day, and on which days users did what.

Only what every engine computes alike: joins, GROUP BY, COUNT, SUM, MIN, MAX and BIT_OR of a CASE.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from hashlib import sha256

import numpy as np
import pyarrow as pa

from banso.measure.metrics.bases import (
    Base,
    Count,
    Last,
    Match,
    RoleChange,
    Sum,
    Users,
    condition_sql,
)
from banso.shared.lake.rules import quoted

Property = tuple[str, str]  # its name, and "number" or "text"
ColumnOf = Callable[[str, str], str]
Numbered = Mapping[int, Base]
BORDER = 2**62


def digest_of(base: Base) -> str:
    """The same for the same base, in any process and version."""
    told = [type(base).__name__, asdict(base)]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def properties_of(bases: Iterable[Base]) -> list[Property]:
    """Every property that the bases look at."""
    found: dict[Property, None] = {}
    for base in bases:
        if isinstance(base, RoleChange):
            continue
        for condition in base.match.where:
            found[condition.prop, condition.kind] = None
        if isinstance(base, Sum | Last):
            found[base.prop, "number"] = None
    return list(found)


def week_of_day(day: int) -> int:
    """The week, from Monday, of a day; its lowest bit is the Monday."""
    return (day + 3) // 7


def first_day_of(week: int) -> int:
    return week * 7 - 3


def calendar(first_day: int, last_day: int) -> pa.Table:
    """day, week, bit of every day from the first to the last."""
    days = np.arange(first_day, last_day + 1, dtype=np.int64)
    return pa.table({"day": days, "week": (days + 3) // 7, "bit": 1 << ((days + 3) % 7)})


def is_daily(base: Base) -> bool:
    return isinstance(base, Count | Sum | Last)


def holds(match: Match, column: ColumnOf) -> str:
    """The condition that an event matches."""
    parts = []
    if match.names is not None:
        listed = ", ".join(quoted(name) for name in match.names)
        parts.append(f"name IN ({listed})" if listed else "1 = 0")
    if match.role:
        parts.append(f"role = {quoted(match.role)}")
    parts += [condition_sql(c, column(c.prop, c.kind), quoted) for c in match.where]
    return " AND ".join(parts) or "1 = 1"


def daily_select(bases: Numbered, column: ColumnOf) -> str:
    """account_id, day, b<id>: a count of events, or a sum in millionths (null for none)."""
    made = ["account_id", "day"]
    for number, base in bases.items():
        if isinstance(base, Count):
            made.append(f"COUNT(CASE WHEN {holds(base.match, column)} THEN 1 END) AS b{number}")
        elif isinstance(base, Sum):
            value = column(base.prop, "number")
            total = f"SUM(CASE WHEN {holds(base.match, column)} THEN {value} END)"
            made.append(f"{bounded(total)} AS b{number}")
    return (
        f"SELECT {', '.join(made)} FROM events WHERE account_id IS NOT NULL "  # noqa: S608 - ours
        "GROUP BY account_id, day"
    )


def bounded(total: str) -> str:
    """A sum as a number of 64 bits: one beyond stays at the border, that of nothing is null."""
    return (
        f"CASE WHEN {total} IS NOT NULL THEN "  # LEAST would take the border for a null
        f"CAST(GREATEST(LEAST({total}, {BORDER}), -{BORDER}) AS BIGINT) END"
    )


def last_select(number: int, base: Last, column: ColumnOf) -> str:
    """account_id, day, b<id> in millionths at the day's last moment that has one, b<id>t of it."""
    value = column(base.prop, "number")
    there = f"{holds(base.match, column)} AND {value} IS NOT NULL AND account_id IS NOT NULL"
    return (
        f"SELECT e.account_id, e.day, MAX(e.{value}) AS b{number}, "  # noqa: S608 - ours
        f"MAX(e.ts_us) AS b{number}t FROM (SELECT * FROM events WHERE {there}) e "
        "JOIN (SELECT account_id AS owner, day AS on_day, MAX(ts_us) AS moment FROM events "
        f"WHERE {there} GROUP BY account_id, day) latest ON e.account_id = latest.owner "
        "AND e.day = latest.on_day AND e.ts_us = latest.moment GROUP BY e.account_id, e.day"
    )


def users_select(bases: Numbered, column: ColumnOf) -> str:
    """account_id, user_no, week, b<id>: a bit for each day, or the firsts of a change of roles.

    A change has b<id>f (first moment with any role), b<id>b and b<id>d (first moment and day with
    the role before) and b<id>c (first day with the role after).
    """
    made = ["account_id", "user_no", "week"]
    for number, base in bases.items():
        if isinstance(base, Users):
            bit = f"CASE WHEN {holds(base.match, column)} THEN bit ELSE 0 END"
            made.append(f"BIT_OR({bit}) AS b{number}")
        elif isinstance(base, RoleChange):
            made += firsts_of_roles(number, base)
    return (
        f"SELECT {', '.join(made)} FROM events JOIN calendar ON calendar.day = events.day "  # noqa: S608
        "WHERE account_id IS NOT NULL AND user_no IS NOT NULL "
        "GROUP BY account_id, user_no, week"
    )


def firsts_of_roles(number: int, base: RoleChange) -> list[str]:
    before, after = f"role = {quoted(base.before)}", f"role = {quoted(base.after)}"
    return [
        f"MIN(CASE WHEN role <> '' THEN ts_us END) AS b{number}f",
        f"MIN(CASE WHEN {before} THEN ts_us END) AS b{number}b",
        f"MIN(CASE WHEN {before} THEN events.day END) AS b{number}d",
        f"MIN(CASE WHEN {after} THEN events.day END) AS b{number}c",
    ]


def columns_of(number: int, base: Base) -> list[str]:
    """The names of a base's columns."""
    if isinstance(base, Last):
        return [f"b{number}", f"b{number}t"]
    if isinstance(base, RoleChange):
        return [f"b{number}{part}" for part in "fbdc"]
    return [f"b{number}"]


def selects(bases: Numbered, column: ColumnOf) -> list[str]:
    """The statements that compute the bases from the relations ``events`` and ``calendar``."""
    plain = {n: base for n, base in bases.items() if isinstance(base, Count | Sum)}
    made = [daily_select(plain, column)] if plain else []
    made += [last_select(n, base, column) for n, base in bases.items() if isinstance(base, Last)]
    users = {n: base for n, base in bases.items() if isinstance(base, Users | RoleChange)}
    return [*made, users_select(users, column)] if users else made
