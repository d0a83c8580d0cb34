"""The numbers of the pages as rows, cards and files, ready to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.measure.revenue.cohorts import AGES, Cohort
from banso.measure.revenue.ledger import KINDS as MOVES
from banso.measure.revenue.overview import Overview, Renewals, YearTo
from banso.measure.revenue.reads import Scope, day_of
from banso.measure.revenue.words import (
    CONTRACTS,
    KINDS,
    few_changed,
    percent,
    whole,
    with_interval,
)
from banso.prove.engine.answer import Answer, NoAnswer
from banso.shared.money import CURRENCIES, shown


@dataclass(frozen=True)
class Card:
    """One figure: what it is, its interval and n, and the customers behind it."""

    name: str
    value: str
    detail: str
    link: str
    caution: str = ""


def query(scope: Scope, **more: Any) -> str:
    """The scope as the end of an address."""
    asked = {"currency": scope.currency, "segment": scope.segment, "months": scope.months}
    return urlencode({k: v for k, v in {**asked, **more}.items() if v not in ("", None)})


def customers_link(scope: Scope, first: date, last: date, which: str) -> str:
    asked = query(scope, first=first.isoformat(), last=last.isoformat(), which=which)
    return f"{reverse('revenue:revenue_customers')}?{asked}"


def period_label(first: int, last: int, months: int) -> str:
    """The month, or the quarter by its first and last month."""
    begin, end = day_of(first + 1), day_of(last)
    if months == 1:
        return date_format(end, "Y-m")
    return f"{date_format(begin, 'Y-m')}–{date_format(end, 'm')}"


def ledger_rows(seen: Overview, scope: Scope) -> list[dict[str, Any]]:
    """One row per period that is shown, the oldest first."""
    books = seen.books
    rows = []
    for p in range(seen.shown if seen.shown is not None else books.periods, books.periods):
        first, last = day_of(books.days[p]), day_of(books.days[p + 1])
        rows.append(
            {
                "label": period_label(int(books.days[p]), int(books.days[p + 1]), scope.months),
                "until": last,
                "opening": int(books.closing[p]),
                "closing": int(books.closing[p + 1]),
                "customers": int(books.customers[p + 1]),
                "money": {kind: int(books.moved[p, k]) for k, kind in enumerate(MOVES)},
                "movers": {kind: int(books.movers[p, k]) for k, kind in enumerate(MOVES)},
                "links": {kind: customers_link(scope, first, last, kind) for kind in MOVES},
                "closing_link": customers_link(scope, first, last, "closing"),
            }
        )
    return rows


def table_rows(rows: Sequence[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """The same for the table on the page, the latest first, money in words."""
    return [
        {
            "label": row["label"],
            "opening": shown(row["opening"], currency),
            "closing": shown(row["closing"], currency),
            "closing_link": row["closing_link"],
            "customers": whole(row["customers"]),
            "moves": [
                {
                    "name": KINDS[kind],
                    "money": shown(row["money"][kind], currency) if row["movers"][kind] else "",
                    "n": row["movers"][kind],
                    "link": row["links"][kind],
                }
                for kind in MOVES
            ],
        }
        for row in reversed(rows)
    ]


def amount(minor: int, currency: str) -> str:
    """The amount as a plain number for a file."""
    decimals = CURRENCIES.get(currency, 2)
    return f"{minor / 10**decimals:.{decimals}f}"


def ledger_csv(rows: Sequence[dict[str, Any]], currency: str) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    names = [str(KINDS[kind]) for kind in MOVES]
    yield [
        _("Until"), _("Currency"), _("MRR at the start"), *names, _("MRR at the end"),
        _("Customers at the end"), *(f"{name} ({_('Customers')})" for name in names),
    ]  # fmt: skip
    for row in rows:
        yield [
            row["until"], currency, amount(row["opening"], currency),
            *(amount(row["money"][kind], currency) for kind in MOVES),
            amount(row["closing"], currency), row["customers"],
            *(row["movers"][kind] for kind in MOVES),
        ]  # fmt: skip


def cards(seen: Overview, scope: Scope) -> list[Card]:
    """The figures of the past year."""
    year = seen.year
    if year is None:
        return []
    first, last = seen.year_before, seen.cut
    behind = customers_link(scope, first, last, "opening")
    of = _("%(n)s customers of %(day)s") % {
        "n": whole(year.customers), "day": date_format(first, "SHORT_DATE_FORMAT"),
    }  # fmt: skip
    return [
        _card(_("NRR: money kept, with increases"), year.nrr, of, behind),
        _card(_("GRR: money kept, without increases"), year.grr, of, behind),
        _card(
            _("Customers lost"),
            year.logo_churn,
            _("%(lost)s of %(of)s") % {"lost": whole(year.lost), "of": of},
            customers_link(scope, first, last, "lost"),
        ),
    ]


def _card(name: str, found: Answer | NoAnswer, detail: str, link: str) -> Card:
    if isinstance(found, NoAnswer):
        return Card(name, "–", _("Too few for a rate. %(n)s") % {"n": detail}, link)
    limits = _("95%% interval %(low)s–%(high)s") % {
        "low": percent(found.low), "high": percent(found.high),
    }  # fmt: skip
    return Card(name, percent(found.value), f"{limits} · {detail}", link, few_changed(found))


def renewal_rows(found: Sequence[Renewals], seen: Overview, scope: Scope) -> list[dict[str, Any]]:
    return [
        {
            "name": CONTRACTS[each.contract],
            "due": whole(each.due),
            "renewed": whole(each.renewed),
            "rate": with_interval(each.by_count),
            "money_due": shown(each.money_due, scope.currency),
            "money_rate": with_interval(each.by_money),
            "link": f"{reverse('revenue:revenue_renewals')}?{query(scope, contract=each.contract)}",
        }
        for each in found
        if each.due
    ]


def year_rows(years: Sequence[YearTo], scope: Scope) -> list[dict[str, Any]]:
    """NRR, GRR and customers lost over the year before each quarter's end."""
    return [
        {
            "label": date_format(year.last, "Y-m"),
            "nrr": with_interval(year.found.nrr),
            "grr": with_interval(year.found.grr),
            "nrr_value": _value(year.found.nrr),
            "grr_value": _value(year.found.grr),
            "lost": whole(year.found.lost),
            "lost_rate": with_interval(year.found.logo_churn),
            "customers": whole(year.found.customers),
            "link": customers_link(scope, year.first, year.last, "opening"),
            "lost_link": customers_link(scope, year.first, year.last, "lost"),
        }
        for year in years
    ]


def _value(found: Answer | NoAnswer) -> float | None:
    return round(found.value, 4) if isinstance(found, Answer) else None


def limits(found: Answer | NoAnswer) -> str:
    """The 95% interval in whole per cent, for a narrow cell."""
    if isinstance(found, NoAnswer):
        return ""
    return f"{100 * found.low:.0f}–{100 * found.high:.0f}%"


def cohort_labels(cohorts: Sequence[Cohort]) -> list[str]:
    return [
        f"{date_format(day_of(c.first), 'Y-m')}–{date_format(day_of(c.last), 'Y-m')}"
        for c in cohorts
    ]


def cohort_rows(cohorts: Sequence[Cohort], scope: Scope) -> list[dict[str, Any]]:
    """One row per cohort: share still there and money at each age; "" = not that old yet."""
    rows = []
    for label, cohort in zip(cohort_labels(cohorts), cohorts, strict=True):
        cells: list[dict[str, str] | None] = []
        for cell in cohort.cells:
            if cell is None:
                cells.append(None)
                continue
            small = isinstance(cell.logos, NoAnswer)
            cells.append(
                {
                    "share": "" if small else percent(_value(cell.logos) or 0.0),
                    "limits": limits(cell.logos),
                    "there": whole(cell.there),
                    "money": "" if cell.money is None or small else percent(cell.money),
                }
            )
        first, last = day_of(cohort.first - 1), day_of(cohort.last)
        rows.append(
            {
                "label": label,
                "customers": whole(cohort.customers),
                "cells": cells,
                "link": customers_link(scope, first, last, "new"),
            }
        )
    return rows


def cohort_csv(cohorts: Sequence[Cohort]) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    ages = [_("after %(n)s months") % {"n": age} for age in AGES]
    yield [
        _("Came in"), _("Customers"), *(f"{_('Still there')} {age}" for age in ages),
        *(f"{_('Money')} {age}" for age in ages),
    ]  # fmt: skip
    for label, cohort in zip(cohort_labels(cohorts), cohorts, strict=True):
        there = [cell.there if cell else "" for cell in cohort.cells]
        money = [
            "" if cell is None or cell.money is None else round(cell.money, 4)
            for cell in cohort.cells
        ]
        yield [label, cohort.customers, *there, *money]
