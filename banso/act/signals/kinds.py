"""What a kind of signal is, and the list of all: one file each in ``catalog``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from banso.know.accounts.models import Account

CATALOG = "banso.act.signals.catalog"
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A threshold that may be changed, a whole number; 0 switches it off where ``least`` is 0."""

    key: str
    label: str | Promise
    default: int
    least: int
    most: int


@dataclass(frozen=True)
class Found:
    """An account for which the condition holds today."""

    account_id: int
    urgency: float
    data: dict[str, Any]
    due_on: date | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of signal. ``data`` keeps facts with dates; the sentence is made when it is read."""

    key: str
    order: int
    title: str | Promise
    about: str | Promise
    icon: str
    parameters: tuple[Parameter, ...]
    detect: Callable[[QuerySet[Account], date, Mapping[str, int]], Iterable[Found]]
    reason: Callable[[Data, date], str]
    step: Callable[[Data], str]
    step_due_days: int

    def defaults(self) -> dict[str, int]:
        return {p.key: p.default for p in self.parameters}


@cache
def kinds() -> dict[str, Kind]:
    """Every kind in the catalogue, in the order they are shown."""
    package = import_module(CATALOG)
    found = [import_module(f"{CATALOG}.{m.name}").KIND for m in iter_modules(package.__path__)]
    return {kind.key: kind for kind in sorted(found, key=lambda k: (k.order, k.key))}
