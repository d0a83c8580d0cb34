"""What the page of the customer list shows around its rows: heads, tabs, filters, paging."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.know.accounts.columns import columns
from banso.know.accounts.filter_rows import FilterRow
from banso.know.accounts.filters import MINE, Reader
from banso.know.accounts.listing import Listing, Page
from banso.know.accounts.models import SavedView
from banso.know.accounts.rules import MOST_PAGES, NEXT, QUIET, Filter, Question
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

QUICK_VIEWS: tuple[tuple[str | Promise, Question], ...] = (
    (gettext_lazy("All"), Question()),
    (gettext_lazy("Mine"), Question(filters=(Filter("owner", values=(MINE,)),))),
    (
        gettext_lazy("Renewal within 90 days"),
        Question(filters=(Filter("next_renewal", NEXT, ("90",)),), sort="next_renewal"),
    ),
    (
        gettext_lazy("No contact for 60 days"),
        Question(filters=(Filter("last_contact", QUIET, ("60",)),), sort="last_contact"),
    ),
)


@dataclass(frozen=True)
class Head:
    """A column's head; ``order`` is what aria-sort says."""

    label: str
    address: str
    order: str
    is_number: bool
    help: str


@dataclass(frozen=True)
class Tab:
    label: str
    address: str
    is_here: bool
    is_shared: bool = False


def listing_for(user: User, question: Question) -> Listing:
    return Listing(
        question, columns(), Reader(user, clock.today(), lambda: organisation().currency)
    )


def head(listing: Listing, key: str) -> Head:
    column = listing.columns[key]
    sort_key, descending = listing.sort.removeprefix("-"), listing.sort.startswith("-")
    order = ("descending" if descending else "ascending") if key == sort_key else "none"
    falls_first = column.kind.is_number and key != sort_key
    next_sort = f"-{key}" if (key == sort_key and not descending) or falls_first else key
    address = listing.question.address(sort=next_sort) if column.by is not None else ""
    return Head(str(column.label), address, order, column.kind.is_number, str(column.help))


def tabs(question: Question, views: Iterable[SavedView], user: User) -> list[Tab]:
    here = question.pairs()
    made = [
        Tab(str(label), quick.address(), question.view is None and quick.pairs() == here)
        for label, quick in QUICK_VIEWS
    ]
    for view in views:
        query = f"{view.query}&view={view.pk}" if view.query else f"view={view.pk}"
        made.append(Tab(view.name, query, question.view == view.pk, view.owner_id != user.pk))
    return made


def filter_rows(listing: Listing, owners: dict[int, str]) -> list[FilterRow]:
    known = ((asked, listing.columns.get(asked.key)) for asked in listing.question.filters)
    return [FilterRow(asked, column, owners) for asked, column in known if column and column.ways]


def paging(question: Question, page: Page) -> dict[str, Any]:
    """The addresses of the pages around this one."""
    return {
        "previous": question.address(page=page.number - 1) if page.number > 1 else "",
        "next": question.address(page=page.number + 1)
        if page.has_next and page.number < MOST_PAGES
        else "",
        "is_last": page.has_next and page.number == MOST_PAGES,
    }


def chips(rows: list[FilterRow], question: Question) -> list[dict[str, str]]:
    """Each filter in words with the address that takes it away."""
    without_q = replace(question, q="")
    search = {"label": _("Search"), "sentence": question.q, "address": without_q.address()}
    made = [
        {
            "label": row.label,
            "sentence": row.sentence,
            "address": question.without(row.key).address(),
        }
        for row in rows
    ]
    return [search, *made] if question.q else made


def column_form(listing: Listing) -> dict[str, Any]:
    """What the form that chooses columns needs: those shown in their order, then the others."""
    question, shown = listing.question, listing.shown
    others = [key for key in listing.columns if key not in shown and key != "name"]
    kept = [pair for pair in question.pairs() if pair[0] != "columns"]
    return {
        "choices": [
            (key, str(listing.columns[key].label), key in shown) for key in [*shown, *others]
        ],
        "kept": kept + ([("view", str(question.view))] if question.view else []),
        "without_columns": question.address(columns=()),
    }
