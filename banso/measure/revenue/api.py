"""Recurring revenue by HTTP: the ledger of each month or quarter, and what of it stays."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.measure.revenue.ledger import KINDS
from banso.measure.revenue.overview import YearTo, overview, retention
from banso.measure.revenue.presenting import ledger_rows
from banso.measure.revenue.reads import Book, Scope, book, currencies, main_currency
from banso.prove.engine.answer import Answer, NoAnswer
from banso.shared import clock
from banso.shared.keys.problems import Refused
from banso.shared.keys.rules import REVENUE_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import part_of
from banso.shared.rest.shapes import Asked, Money, Page, Short, money

router = Router(tags=["revenue"])


class Movement(BaseModel):
    kind: str = Field(description=_("new, reactivation, expansion, contraction or churn."))
    money: Money = Field(description=_("Negative for contraction and churn."))
    customers: int


class PeriodOut(BaseModel):
    """Opening and movements make the closing, to the last unit."""

    until: date
    opening: Money
    movements: list[Movement]
    closing: Money
    customers: int = Field(description=_("Customers at the end."))


class PeriodPage(Page[PeriodOut]):
    currency: str = Field(description=_("Currencies are never added; empty without contracts."))


class Ratio(BaseModel):
    """A ratio with its 95 % interval."""

    value: float
    low: float
    high: float


class RetainedOut(BaseModel):
    """What became of the customers of a year before."""

    first: date
    last: date
    customers: int = Field(description=_("n: customers on the first day."))
    lost: int
    nrr: Ratio | None = Field(description=_("Null for too few customers, or without amounts."))
    grr: Ratio | None
    logo_churn: Ratio | None


class RetainedPage(Page[RetainedOut]):
    currency: str


class RevenueAsked(Asked):
    currency: str = Field(
        "", max_length=3, description=_("The one most customers pay in, if empty.")
    )
    segment: Short = ""


class PeriodsAsked(RevenueAsked):
    period: Literal["month", "quarter"] = "month"


@router.get(
    "/revenue/periods",
    response=PeriodPage,
    summary=_("Monthly recurring revenue by month or quarter, oldest first"),
    **needs(REVENUE_READ),
)
def list_revenue_periods(request: HttpRequest, asked: Query[PeriodsAsked]) -> PeriodPage:
    found = book()
    if found is None:
        return PeriodPage(items=[], next_cursor=None, currency="")
    scope = _scope(found, asked, 3 if asked.period == "quarter" else 1)
    seen = overview(found, scope, clock.today())
    rows = ledger_rows(seen, scope) if seen is not None and seen.shown is not None else []
    items = [
        PeriodOut(
            until=row["until"],
            opening=_money(row["opening"], scope),
            movements=[
                Movement(
                    kind=kind, money=_money(row["money"][kind], scope),
                    customers=row["movers"][kind],
                )
                for kind in KINDS
            ],
            closing=_money(row["closing"], scope),
            customers=row["customers"],
        )
        for row in rows
    ]  # fmt: skip
    kept, cursor = part_of(items, "until", asked)
    return PeriodPage(items=kept, next_cursor=cursor, currency=scope.currency)


@router.get(
    "/revenue/retention",
    response=RetainedPage,
    summary=_("NRR, GRR and customers lost over the year before the end of each quarter"),
    **needs(REVENUE_READ),
)
def list_revenue_retention(request: HttpRequest, asked: Query[RevenueAsked]) -> RetainedPage:
    found = book()
    if found is None:
        return RetainedPage(items=[], next_cursor=None, currency="")
    scope = _scope(found, asked, 1)
    seen = retention(found, scope, clock.today())
    kept, cursor = part_of([_retained(year) for year in (seen.years if seen else [])], "q", asked)
    return RetainedPage(items=kept, next_cursor=cursor, currency=scope.currency)


def _scope(found: Book, asked: RevenueAsked, months: int) -> Scope:
    known = [name for name, _n in currencies(found)]
    if asked.currency and asked.currency not in known:
        raise Refused(
            422,
            say("No contract is paid in %(currency)s: choose one of %(choices)s.")
            % {"currency": repr(asked.currency), "choices": ", ".join(known)},
            extra={"errors": [{"in": "query", "field": "currency"}]},
        )
    return Scope(asked.currency or main_currency(found), asked.segment, months)


def _money(minor: int, scope: Scope) -> Money:
    found = money(minor, scope.currency)
    return found or Money(amount="0", currency=scope.currency)


def _retained(year: YearTo) -> RetainedOut:
    found = year.found
    return RetainedOut(
        first=year.first, last=year.last, customers=found.customers, lost=found.lost,
        nrr=_ratio(found.nrr), grr=_ratio(found.grr), logo_churn=_ratio(found.logo_churn),
    )  # fmt: skip


def _ratio(found: Answer | NoAnswer) -> Ratio | None:
    if isinstance(found, NoAnswer):
        return None
    return Ratio(value=found.value, low=found.low, high=found.high)
