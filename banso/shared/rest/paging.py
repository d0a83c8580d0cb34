"""One page of a list after a cursor: its cost does not grow with how far one has read.

A cursor holds the last row's value of the order and its id, signed. Rows that come or go
meanwhile shift nothing; a row whose value of the order changes may be met twice or not at all,
so whoever needs every row reads in the order of ``id``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from banso.shared.keys.problems import Refused
from banso.shared.rest.shapes import Asked

M = TypeVar("M", bound=Model)
T = TypeVar("T")
SALT = "banso.api.cursor"
_READ: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "Decimal": Decimal,
}


@dataclass(frozen=True)
class Order:
    """How a list is sorted: ``key`` as it was asked for, ``by`` the path or expression behind it.

    Ties are broken by id in the same direction; rows without a value come last.
    """

    key: str = "id"
    by: str | Combinable = "pk"
    nullable: bool = False

    @property
    def descending(self) -> bool:
        return self.key.startswith("-")


def order_of(sort: str, known: dict[str, str], *, nullable: frozenset[str] = frozenset()) -> Order:
    """The order that ``sort`` names, of those that are known by name."""
    name = sort.removeprefix("-")
    if name not in known:
        choices = ", ".join(sorted(known))
        raise unsortable(sort, choices)
    return Order(sort, known[name], name in nullable)


def unsortable(sort: str, choices: str) -> Refused:
    return Refused(
        422,
        _("This list cannot be sorted by %(sort)s: choose one of %(choices)s, with - to turn it.")
        % {"sort": repr(sort)[:80], "choices": choices},
        extra={"errors": [{"in": "query", "field": "sort"}]},
    )


def part(rows: QuerySet[M], order: Order, asked: Asked) -> tuple[list[M], str | None]:
    """The rows after the cursor, and the cursor after them (None at the end)."""
    start = _start(asked.cursor, order)
    if order.by == "pk":
        beyond = Q() if start is None else _beyond("pk", start[1], order)
        found = list(rows.filter(beyond).order_by(_name("pk", order))[: asked.limit + 1])
        return _cut(found, order, asked.limit, lambda _row: None)
    by = F(order.by) if isinstance(order.by, str) else order.by
    valued: QuerySet[M] = rows.annotate(order_value=by)  # type: ignore[assignment]
    found = _sorted(valued, order, start, asked.limit + 1)
    return _cut(found, order, asked.limit, lambda row: row.order_value)  # type: ignore[attr-defined]


def part_of(found: Sequence[T], key: str, asked: Asked) -> tuple[list[T], str | None]:
    """The same for an answer that is computed whole; key: what it is an answer to."""
    start = _start(asked.cursor, Order(key))
    first = 0 if start is None else start[1]
    kept = list(found[first : first + asked.limit])
    more = first + len(kept) < len(found)
    return kept, after(key, "", first + len(kept)) if more else None


def _sorted(rows: QuerySet[M], order: Order, start: tuple[Any, int] | None, most: int) -> list[M]:
    """Rows with a value first, then those without: two conditions that an index can follow."""
    found: list[M] = []
    if start is None or start[0] is not None:
        known = rows.filter(order_value__isnull=False) if order.nullable else rows
        if start is not None:
            from_here = "order_value__lte" if order.descending else "order_value__gte"
            known = known.filter(**{from_here: start[0]}).filter(
                _beyond("order_value", start[0], order) | _beyond("pk", start[1], order)
            )
        by = (_name("order_value", order), _name("pk", order))
        found = list(known.order_by(*by)[:most])
    if order.nullable and len(found) < most:
        rest = rows.filter(order_value__isnull=True)
        if start is not None and start[0] is None:
            rest = rest.filter(_beyond("pk", start[1], order))
        found += rest.order_by(_name("pk", order))[: most - len(found)]
    return found


def _cut(
    found: list[M], order: Order, limit: int, value: Callable[[M], Any]
) -> tuple[list[M], str | None]:
    if len(found) <= limit:
        return found, None
    kept = found[:limit]
    return kept, after(order.key, value(kept[-1]), kept[-1].pk)


def _name(path: str, order: Order) -> str:
    return f"-{path}" if order.descending else path


def _beyond(path: str, value: Any, order: Order) -> Q:
    return Q(**{f"{path}__{'lt' if order.descending else 'gt'}": value})


def after(key: str, value: Any, pk: int) -> str:
    """The cursor behind a row of the order ``key``."""
    kind = type(value).__name__
    if isinstance(value, date):  # a datetime is one too
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    return signing.dumps([key, kind, value, pk], salt=SALT)


def _start(cursor: str, order: Order) -> tuple[Any, int] | None:
    if not cursor:
        return None
    try:
        key, kind, value, pk = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise _wrong(_("The cursor is none of ours: send next_cursor as it was given.")) from error
    if key != order.key:
        raise _wrong(_("The cursor belongs to another sort: begin again without it."))
    return (_READ[kind](value) if kind in _READ else value), int(pk)


def _wrong(said: str) -> Refused:
    return Refused(422, said, extra={"errors": [{"in": "query", "field": "cursor"}]})
