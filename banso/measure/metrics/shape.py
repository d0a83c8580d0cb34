"""What a file of the catalogue says about its shape of metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from django.utils.functional import Promise

from banso.measure.metrics.bases import Base, Condition, Match
from banso.measure.metrics.world import Values, World

Kind = Literal["event", "parts", "role", "days", "number", "property", "metric", "choice"]


@dataclass(frozen=True)
class Parameter:
    """One thing to choose; ``optional`` lets it stay empty, which means every one.

    "parts" are several features or events, "choice" one of ``choices``, "number" a count between
    ``least`` and ``most``.
    """

    key: str
    kind: Kind
    label: str | Promise
    default: str | int = ""
    optional: bool = False
    choices: tuple[tuple[str, str | Promise], ...] = ()
    least: int = 1
    most: int = 730


@dataclass(frozen=True)
class Given:
    """The parameters of one definition, with names of events resolved (None: every event).

    ``after`` is the event that another comes after, ``steps`` those of a funnel, ``parts`` the
    features between which use is spread.
    """

    names: tuple[str, ...] | None = None
    after: tuple[str, ...] | None = None
    steps: tuple[tuple[str, ...], ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    role: str = ""
    other_role: str = ""
    days: int = 28
    prop: str = ""
    top: str = ""
    bottom: str = ""
    within: int = 14
    windows: int = 8
    period: str = ""
    way: str = ""
    where: tuple[Condition, ...] = ()

    @property
    def match(self) -> Match:
        return Match(self.names, self.role, self.where)

    def matching(self, names: tuple[str, ...] | None) -> Match:
        """Other events under the same filter."""
        return Match(names, "", self.where)


@dataclass(frozen=True)
class Phrases:
    """The same parameters as words of a sentence; ``noun`` is the event without an article."""

    event: str = ""
    noun: str = ""
    after: str = ""
    after_noun: str = ""
    steps: str = ""
    parts: str = ""
    role: str = ""
    other_role: str = ""
    days: int = 28
    prop: str = ""
    top: str = ""
    bottom: str = ""
    within: int = 14
    windows: int = 8
    period: str = ""
    way: str = ""

    @property
    def words(self) -> dict[str, str | int]:
        """What fills a sentence."""
        return asdict(self)


@dataclass(frozen=True)
class Happened:
    """One event of one customer, as the golden test knows it."""

    name: str
    role: str | None
    user: str | None
    ts_us: int
    day: int
    props: Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """One row of the golden test: the customer's events, and since when anything was watched."""

    events: list[Happened]
    start: int | None
    as_of: int
    first_day: int
    seats: float | None = None

    def within(self, days: int, match: Match) -> list[Happened]:
        """The matching events of the last ``days`` days."""
        return [e for e in self.before(match) if e.day >= self.as_of - days]

    def before(self, match: Match) -> list[Happened]:
        return [
            e for e in self.events if e.day < self.as_of and match.keeps(e.name, e.role, e.props)
        ]

    def is_watched(self, days: int) -> bool:
        if self.start is not None and self.as_of <= self.start:
            return False
        return (self.as_of - self.first_day) * 2 >= days


Checked = tuple[float | None, bool]


class Finish(Protocol):
    def __call__(self, world: World, given: Given, others: Mapping[str, Values]) -> Values: ...


class Check(Protocol):
    def __call__(self, case: Case, given: Given, others: Mapping[str, Checked]) -> Checked: ...


@dataclass(frozen=True, kw_only=True)
class Shape:
    """``bases`` says what to count, ``finish`` makes the number, ``check`` makes it another way.

    ``units`` has the unit of some choices where it is not ``unit``; ``history`` is for how many
    days a customer must have been watched before it has a value.
    """

    key: str
    name: str | Promise
    about: str | Promise
    example: str | Promise
    icon: str
    unit: str
    better: str
    parameters: tuple[Parameter, ...]
    bases: Callable[[Given], tuple[Base, ...]]
    finish: Finish
    explain: Callable[[Phrases], str]
    title: Callable[[Phrases], str]
    check: Check
    history: Callable[[Given], int]
    units: Mapping[str, str] = field(default_factory=dict)
    needs_seats: bool = False
    takes_filter: bool = True

    def defaults(self) -> dict[str, str | int]:
        return {parameter.key: parameter.default for parameter in self.parameters}

    def unit_of(self, params: Mapping[str, Any]) -> str:
        """The unit that the values have with these choices."""
        chosen = (self.units.get(str(params.get(p.key))) for p in self.parameters)
        return next((unit for unit in chosen if unit), self.unit)
