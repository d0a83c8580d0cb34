"""What the pages of revenue rest on, as numbers without words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from banso.measure.revenue.cohorts import Cohort, cohorts
from banso.measure.revenue.ledger import NEW, Ledger, ledger, month_ends, watched_since
from banso.measure.revenue.memory import memory
from banso.measure.revenue.ratios import Retained, retained
from banso.measure.revenue.reads import (
    Book,
    Scope,
    day_number,
    day_of,
    known_until,
    ledger_of,
    months_before,
    question,
    renewals_due,
    rows_in,
)
from banso.measure.revenue.spans import Ints, Mask, Spans, spans_of
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.bootstrap import money_ratios
from banso.prove.engine.proportions import rate
from banso.shared.users.reads import organisation

SHOWN = {1: 24, 3: 12}
YEAR = tuple(range(12, -1, -1))
QUARTERS_BACK = 8
COHORTS_SHOWN = 12


@dataclass(frozen=True)
class Renewals:
    """Decisions due in a span of days, by kind of contract ("" = all): count and money."""

    contract: str
    due: int
    renewed: int
    money_due: int
    money_renewed: int
    by_count: Answer | NoAnswer
    by_money: Answer | NoAnswer


@dataclass(frozen=True)
class Overview:
    """One scope on one day. `shown`: the first period of `books` to show; None: nothing has been
    watched for a whole period. `year`: what became of those who were customers a year before the
    cut, None while nobody was being watched then (it may be told from `year_from` on).
    """

    cut: date
    year_before: date
    books: Ledger
    shown: int | None
    year: Retained | None
    year_from: date
    renewals: list[Renewals]
    undecided: int
    undecided_money: int
    unpriced: int
    new_per_month: float

    @property
    def mrr(self) -> int:
        return int(self.books.closing[-1])

    @property
    def customers(self) -> int:
        return int(self.books.customers[-1])


def overview(found: Book, scope: Scope, today: date) -> Overview | None:
    """The numbers of the page, or None while nothing is in scope."""
    asked = question(found, scope, "overview", today)
    return memory.of(found.version, asked, lambda: _overview(found, scope, today))


def _overview(found: Book, scope: Scope, today: date) -> Overview | None:
    until, rows = known_until(found, today), rows_in(found, scope)
    cut = day_number(until)
    spans = spans_of(found.contracts.chosen(rows), cut)
    if not len(spans.account):
        return None
    books = ledger_of(spans, cut, scope)
    watched = watched_since(spans, books.days)
    year_days = months_before(cut, YEAR)
    since = int(books.days[min(watched, books.periods)])
    begin = max(since, int(spans.start.min()))
    now = spans.at(cut)
    period = slice(max(watched, books.periods - 12 // scope.months), None)
    return Overview(
        cut=until,
        year_before=day_of(int(year_days[0])),
        books=books,
        shown=max(watched, books.periods - SHOWN[scope.months])
        if watched < books.periods
        else None,
        year=retained(ledger(spans, year_days)) if year_days[0] >= begin else None,
        year_from=day_of(int(months_before(begin, [-12])[0])),
        renewals=_renewals(found, rows, int(year_days[0]) + 1, cut),
        undecided=len(np.unique(spans.account[spans.undecided & now])),
        undecided_money=int(spans.mrr[spans.undecided & now].sum()),
        unpriced=len(np.unique(spans.account[now & ~spans.priced])),
        new_per_month=float(books.movers[period, NEW].sum()) / 12,
    )


def _renewals(found: Book, rows: Mask, first: int, last: int) -> list[Renewals]:
    table = renewals_due(found, rows, first, last)
    names = np.asarray(table["contract"].to_numpy(zero_copy_only=False), dtype=object)
    lost = np.asarray(table["not_renewed"].to_numpy(zero_copy_only=False), dtype=bool)
    money = np.asarray(
        table["mrr_minor"].cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    )
    account = np.asarray(table["account_id"].to_numpy(zero_copy_only=False))
    kinds = [k for k in ("monthly", "under_a_year", "annual", "multi_year") if (names == k).any()]
    picks = [("", np.ones(len(names), dtype=bool))] if len(kinds) != 1 else []
    picks += [(kind, names == kind) for kind in kinds]
    return [_renewed(kind, lost[mine], money[mine], account[mine]) for kind, mine in picks]


def _renewed(contract: str, lost: Mask, money: Ints, account: Ints) -> Renewals:
    n = len(lost)
    _accounts, place = np.unique(account, return_inverse=True)
    due = np.bincount(place.reshape(-1), weights=money)
    kept = np.bincount(place.reshape(-1), weights=np.where(lost, 0, money))
    return Renewals(
        contract=contract,
        due=n,
        renewed=int((~lost).sum()),
        money_due=int(money.sum()),
        money_renewed=int(money[~lost].sum()),
        by_count=rate(int((~lost).sum()), n) if n else NoAnswer("nothing_due"),
        by_money=money_ratios(kept, due)[0],
    )


@dataclass(frozen=True)
class YearTo:
    """What became, by the end of a quarter, of those who were customers a year before."""

    first: date
    last: date
    found: Retained


@dataclass(frozen=True)
class Retention:
    """NRR and GRR at the ends of quarters, and the cohorts. by_year: cohorts are fiscal years."""

    cut: date
    years: list[YearTo]
    cohorts: list[Cohort]
    by_year: bool


def retention(found: Book, scope: Scope, today: date) -> Retention | None:
    """The numbers of the page of retention, or None while nothing is in scope."""
    asked = question(found, scope, "retention", today)
    return memory.of(found.version, asked, lambda: _retention(found, scope, today))


def _retention(found: Book, scope: Scope, today: date) -> Retention | None:
    until, rows = known_until(found, today), rows_in(found, scope)
    cut = day_number(until)
    spans = spans_of(found.contracts.chosen(rows), cut)
    if not len(spans.account):
        return None
    fiscal = organisation().fiscal_year_start
    start = int(spans.start.min())
    quarters = month_ends(start, cut, months=3, fiscal_start=fiscal)
    watched = int(quarters[min(watched_since(spans, quarters), len(quarters) - 1)])
    by_year = len(quarters) > COHORTS_SHOWN + 1
    edges = month_ends(start, cut, months=12 if by_year else 3, fiscal_start=fiscal)
    return Retention(
        until,
        _years(spans, quarters[-1 - QUARTERS_BACK :], watched),
        cohorts(spans, edges, cut)[-COHORTS_SHOWN:],
        by_year,
    )


def _years(spans: Spans, ends: Ints, watched: int) -> list[YearTo]:
    years = []
    for end in ends.tolist():
        before = int(months_before(end, [12])[0])
        if before >= watched:
            found = retained(ledger(spans, [before, end]))
            if found.customers:
                years.append(YearTo(day_of(before), day_of(end), found))
    return years


@dataclass(frozen=True)
class Mover:
    """One customer between two days."""

    account_id: int
    before: int
    after: int


MOVES = ("new", "reactivation", "expansion", "contraction", "churn")
SIDES = ("opening", "closing", "lost", "kept")


def movers(found: Book, scope: Scope, first: date, last: date, which: str) -> list[Mover]:
    """The customers behind a figure, the largest change first.

    which: a movement of the ledger between the ends of the two days, "opening" and "closing" for
    all who were customers then, "lost" and "kept" for the opening ones who are customers no longer
    or still.
    """
    a, b = day_number(first), day_number(last)
    if a >= b:
        return []
    spans = spans_of(found.contracts.chosen(rows_in(found, scope)), b)
    books = ledger(spans, [a, b])
    before, was = books.standing(0)
    after, still = books.standing(1)
    if which in MOVES:
        rows = (books.period == 1) & (books.kind == MOVES.index(which))
        mine = books.account[rows]
    else:
        mine = np.flatnonzero(
            {"opening": was, "closing": still, "lost": was & ~still, "kept": was & still}[which]
        )
    change = np.abs(after[mine] - before[mine])
    order = mine[np.lexsort((mine, -np.maximum(after[mine], before[mine]), -change))]
    return [Mover(int(books.accounts[i]), int(before[i]), int(after[i])) for i in order.tolist()]
