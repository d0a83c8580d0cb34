"""The columns of the customer list: a slot that every stage may fill in its ``apps.py``.

``account_columns.fill("key", Column(...), order=...)`` for a column known at start;
``more_account_columns.fill("key", function, order=...)`` for those that only the database knows
(own fields, metrics): the function is called once per request and returns them by key.
Keys are small letters, digits and _; they stand in addresses and saved views.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.models import Account, Stage, TouchModel
from banso.know.accounts.ranking import Ranking
from banso.know.accounts.rules import BETWEEN, EMPTY, FILLED, HAS, IS, NEXT, QUIET
from banso.shared.fields.expressions import value_of
from banso.shared.fields.models import FieldDefinition
from banso.shared.fields.models import Kind as OwnKind
from banso.shared.fields.reads import fields_of
from banso.shared.slots import Slot


class Kind(StrEnum):
    """What a column holds: decides how it is shown, aligned and filtered."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    OWNER = "owner"
    ACCOUNT = "account"

    @property
    def is_number(self) -> bool:
        return self in (Kind.NUMBER, Kind.PERCENT, Kind.MONEY)


WAYS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: (HAS, IS, EMPTY, FILLED),
    Kind.CHOICE: (IS, EMPTY, FILLED),
    Kind.NUMBER: (BETWEEN, EMPTY, FILLED),
    Kind.PERCENT: (BETWEEN, EMPTY, FILLED),
    Kind.MONEY: (BETWEEN, EMPTY, FILLED),
    Kind.DATE: (BETWEEN, NEXT, QUIET, EMPTY, FILLED),
    Kind.OWNER: (IS, EMPTY, FILLED),
    Kind.ACCOUNT: (HAS, IS, EMPTY, FILLED),
}

Source = Callable[[Sequence[int]], Mapping[int, Any]]
Choices = Callable[[], Sequence[tuple[str, Any]]]


@dataclass(frozen=True)
class Column:
    """One column.

    value: from what the source has for an account to a plain value (MONEY: minor units and
        currency; ACCOUNT: id and name; OWNER: user id; PERCENT: a fraction); None or "" shows an
        empty cell. It is not called for accounts that the source leaves out.
    source: fetches one thing per account for the account ids of a page, in one query; columns that
        name the same function share its answer. Without one, ``value`` gets the Account itself.
    by: a lookup path or an expression over Account; makes the column sortable and filterable.
        Only a path of an indexed field keeps its cost independent of the number of accounts.
    ranking: the same values of all accounts at hand in memory, for numbers without an index.
    """

    label: str | Promise
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    source: Source | None = None
    by: str | Combinable | None = None
    choices: Choices | None = None
    help: str | Promise = ""
    ranking: Callable[[], Ranking] | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        return WAYS[self.kind] if self.by is not None else ()


account_columns: Slot[Column] = Slot("account columns")
more_account_columns: Slot[Callable[[], Mapping[str, Column]]] = Slot("more account columns")
SHOWN_AT_FIRST = (
    "owner",
    "stage",
    "touch_model",
    "segment",
    "mrr",
    "next_renewal",
    "last_contact",
    "health",
)


def columns() -> dict[str, Column]:
    """Every column there is now, in order."""
    found = {filling.key: filling.value for filling in account_columns.fillings()}
    for make in more_account_columns.values():
        found |= make()
    return found


def _field(name: str) -> Callable[[Account], Any]:
    return lambda account: getattr(account, name)


def parents_of(ids: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    """The parent company of each account that has one: id and name."""
    rows = Account.objects.filter(pk__in=ids, parent__isnull=False).values_list(
        "pk", "parent_id", "parent__name"
    )
    return {pk: (parent, name) for pk, parent, name in rows}


def fill_built_in() -> None:
    """The columns that the account itself carries; the name always stands first."""
    texts = {
        "name": _("Name"),
        "name_kana": _("Reading of the name"),
        "external_id": _("External id"),
        "source": _("Source"),
        "industry": _("Industry"),
        "country": _("Country"),
        "segment": _("Segment"),
        "currency": _("Currency"),
        "website": _("Website"),
    }
    made = {key: Column(label, _field(key), by=key) for key, label in texts.items()}
    made |= {
        "owner": Column(_("Owner"), _field("owner_id"), Kind.OWNER, by="owner_id"),
        "stage": Column(
            _("Stage"), _field("stage"), Kind.CHOICE, by="stage", choices=lambda: Stage.choices
        ),
        "touch_model": Column(
            _("Touch model"),
            _field("touch_model"),
            Kind.CHOICE,
            by="touch_model",
            choices=lambda: TouchModel.choices,
        ),
        "mrr": Column(_("MRR"), lambda a: (a.mrr_minor, a.currency), Kind.MONEY, by="mrr_minor"),
        "employees": Column(_("Employees"), _field("employees"), Kind.NUMBER, by="employees"),
        "health": Column(_("Health score"), _field("health"), Kind.NUMBER, by="health"),
        "signed_up": Column(
            _("Signed up on"), _field("signed_up_on"), Kind.DATE, by="signed_up_on"
        ),
        "next_renewal": Column(
            _("Next renewal"), _field("next_renewal_on"), Kind.DATE, by="next_renewal_on"
        ),
        "last_contact": Column(
            _("Last contact"), _field("last_contact_on"), Kind.DATE, by="last_contact_on"
        ),
        "parent": Column(
            _("Parent company"), lambda parent: parent, Kind.ACCOUNT, parents_of, by="parent_id"
        ),
    }
    order = (
        "name name_kana owner stage touch_model segment industry country mrr currency "
        "next_renewal last_contact health employees signed_up parent website external_id source"
    )
    for place, key in enumerate(order.split()):
        account_columns.fill(key, made[key], order=place)
    more_account_columns.fill("own", own_columns, order=10)


_OWN_KINDS = {
    OwnKind.TEXT: Kind.TEXT,
    OwnKind.NUMBER: Kind.NUMBER,
    OwnKind.DATE: Kind.DATE,
    OwnKind.CHOICE: Kind.CHOICE,
}


def own_columns() -> dict[str, Column]:
    """The organisation's own fields on accounts."""
    return {f"own_{field.key}": _own_column(field) for field in fields_of("account")}


def _own_column(field: FieldDefinition) -> Column:
    return Column(
        field.label,
        lambda account: account.custom.get(field.key),
        _OWN_KINDS[OwnKind(field.kind)],
        by=value_of(field),
        choices=field.choice_pairs,
    )
