"""What metrics are made of: integer aggregates per customer and day, in SQL any engine reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
