"""What the API asks of customers, answered with the columns and filters of the customer list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from banso.know.accounts.columns import account_columns, columns
from banso.know.accounts.filters import Reader, found_by_text, narrowed
from banso.know.accounts.models import Account
from banso.know.accounts.rules import question_of
from banso.shared import clock
from banso.shared.keys.problems import Refused
from banso.shared.rest.access import must_have
from banso.shared.rest.paging import Order, unsortable
from banso.shared.slots import Slot
from banso.shared.users.reads import organisation, user_by_email

if TYPE_CHECKING:
    from banso.know.accounts.api import AccountsAsked


@dataclass(frozen=True)
class Part:
    """What a later stage adds to customers when ``include`` names it: by account id, one query."""

    scope: str
    read: Callable[[Sequence[int]], Mapping[int, Any]]


account_parts: Slot[Part] = Slot("account parts")
SAME = ("source", "external_id", "stage", "touch_model", "segment", "industry", "country")
PREFIXES = ("own_", "metric_")


def parts_of(request: HttpRequest, include: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """account id -> the included parts by name; each needs its own scope."""
    found: dict[int, dict[str, Any]] = {}
    for filling in account_parts.fillings():
        if filling.key == include:
            must_have(request, filling.value.scope)
            for pk, value in filling.value.read(ids).items():
                found.setdefault(pk, {})[filling.key] = value
    return found


def order(sort: str) -> Order:
    """The order by id, by last change or by any column of the customer list."""
    name = sort.removeprefix("-")
    if name in ("id", "updated_at"):
        return Order(sort, "pk" if name == "id" else name)
    built_in = {filling.key: filling.value for filling in account_columns.fillings()}
    known = built_in if name in built_in else columns()
    column = known.get(name)
    if column is None or column.by is None:
        listed = ", ".join(["id", "updated_at", *(k for k, c in known.items() if c.by is not None)])
        raise unsortable(sort, listed)
    by = column.by
    nullable = not isinstance(by, str) or Account._meta.get_field(by).null
    return Order(sort, by, nullable)


def matching(asked: AccountsAsked, params: Mapping[str, list[str]]) -> QuerySet[Account]:
    """The customers that meet every filter."""
    rows = Account.objects.all()
    if asked.q:
        rows = found_by_text(rows, asked.q)
    if asked.name:
        rows = rows.filter(name__icontains=asked.name)
    given = {name: getattr(asked, name) for name in SAME}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if asked.owner:
        rows = rows.filter(_owned(asked.owner))
    limits = {
        "health__gte": asked.health_min,
        "health__lte": asked.health_max,
        "next_renewal_on__gte": asked.renewal_from,
        "next_renewal_on__lte": asked.renewal_to,
        "updated_at__gte": asked.updated_since,
    }
    rows = rows.filter(**{name: limit for name, limit in limits.items() if limit is not None})
    free = {name: given for name, given in params.items() if name.startswith(PREFIXES)}
    return _narrowed(rows, free) if free else rows


def _owned(text: str) -> Q:
    if text == "nobody":
        return Q(owner=None)
    if text.isdecimal() and len(text) < 10:
        return Q(owner=int(text))
    user = user_by_email(text)
    return Q(owner=user) if user else Q(pk__in=[])


def _narrowed(rows: QuerySet[Account], free: Mapping[str, list[str]]) -> QuerySet[Account]:
    """Filters on own fields and metrics; one that cannot be read is refused."""
    known = columns()
    reader = Reader(None, clock.today(), lambda: organisation().currency)
    asked = question_of(free).filters
    unread = {name.partition(".")[0] for name in free} - {one.key for one in asked}
    for one in asked:
        column = known.get(one.key)
        found = narrowed(rows, one, column, reader) if column else None
        if found is None:
            unread.add(one.key)
        else:
            rows = found
    if unread:
        name = min(unread)[:80]
        raise Refused(
            422,
            _("The filter %(name)s cannot be read: is there such a field, and does its value fit?")
            % {"name": name},
            extra={"errors": [{"in": "query", "field": name}]},
        )
    return rows
