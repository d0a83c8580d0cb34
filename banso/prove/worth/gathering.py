"""What a what-if rests on: present customers with their terms, and how long such customers stay."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from banso.measure.revenue.memory import memory
from banso.measure.revenue.reads import Book, Scope, day_number, known_until, rows_in
from banso.measure.revenue.spans import OPEN
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.lifetime import (
    OPPORTUNITIES_NEEDED,
    SEEN_BY,
    Lifetime,
)
from banso.prove.engine.projection import project
from banso.prove.lifetime.reads import lives
from banso.prove.lifetime.worth import TERMS
from banso.prove.worth.rules import DAYS_A_MONTH, Days, Mask, Terms, lead_days, next_decisions
from banso.shared.users.reads import organisation


def present_terms(found: Book, currency: str, today: date) -> Terms:
    """One term of each customer that pays now and has not given notice, with when it decides.

    Who has several contracts decides with the largest; its MRR is that of all of them.
    """
    scope = Scope(currency)
    cut = day_number(known_until(found, today))
    rows = rows_in(found, scope)
    c, terms = found.contracts.chosen(rows), found.terms.filter(pa.array(rows))
    notice = _days(terms["cancelled_on"])
    running = (c.start <= cut) & (c.end > cut) & (c.mrr > 0)
    leaving = running & (c.churned | (notice <= cut))
    largest = _largest(c.account, c.mrr, running & ~leaving)
    here = np.zeros(len(c.account), dtype=np.bool_)
    here[largest] = True
    months = terms["term_months"].to_numpy().astype(np.int64)
    ahead = np.isin(c.account, c.account[c.start > cut])
    goes_on = here & (c.end < OPEN) & (c.renewed | ahead)
    due = next_decisions(c.start[here], c.end[here], months[here], goes_on[here], cut)
    lead = lead_days(months[here], organisation().landmark_days)
    life = lives(found, today, scope)
    began = np.minimum(_first_days(life.account, life.start, c.account[here]), c.start[here])
    nth = np.rint((due - began) / DAYS_A_MONTH / months[here])
    return Terms(
        account=c.account[here],
        months=months[here],
        first=(due - cut) / DAYS_A_MONTH,
        lead=lead / DAYS_A_MONTH,
        made=np.maximum(nth - 1, 0).astype(np.float64),
        tenure=np.maximum(due - began - lead, 1).astype(np.float64),
        mrr=_together(c.account, c.mrr, running & ~leaving, c.account[here]),
        noticed=int(leaving.sum()),
    )


def _largest(account: Days, mrr: Days, some: Mask) -> Days:
    """Rows of the largest contract of each account."""
    rows = np.flatnonzero(some)
    order = rows[np.lexsort((rows, -mrr[rows], account[rows]))]
    return np.asarray(order[np.unique(account[order], return_index=True)[1]], dtype=np.int64)


def _together(account: Days, mrr: Days, some: Mask, asked: Days) -> Days:
    """MRR of all contracts of each asked account."""
    who, place = np.unique(account[some], return_inverse=True)
    money = np.zeros(len(who), dtype=np.int64)
    np.add.at(money, place.reshape(-1), mrr[some])
    return np.asarray(money[np.searchsorted(who, asked)], dtype=np.int64)


def _days(column: pa.ChunkedArray) -> Days:
    whole = column.cast(pa.int32()).cast(pa.int64()).fill_null(OPEN)
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.int64)


def _first_days(accounts: Days, starts: Days, asked: Days) -> Days:
    """First paid day of each asked account; far ahead where it is not known."""
    order = np.argsort(accounts)
    known, began = accounts[order], starts[order]
    if not len(known):
        return np.full(len(asked), OPEN, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[place] == asked, began[place], OPEN).astype(np.int64)


def lifetimes(found: Book, currency: str, today: date) -> dict[int, Lifetime]:
    """The models of the page of lifetime value, for what comes after the horizon."""
    asked = ("worth.lifetimes", currency, today)
    return memory.of(found.version, asked, lambda: _lifetimes(found, currency, today))


def _lifetimes(found: Book, currency: str, today: date) -> dict[int, Lifetime]:
    everybody, made = lives(found, today, Scope(currency)), {}
    for months, ahead in TERMS.items():
        some = everybody.chosen(everybody.months == months)
        if some.watched_terms(months, SEEN_BY) < OPPORTUNITIES_NEEDED:
            continue
        projection = project(some.renewals(months), max(ahead))
        if not isinstance(projection, NoAnswer):
            made[months] = projection.fit
    return made
