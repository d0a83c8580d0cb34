"""Lives of customers gathered from contracts, and what they paid and cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow.compute as pc

from banso.know.accounts.models import Account
from banso.measure.revenue.memory import memory
from banso.measure.revenue.reads import (
    Book,
    Scope,
    day_number,
    known_until,
    question,
    rows_in,
)
from banso.measure.revenue.spans import spans_of
from banso.prove.lifetime.lives import Floats, Lives, lives_of
from banso.shared.fields.models import Kind
from banso.shared.fields.reads import fields_of
from banso.shared.money import to_minor


def lives(found: Book, today: date, scope: Scope | None = None) -> Lives:
    """Every customer's life as known today, in all currencies or one."""
    scope = scope or Scope("")
    asked = question(found, scope, "lives", today)
    return memory.of(found.version, asked, lambda: _lives(found, today, scope))


def _lives(found: Book, today: date, scope: Scope) -> Lives:
    cut = day_number(known_until(found, today))
    rows = rows_in(found, scope)
    terms = found.terms.filter(rows)
    account = terms["account_id"].to_numpy().astype(np.int64)
    order = np.lexsort((found.contracts.start[rows], account))
    who, first = np.unique(account[order], return_index=True)
    months = terms["term_months"].to_numpy().astype(np.int64)[order][first]
    return lives_of(spans_of(found.contracts.chosen(rows), cut), (who, months), cut)


def with_twins(found: Book) -> int:
    """Customers with two paid contracts of the same days and amount, perhaps imported twice."""
    alike = ["account_id", "start", "end", "mrr_minor", "currency"]
    priced = found.terms.filter(pc.greater(found.terms["mrr_minor"], 0))
    groups = priced.group_by(alike).aggregate([([], "count_all")])
    return len(pc.unique(groups.filter(pc.greater(groups["count_all"], 1))["account_id"]))


def first_money(found: Book, some: Lives, currency: str) -> Floats:
    """What each of these customers paid a month at first in a currency; 0 where none is known."""
    paid = first_payments(found, Scope(currency))
    return np.array([paid.get(int(pk), 0) for pk in some.account], dtype=np.float64)


def costs(key: str, currency: str) -> dict[int, float]:
    """What it cost to win each customer, in minor units, from a number field of its own."""
    rows = Account.objects.order_by().values_list("pk", f"custom__{key}")
    return {
        pk: float(to_minor(Decimal(str(value)), currency))
        for pk, value in rows.iterator()
        if isinstance(value, int | float) and value > 0
    }


def cost_fields() -> list[tuple[str, str]]:
    """Number fields of customers, any of which may be the cost of winning them."""
    return [(f.key, f.label) for f in fields_of("account") if f.kind == Kind.NUMBER]


def first_payments(found: Book, scope: Scope) -> dict[int, int]:
    """account -> what it paid a month on its first paid day."""
    rows = rows_in(found, scope)
    c = found.contracts.chosen(rows)
    paid = c.chosen(c.mrr > 0)
    who, place = np.unique(paid.account, return_inverse=True)
    place = place.reshape(-1)
    first = np.full(len(who), np.iinfo(np.int64).max)
    np.minimum.at(first, place, paid.start)
    money = np.zeros(len(who), dtype=np.int64)
    on_first = paid.start == first[place]
    np.add.at(money, place[on_first], paid.mrr[on_first])
    return dict(zip(who.tolist(), money.tolist(), strict=True))
