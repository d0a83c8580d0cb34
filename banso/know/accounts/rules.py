"""What a reader asks of the customer list, to and from an address: no Django here.

``industry=IT`` is one of; ``industry.how=has`` contains; ``employees.min=10&employees.max=99``;
``next_renewal=90&next_renewal.how=next`` within 90 days; ``last_contact=60&last_contact.how=quiet``
not within the last 60 days; ``owner=mine``; ``….how=empty``; ``q=`` searches; ``sort=-mrr``;
``columns=name,owner``; ``page=2``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

PAGE_SIZE = 50
MOST_PAGES = 200
MOST_FILTERS = 12
RESERVED = frozenset({"q", "sort", "columns", "page", "view"})
IS, HAS, BETWEEN, NEXT, QUIET, EMPTY, FILLED = (
    "is",
    "has",
    "between",
    "next",
    "quiet",
    "empty",
    "filled",
)
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.(how|min|max))?")


@dataclass(frozen=True)
class Filter:
    """One condition on one column; ``how`` empty means the column's first way."""

    key: str
    how: str = ""
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def says_something(self) -> bool:
        return bool(self.values or self.low or self.high) or self.how in (EMPTY, FILLED)

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [(self.key, value) for value in self.values]
        parts = (("how", self.how), ("min", self.low), ("max", self.high))
        return pairs + [(f"{self.key}.{name}", value) for name, value in parts if value]


@dataclass(frozen=True)
class Question:
    """What a list is asked for."""

    q: str = ""
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    columns: tuple[str, ...] = ()
    page: int = 1
    view: int | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.filters)

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def pairs(self) -> list[tuple[str, str]]:
        """The lasting part, without page and view: what a saved view keeps."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [pair for asked in self.filters for pair in asked.pairs()]
        pairs += [("sort", self.sort)] if self.sort else []
        return pairs + ([("columns", ",".join(self.columns))] if self.columns else [])

    def address(self, **changes: object) -> str:
        """The query string of this question with some parts changed, on page 1 unless told."""
        asked = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        pairs = asked.pairs()
        pairs += [("view", str(asked.view))] if asked.view else []
        pairs += [("page", str(asked.page))] if asked.page > 1 else []
        return urlencode(pairs)

    def without(self, key: str) -> Question:
        return replace(self, filters=tuple(f for f in self.filters if f.key != key), page=1)


def question_of(params: Mapping[str, Sequence[str]]) -> Question:
    """Read an address; what is empty or unreadable is left out."""
    parts: dict[str, dict[str, list[str]]] = {}
    for name, given in params.items():
        key, _, part = name.partition(".")
        values = [value for value in map(_clean, given) if value]
        if key in RESERVED or not values or not _KEY.fullmatch(name):
            continue
        parts.setdefault(key, {})[part] = values
    filters = (_filter(key, of_key) for key, of_key in parts.items())
    return Question(
        q=_one(params, "q")[:200],
        filters=tuple(f for f in filters if f.says_something)[:MOST_FILTERS],
        sort=_one(params, "sort"),
        columns=tuple(
            dict.fromkeys(c for given in params.get("columns", ()) for c in given.split(",") if c)
        ),
        page=min(max(whole_number(_one(params, "page")) or 1, 1), MOST_PAGES),
        view=whole_number(_one(params, "view")),
    )


def _filter(key: str, parts: Mapping[str, list[str]]) -> Filter:
    how, low, high = (parts.get(name, [""])[0] for name in ("how", "min", "max"))
    return Filter(key, how, tuple(dict.fromkeys(parts.get("", ()))), low, high)


def _one(params: Mapping[str, Sequence[str]], name: str) -> str:
    given = params.get(name) or [""]
    return _clean(given[-1])


def _clean(text: str) -> str:
    """Without blanks around it, and without NUL, which no PostgreSQL text may hold."""
    return text.replace("\x00", "").strip()


def whole_number(text: str) -> int | None:
    """The number that the text is, or None; at most nine digits."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def number(text: str) -> Decimal | None:
    """A finite number with or without thousands commas, or None."""
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 15 else None


def day(text: str) -> date | None:
    """An ISO date (or with slashes), or None."""
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
