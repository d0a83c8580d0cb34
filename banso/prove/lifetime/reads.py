"""Lives and waits of customers, gathered from contracts and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account, TouchModel
from banso.measure.metrics.models import AccountMeasures, MetricDefinition
from banso.measure.metrics.reads import values_at
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
from banso.prove.lifetime.lives import Floats, Ints, Lives, lives_of
from banso.shared.fields.models import Kind
from banso.shared.fields.reads import fields_of
from banso.shared.money import to_minor

FIRST_SHAPES = ("days_to_first", "days_to_first_after")
FIELDS = ("segment", "touch_model", "industry")
CONTRACT = "contract"


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


def groupings() -> list[tuple[str, str]]:
    """By what customers can be told apart: key and name."""
    own = [f for f in fields_of("account") if f.kind == Kind.CHOICE]
    return [
        (CONTRACT, _("Contract")),
        ("segment", _("Segment")),
        ("touch_model", _("Touch model")),
        ("industry", _("Industry")),
        *((f"own.{field.key}", field.label) for field in own),
    ]


def groups_of(by: str) -> dict[int, str]:
    """account -> its value, where there is one; contracts are told by `Lives.months`."""
    if by.startswith("own."):
        rows = Account.objects.values_list("pk", f"custom__{by[4:]}")
    elif by in FIELDS:
        rows = Account.objects.values_list("pk", by)
    else:
        return {}
    words = {value: str(label) for value, label in TouchModel.choices}
    pairs = ((pk, str(value)) for pk, value in rows.order_by().iterator() if value)
    return {pk: words.get(value, value) if by == "touch_model" else value for pk, value in pairs}


@dataclass(frozen=True)
class Waits:
    """Days from sign-up to the first time, or until the customer left (kind 2), or until now (0).

    unknown: customers for whom the metric cannot tell, e.g. because they began before the events.
    """

    account: Ints
    days: Floats
    kind: Ints
    unknown: int


def first_metrics() -> list[MetricDefinition]:
    """The metrics that say how long it took to something first."""
    return list(MetricDefinition.objects.filter(shape__in=FIRST_SHAPES))


def waits(definition: MetricDefinition, ended: dict[int, int]) -> Waits:
    """The wait of every customer; ended: account -> day it left.

    The present values leave out who left, so theirs are measured as of that day: without them only
    those who stayed would be asked.
    """
    key = definition.key
    present = AccountMeasures.objects.order_by("pk").values_list("account_id", f"values__{key}")
    told: list[tuple[int, float, int]] = []
    unknown = 0
    for account, value in present.iterator(chunk_size=20_000):
        if account in ended:
            continue
        if not isinstance(value, dict) or value.get("v") is None:
            unknown += 1
            continue
        told.append((account, max(float(value["v"]), 0.5), 0 if value.get("c") else 1))
    gone = _measured_at_the_end(definition, ended)
    told += [wait for wait in gone if wait is not None]
    unknown += sum(wait is None for wait in gone)
    columns: list[Any] = [list(column) for column in zip(*told, strict=True)] or [[], [], []]
    return Waits(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.float64),
        np.array(columns[2], dtype=np.int64),
        unknown,
    )


def _measured_at_the_end(
    definition: MetricDefinition, ended: dict[int, int]
) -> list[tuple[int, float, int] | None]:
    """The waits of those who left (kind 2 where it had not happened by then); None: unknown."""
    signed_up = Account.objects.order_by("pk").values_list("pk", "signed_up_on")
    began = {pk: day_number(day) for pk, day in signed_up.iterator() if day and pk in ended}
    who = list(began)
    if not who:
        return [None] * len(ended)
    rows = pa.table(
        {
            "row_id": pa.array(who, pa.int64()),
            "account_id": pa.array(who, pa.int64()),
            "signed_up_day": pa.array([began[pk] for pk in who], pa.int32()),
            "as_of_day": pa.array([ended[pk] for pk in who], pa.int32()),
        }
    )
    table = values_at(definitions=[definition], rows=rows)
    names = ("row_id", definition.key, f"{definition.key}__censored")
    found: list[tuple[int, float, int] | None] = []
    for pk, value, waits_on in zip(*(table[name].to_pylist() for name in names), strict=True):
        kind = 2 if waits_on else 1
        found.append(None if value is None else (pk, max(float(value), 0.5), kind))
    return found + [None] * (len(ended) - len(who))


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
