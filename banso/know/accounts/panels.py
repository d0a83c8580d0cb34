from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format

from banso.know.accounts.cells import as_text
from banso.know.accounts.columns import Column, Kind, own_columns
from banso.know.accounts.models import Account
from banso.know.accounts.reads import CHILDREN_SHOWN, children_of, environment_of, may_change
from banso.know.accounts.rules import day
from banso.shared.users.reads import signed_in


def profile(request: HttpRequest, account: Account) -> str:
    """Who the customer is: its own data, the organisation's fields, its group."""
    children = children_of(account)
    return render_to_string(
        "accounts/profile_panel.html",
        {
            "account": account,
            "own": list(_own_values(account)),
            "children": children[:CHILDREN_SHOWN],
            "has_more_children": len(children) > CHILDREN_SHOWN,
            "may_change": may_change(signed_in(request), account),
        },
        request,
    )


def _own_values(account: Account) -> Iterator[tuple[str, Any]]:
    for column in own_columns().values():
        value = column.value(account)
        if value not in (None, ""):
            yield str(column.label), _shown(column, value)


def _shown(column: Column, value: Any) -> Any:
    on = day(str(value)) if column.kind == Kind.DATE else None
    if on:
        return date_format(on, "SHORT_DATE_FORMAT")
    if column.kind == Kind.CHOICE and column.choices:
        return dict(column.choices()).get(value, value)
    return as_text(column.kind, value) if column.kind == Kind.NUMBER else value


def environment(request: HttpRequest, account: Account) -> str:
    """What surrounds the customer's success, and the three layers of it."""
    return render_to_string(
        "accounts/environment_panel.html",
        {
            "account": account,
            "environment": environment_of(account),
            "may_change": may_change(signed_in(request), account),
        },
        request,
    )
