"""The situation of a pattern as conditions of the customer list: in words, counted, and held

against one customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db.models import IntegerField, QuerySet, Value
from django.http import QueryDict

from banso.know.accounts.columns import Column, columns
from banso.know.accounts.filters import MINE, TEAM, Reader
from banso.know.accounts.list_page import chips, filter_rows
from banso.know.accounts.listing import Listing
from banso.know.accounts.models import Account, Stage
from banso.know.accounts.reads import owner_names
from banso.know.accounts.rules import Question, question_of
from banso.prove.patterns.models import Pattern
from banso.shared import clock
from banso.shared.users.reads import organisation

AT_ONCE = 50  # databases join so many selects in one statement


def conditions_of(query: str) -> Question:
    """Search and filters alone: order, columns and page are no part of a situation."""
    asked = question_of(dict(QueryDict(query).lists()))
    return Question(q=asked.q, filters=asked.filters)


def depends_on_reader(asked: Question) -> bool:
    """Whether it says “mine” or “my team”: another reader would mean other customers."""
    return any(f.key == "owner" and {MINE, TEAM} & set(f.values) for f in asked.filters)


def _listing(query: str, known: Mapping[str, Column] | None = None) -> Listing:
    reader = Reader(None, clock.today(), lambda: organisation().currency)
    return Listing(conditions_of(query), known or columns(), reader)


def fitting(query: str, known: Mapping[str, Column] | None = None) -> QuerySet[Account] | None:
    """Customers in the situation that have not left; None for none said, or one not readable.

    known: the columns of the list, for who asks of many situations.
    """
    listing = _listing(query, known)
    if not listing.question.is_narrowed:
        return None
    found = listing.matching().exclude(stage=Stage.LEFT)
    return None if listing.unreadable else found


def in_words(query: str) -> list[dict[str, str]]:
    """Each condition as label and sentence."""
    listing = _listing(query)
    return chips(filter_rows(listing, owner_names()), listing.question)


def address_of(query: str) -> str:
    return replace(conditions_of(query), sort="").address()


def patterns_fitting(patterns: Iterable[Pattern], account: Account) -> set[int]:
    """Which of the patterns have this customer in their situation, in one query or a few."""
    asked, known = [], columns()
    for pattern in patterns:
        query = pattern.current.query if pattern.current else ""
        found = fitting(query, known) if query else None
        if found is not None:
            named = Value(pattern.pk, output_field=IntegerField())
            asked.append(found.order_by().filter(pk=account.pk).values_list(named))
    fits: set[int] = set()
    for start in range(0, len(asked), AT_ONCE):
        first, *rest = asked[start : start + AT_ONCE]
        rows = first.union(*rest, all=True) if rest else first
        fits.update(pk for (pk,) in rows)
    return fits
