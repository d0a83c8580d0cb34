"""What metrics are made of: integer aggregates per customer and day, in SQL any engine reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MICRO = 1_000_000
LARGEST = 10**12  # a property beyond it is not taken for a number
Op = Literal["is", "is_not", "one_of", "at_least", "at_most", "exists"]
NUMBER_OPS = ("at_least", "at_most")


@dataclass(frozen=True)
class Condition:
    """What must hold of a property of an event.

    "is", "is_not" and "one_of" compare its text with ``texts``, "at_least" and "at_most" its number
    with ``micros`` (millionths). "is_not" is all that "is" leaves out: events without the property
    too.
    """

    prop: str
    op: Op
    texts: tuple[str, ...] = ()
    micros: int = 0

    @property
    def kind(self) -> Literal["text", "number"]:
        """Which column of the property it looks at."""
        return "number" if self.op in NUMBER_OPS else "text"

    def holds(self, props: Mapping[str, object]) -> bool:
        if self.kind == "number":
            number = number_in(props, self.prop)
            if number is None:
                return False
            found = round(number * MICRO)
            return found >= self.micros if self.op == "at_least" else found <= self.micros
        text = text_in(props, self.prop)
        if self.op == "is_not":
            return text not in self.texts
        return text is not None and (self.op == "exists" or text in self.texts)


@dataclass(frozen=True)
class Match:
    """Which events count: these names (None is every name), this role (empty is every role), and
    all the conditions of ``where``.
    """

    names: tuple[str, ...] | None = None
    role: str = ""
    where: tuple[Condition, ...] = ()

    def keeps(self, name: str, role: str | None, props: Mapping[str, object]) -> bool:
        if self.names is not None and name not in self.names:
            return False
        return self.role in ("", role) and all(c.holds(props) for c in self.where)


def number_in(props: Mapping[str, object], key: str) -> float | None:
    """A property as a number to the millionth, or None."""
    try:
        number = float(str(props.get(key)))
    except ValueError:
        return None
    return round(number, 6) if abs(number) <= LARGEST else None


def text_in(props: Mapping[str, object], key: str) -> str | None:
    """A property as text: that of JSON for what is no text itself, None where it is absent."""
    value: Any = props.get(key)
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


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
    """Small integers for names and roles, columns for properties and conditions, for one pass."""

    names: dict[str, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    props: dict[str, int] = field(default_factory=dict)
    conditions: dict[Condition, int] = field(default_factory=dict)

    @classmethod
    def of(cls, bases: list[Base]) -> Codes:
        codes = cls()
        for base in bases:
            if isinstance(base, RoleChange):
                codes._add(codes.roles, base.before, base.after)
                continue
            codes._add(codes.names, *(base.match.names or ()))
            codes._add(codes.roles, *([base.match.role] if base.match.role else []))
            for condition in base.match.where:
                codes.conditions.setdefault(condition, len(codes.conditions) + 1)
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
        parts += [f"c{self.conditions[condition]} = 1" for condition in match.where]
        return " AND ".join(parts) or "1 = 1"


def condition_sql(condition: Condition, value: str, literal: Callable[[str], str]) -> str:
    """The condition on an expression that is the property's text, or its number in millionths."""
    if condition.op == "exists":
        return f"{value} IS NOT NULL"
    if condition.op in NUMBER_OPS:
        return f"{value} {'>=' if condition.op == 'at_least' else '<='} {condition.micros}"
    listed = f"({', '.join(literal(text) for text in condition.texts)})"
    if condition.op == "is_not":
        return f"({value} IS NULL OR {value} NOT IN {listed})"
    return f"{value} IN {listed}"


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
