"""How a column's plain value is shown: as a table cell, and in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from banso.know.accounts.columns import Column, Kind
from banso.know.accounts.listing import Listing, Page
from banso.know.accounts.models import Account
from banso.know.accounts.rules import day
from banso.shared import money
from banso.shared.figures import figure

SOON = timedelta(days=90)


@dataclass(frozen=True)
class Look:
    """What cells need beyond their value, fetched once per page."""

    owners: Mapping[int, str]
    today: date
    account_url: str  # with 0 in the place of the id
    may_choose: bool

    def url(self, pk: int) -> str:
        return self.account_url.replace("0", str(pk))

    def choices(self, columns: Sequence[Column]) -> list[dict[str, str]]:
        return [
            {value: str(label) for value, label in column.choices()} if column.choices else {}
            for column in columns
        ]


def table_rows(listing: Listing, page: Page, look: Look) -> list[SafeString]:
    """The page's rows as HTML: a template would take three times as long for 500 cells."""
    shown = [listing.columns[key] for key in listing.shown]
    kinds = [
        (key, column.kind, labels)
        for key, column, labels in zip(listing.shown, shown, look.choices(shown), strict=True)
    ]
    return [
        mark_safe(_row(account, page.values[account.pk], kinds, look))  # noqa: S308 - parts are escaped
        for account in page.accounts
    ]


def _row(
    account: Account,
    values: Sequence[Any],
    kinds: Sequence[tuple[str, Kind, Mapping[str, str]]],
    look: Look,
) -> str:
    name = escape(account.name)
    choose = (
        '<td class="list-choose"><input class="form-check-input m-0" type="checkbox" name="ids" '
        f'value="{account.pk}" form="bulk" aria-label="{name}"></td>'
        if look.may_choose
        else ""
    )
    cells = "".join(
        _cell(key, kind, labels, value, look)
        for (key, kind, labels), value in zip(kinds, values, strict=True)
    )
    link = f'<a href="{look.url(account.pk)}">{name}</a>'
    return f'<tr>{choose}<th scope="row" class="list-name">{link}</th>{cells}</tr>'


def _cell(key: str, kind: Kind, labels: Mapping[str, str], value: Any, look: Look) -> str:
    if value is None or value == "":
        return "<td></td>"
    if kind == Kind.DATE:
        return f'<td class="nowrap">{_date(key, value, look)}</td>'
    if kind.is_number:
        return f'<td class="number">{escape(as_text(kind, value))}</td>'
    if kind == Kind.ACCOUNT:
        pk, name = value
        return f'<td><a href="{look.url(pk)}">{escape(name)}</a></td>'
    if kind == Kind.OWNER:
        return f'<td class="nowrap">{escape(look.owners.get(value, ""))}</td>'
    if kind == Kind.CHOICE:
        return f'<td class="nowrap">{escape(labels.get(value, value))}</td>'
    return f"<td>{escape(value)}</td>"


def _date(key: str, value: Any, look: Look) -> str:
    on = value if isinstance(value, date) else day(str(value))
    if on is None:
        return escape(value)
    text = date_format(on, "SHORT_DATE_FORMAT")
    if key == "next_renewal" and look.today <= on <= look.today + SOON:
        return f'{text}<div class="text-secondary small">{days_ahead((on - look.today).days)}</div>'
    return text


def days_ahead(days: int) -> str:
    if days == 0:
        return _("today")
    return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}


def as_text(kind: Kind, value: Any) -> str:
    """A number as its reader writes it."""
    if kind == Kind.MONEY:
        minor, currency = value
        return money.shown(minor, currency)
    if isinstance(value, str):
        return value
    if kind == Kind.PERCENT:
        return f"{figure(value * 100, 1, grouped=False)}%"
    decimals = 0 if float(value).is_integer() else 2
    return figure(value, decimals)


def plain(column: Column, value: Any, owners: Mapping[int, str], labels: Mapping[str, str]) -> Any:
    """The value for a file: numbers stay numbers, dates are ISO, choices are words."""
    if value is None or value == "":
        return None
    if column.kind == Kind.MONEY:
        minor, currency = value
        return None if minor is None else _major(minor, currency)
    if column.kind == Kind.OWNER:
        return owners.get(value, "")
    if column.kind == Kind.ACCOUNT:
        return value[1]
    if isinstance(value, date):
        return value.isoformat()
    return labels.get(value, value) if labels else value


def _major(minor: int, currency: str) -> int | Decimal:
    decimals = money.CURRENCIES.get(currency, 2)
    return minor if decimals == 0 else Decimal(minor).scaleb(-decimals)
