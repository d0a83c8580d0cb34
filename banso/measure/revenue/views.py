from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from banso.measure.revenue import charts
from banso.measure.revenue.behind import (
    chosen_renewals,
    customer_lines,
    customers_csv,
    renewal_lines,
    renewals_csv,
)
from banso.measure.revenue.cohorts import AGES
from banso.measure.revenue.overview import MOVES, SIDES, movers, overview, retention
from banso.measure.revenue.presenting import (
    cards,
    cohort_csv,
    cohort_labels,
    cohort_rows,
    ledger_csv,
    ledger_rows,
    query,
    renewal_rows,
    table_rows,
    year_rows,
)
from banso.measure.revenue.reads import (
    Book,
    Scope,
    book,
    currencies,
    day_number,
    known_until,
    main_currency,
    months_before,
    names_of,
    renewals_due,
    rows_in,
    segments,
)
from banso.measure.revenue.words import CONTRACTS, KINDS, headline, percent, whole
from banso.shared import clock
from banso.shared.money import shown
from banso.shared.spreadsheets import csv_response

ON_A_PAGE = 50


def _scope(request: HttpRequest, found: Book) -> Scope:
    """What was asked for, as far as it is there."""
    currency = request.GET.get("currency", "")
    if currency not in {name for name, _n in currencies(found)}:
        currency = main_currency(found)
    months = 3 if request.GET.get("months") == "3" else 1
    return Scope(currency, request.GET.get("segment", ""), months)


def _choices(found: Book, scope: Scope) -> dict[str, Any]:
    named = segments()
    if scope.segment and scope.segment not in named:
        named.append(scope.segment)
    return {
        "scope": scope,
        "query": query(scope),
        "currencies": currencies(found),
        "segments": named,
        "trials": found.trials,
    }


@require_GET
def revenue_overview(request: HttpRequest) -> HttpResponseBase:
    """How does our recurring revenue move?"""
    found, today = book(), clock.today()
    if found is None:
        return render(request, "revenue/revenue_overview.html")
    scope = _scope(request, found)
    context = _choices(found, scope)
    seen = overview(found, scope, today)
    if seen is None:
        return render(
            request, "revenue/revenue_overview.html", context | {"nothing_in_scope": True}
        )
    rows = ledger_rows(seen, scope)
    if request.GET.get("format") == "csv":
        header, *lines = ledger_csv(rows, scope.currency)
        return csv_response(f"{_('Revenue')} {scope.currency}.csv", header, lines)
    year, top = seen.year, seen.year.top if seen.year else None
    context |= {
        "seen": seen,
        "answer": headline(seen, scope.currency),
        "old": seen.cut if seen.cut != today else None,
        "cards": cards(seen, scope),
        "rows": table_rows(rows, scope.currency),
        "chart": charts.movements(rows, scope.currency) if rows else None,
        "kinds": [KINDS[kind] for kind in MOVES],
        "renewals": renewal_rows(seen.renewals, seen, scope),
        "product": percent(year.product) if year and year.product is not None else "",
        "year": year,
        "top": top,
        "top_name": names_of([top.account_id]).get(top.account_id, "") if top else "",
        "top_share": percent(top.share) if top else "",
        "without_top": percent(top.nrr_without) if top and top.nrr_without is not None else "",
        "undecided_money": shown(seen.undecided_money, scope.currency),
    }
    return render(request, "revenue/revenue_overview.html", context)


@require_GET
def revenue_retention(request: HttpRequest) -> HttpResponseBase:
    """Do customers, and their money, stay?"""
    found = book()
    if found is None:
        return render(request, "revenue/revenue_retention.html")
    scope = _scope(request, found)
    context = _choices(found, scope)
    seen = retention(found, scope, clock.today())
    if seen is None:
        context["nothing_in_scope"] = True
        return render(request, "revenue/revenue_retention.html", context)
    if request.GET.get("format") == "csv":
        header, *lines = cohort_csv(seen.cohorts)
        name = _("Cohorts")
        return csv_response(f"{name}.csv", header, lines)
    years = year_rows(seen.years, scope)
    course = charts.cohort_course(seen.cohorts, cohort_labels(seen.cohorts))
    context |= {
        "seen": seen,
        "last": years[-1] if years else None,
        "years": list(reversed(years)),
        "years_chart": charts.retention_course(years) if len(years) > 1 else None,
        "cohorts": cohort_rows(seen.cohorts, scope),
        "cohorts_chart": course if course["series"] else None,
        "ages": AGES,
    }
    return render(request, "revenue/revenue_retention.html", context)


@require_GET
def revenue_customers(request: HttpRequest) -> HttpResponseBase:
    """Which customers are behind a figure of revenue?"""
    found = book()
    first, last = (_day(request, name) for name in ("first", "last"))
    which = request.GET.get("which", "closing")
    if found is None or first is None or last is None or which not in (*MOVES, *SIDES):
        return render(request, "revenue/revenue_customers.html", {"unknown": True}, status=404)
    scope = _scope(request, found)
    lines = movers(found, scope, first, last, which)
    if request.GET.get("format") == "csv":
        return customers_csv(str(KINDS[which]), lines, scope.currency)
    page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    asked = {"first": first.isoformat(), "last": last.isoformat(), "which": which}
    context = {
        "kind": KINDS[which],
        "first": first,
        "last": last,
        "page": page,
        "lines": customer_lines(list(page), scope.currency),
        "n": whole(len(lines)),
        "before": shown(sum(line.before for line in lines), scope.currency),
        "after": shown(sum(line.after for line in lines), scope.currency),
        "query": query(scope, **asked),
        "back": query(scope),
        "scope": scope,
    }
    return render(request, "revenue/revenue_customers.html", context)


@require_GET
def revenue_renewals(request: HttpRequest) -> HttpResponseBase:
    """Which contracts were due in the past year, and were they renewed?"""
    found, today = book(), clock.today()
    if found is None:
        return render(request, "revenue/revenue_renewals.html", {"unknown": True}, status=404)
    scope = _scope(request, found)
    contract = request.GET.get("contract", "")
    contract = contract if contract in CONTRACTS else ""
    until = known_until(found, today)
    cut = day_number(until)
    first = int(months_before(cut, [12])[0]) + 1
    due = renewals_due(found, rows_in(found, scope), first, cut)
    outcome = request.GET.get("outcome", "")
    due = chosen_renewals(due, contract, outcome)
    if request.GET.get("format") == "csv":
        return renewals_csv(due, scope.currency)
    page = Paginator(range(due.num_rows), ON_A_PAGE).get_page(request.GET.get("page"))
    here = due.slice(page[0], len(page)) if len(page) else due
    context = {
        "contract": CONTRACTS[contract],
        "outcome": outcome,
        "until": until,
        "page": page,
        "lines": list(renewal_lines(here, scope.currency)),
        "n": whole(due.num_rows),
        "query": query(scope, contract=contract),
        "back": query(scope),
        "scope": scope,
    }
    return render(request, "revenue/revenue_renewals.html", context)


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
