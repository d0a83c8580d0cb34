"""What metrics are made of: integer aggregates per customer and day, in SQL any engine reads."""

from __future__ import annotations

from dataclasses import dataclass, field

MICRO = 1_000_000
LARGEST = 10**12  # a property beyond it is not taken for a number


@dataclass(frozen=True)
class Match:
    """Which events count: these names (None is every name), this role (empty is every role)."""

    names: tuple[str, ...] | None = None
    role: str = ""

    def keeps(self, name: str, role: str | None) -> bool:
        return (self.names is None or name in self.names) and self.role in ("", role)


@dataclass(frozen=True)
class Count:
    """Number of events per day."""

    match: Match


@dataclass(frozen=True)
class Sum:
    """Sum of a numeric property per day, in millionths."""

    match: Match
    prop: str


@dataclass(frozen=True)
class Users:
    """Days on which each user did something."""

    match: Match


@dataclass(frozen=True)
class Last:
    """The last value of a numeric property on each day, in millionths."""

    match: Match
    prop: str


@dataclass(frozen=True)
class RoleChange:
    """Users whose first known role is one, and the day on which each had the other."""

    before: str
    after: str


Base = Count | Sum | Users | Last | RoleChange


@dataclass
class Codes:
    """Small integers for names and roles, and columns for properties, shared by a whole pass."""

    names: dict[str, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    props: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, bases: list[Base]) -> Codes:
        codes = cls()
        for base in bases:
            if isinstance(base, RoleChange):
                codes._add(codes.roles, base.before, base.after)
                continue
            codes._add(codes.names, *(base.match.names or ()))
            codes._add(codes.roles, *([base.match.role] if base.match.role else []))
            if isinstance(base, Sum | Last):
                codes._add(codes.props, base.prop)
        return codes

    @staticmethod
    def _add(known: dict[str, int], *words: str) -> None:
        for word in words:
            known.setdefault(word, len(known) + 1)

    def condition(self, match: Match) -> str:
        parts = []
        if match.names is not None:
            listed = ", ".join(str(self.names[name]) for name in match.names)
            parts.append(f"n IN ({listed})" if listed else "1 = 0")
        if match.role:
            parts.append(f"r = {self.roles[match.role]}")
        return " AND ".join(parts) or "1 = 1"


def daily_sql(base: Count | Sum, codes: Codes) -> str:
    """The aggregate of one day."""
    condition = codes.condition(base.match)
    if isinstance(base, Count):
        return f"COUNT(CASE WHEN {condition} THEN 1 END)"
    return f"SUM(CASE WHEN {condition} THEN p{codes.props[base.prop]} END)"


def user_sql(base: Users, codes: Codes) -> str:
    """1 when the user did it on that day."""
    return f"MAX(CASE WHEN {codes.condition(base.match)} THEN 1 ELSE 0 END)"


def last_sql(base: Last, codes: Codes) -> str:
    """account_id, day, value: the value at the day's last moment that has one."""
    value, condition = f"p{codes.props[base.prop]}", codes.condition(base.match)
    there = f"{condition} AND {value} IS NOT NULL"
    return (  # the numbers and columns come from Codes, no text of a person gets here
        f"SELECT base.account_id, base.day, MAX({value}) AS value FROM base JOIN ("  # noqa: S608
        f"SELECT account_id AS owner, day AS on_day, MAX(ts_us) AS moment FROM base WHERE {there} "
        "GROUP BY account_id, day) latest "
        "ON base.account_id = latest.owner AND base.day = latest.on_day "
        f"AND base.ts_us = latest.moment WHERE {there} "
        "AND base.account_id BETWEEN {low} AND {high} "
        "GROUP BY base.account_id, base.day ORDER BY base.account_id, base.day"
    )


def role_change_sql(base: RoleChange, codes: Codes) -> str:
    """account_id, began, changed, users: how many users began in one role, and changed when."""
    before, after = codes.roles[base.before], codes.roles[base.after]
    return (
        "SELECT account_id, began, changed, COUNT(*) AS users FROM ("  # noqa: S608 - as above
        "SELECT account_id, user_key, MIN(ts_us) AS first_us, "
        f"MIN(CASE WHEN r = {before} THEN ts_us END) AS before_us, "
        f"MIN(CASE WHEN r = {before} THEN day END) AS began, "
        f"MIN(CASE WHEN r = {after} THEN day END) AS changed "
        "FROM base WHERE r <> 0 AND user_key IS NOT NULL AND account_id BETWEEN {low} AND {high} "
        "GROUP BY account_id, user_key) firsts WHERE before_us = first_us "
        "GROUP BY account_id, began, changed ORDER BY account_id, began, changed"
    )
