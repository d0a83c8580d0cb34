from __future__ import annotations

from typing import Any

import numpy as np
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from banso.measure.revenue.reads import Book, Scope, book, currencies, main_currency
from banso.measure.revenue.words import whole
from banso.prove.lifetime import charts, factor_words, presenting
from banso.prove.lifetime.curves import (
    FIRST_DAYS,
    compared,
    months_seen,
    reaching,
    reaching_groups,
    staying,
)
from banso.prove.lifetime.factors import Refused, factors
from banso.prove.lifetime.forms import ValueForm
from banso.prove.lifetime.gathering import (
    Asked,
    asked_first,
    asked_grouping,
    asked_months,
    labels_of,
    left_days,
    standing_before,
    worth_context,
)
from banso.prove.lifetime.groups import groupings
from banso.prove.lifetime.margins import plans
from banso.prove.lifetime.reads import first_money, lives, with_twins
from banso.prove.lifetime.waits import first_times, waits
from banso.prove.lifetime.words import (
    CONTRACTS,
    SHORT_DAYS,
    difference_told,
    money_told,
    no_year_yet,
    reaching_answer,
    staying_answer,
)
from banso.shared import clock
from banso.shared.spreadsheets import csv_response

ON_A_PAGE = 50


@require_GET
def survival(request: HttpRequest) -> HttpResponseBase:
    """How long do customers stay?"""
    found = book()
    whole_life = lives(found, clock.today()) if found else None
    if found is None or whole_life is None or not len(whole_life.account):
        return render(request, "lifetime/survival.html", {"nothing": True})
    currency, by = main_currency(found), asked_grouping(request)
    paid = first_money(found, whole_life, currency)
    everybody = staying(_("All customers"), whole_life, paid)
    side = compared(whole_life, labels_of(whole_life, by), paid) if by else None
    shown = side.groups if side and side.groups else [everybody]
    months = months_seen(shown)
    if request.GET.get("format") == "csv":
        header, *lines = presenting.staying_csv(shown)
        return csv_response(f"{_('Staying')}.csv", header, lines)
    context = {
        "answer": staying_answer(everybody, whole_life.watched_days),
        "not_yet": no_year_yet(everybody, whole_life),
        "rows": presenting.staying_rows(shown, by if side and side.groups else "", months),
        "chart": charts.staying_chart(shown) if everybody.left else None,
        "test": difference_told(side.test) if side else "",
        "money_answer": money_told(everybody),
        "currency": currency if len(currencies(found)) > 1 else "",
        "small": side.small if side else 0,
        "no_groups": bool(side and not side.groups),
        "months": months,
        "at_risk_months": (0, *months),
        "groupings": groupings(),
        "by": by,
        "unseen": whole_life.unseen,
        "late": whole(float((whole_life.entry > 0).sum())),
        "short": whole_life.watched_days < SHORT_DAYS and bool(whole_life.entry.any()),
        "any_late": bool((whole_life.entry > 0).any()),
    }
    return render(request, "lifetime/survival.html", context)


@require_GET
def staying_factors(request: HttpRequest) -> HttpResponseBase:
    """What goes with leaving sooner?"""
    found = book()
    some = lives(found, clock.today()) if found else None
    if found is None or some is None or not len(some.account):
        return render(request, "lifetime/staying_factors.html", {"nothing": True})
    model = factors(found, some, main_currency(found))
    context: dict[str, Any]
    if isinstance(model, Refused):
        context = {
            "answer": _("Not enough data yet."),
            "refusal": factor_words.refused(model, some),
            "untold": factor_words.untold_words(model.untold),
        }
        return render(request, "lifetime/staying_factors.html", context)
    if request.GET.get("format") == "csv":
        header, *lines = factor_words.as_file(model)
        return csv_response(f"{_('Factors')}.csv", header, lines)
    context = {
        "answer": factor_words.answer(model),
        "rows": factor_words.rows(model),
        "chart": factor_words.chart(model),
        "assumption": factor_words.proportionality(model),
        "order": factor_words.order_told(model),
        "without_room": factor_words.listed(model.without_room),
        "changed": factor_words.listed(model.changed),
        "untold": factor_words.untold_words(model.untold),
        "late": whole(float((some.entry > 0).sum())),
        "any_late": bool((some.entry > 0).any()),
    }
    return render(request, "lifetime/staying_factors.html", context)


@require_GET
def first_time(request: HttpRequest) -> HttpResponseBase:
    """How long until customers get there?"""
    firsts, terms, today = first_times(), book(), clock.today()
    chosen = asked_first(request, firsts)
    context: dict[str, Any] = {"metrics": firsts, "chosen": chosen, "by": ""}
    found = waits(chosen, left_days(terms, today), today) if chosen else None
    if chosen is None or found is None or not len(found.account):
        context |= {"nothing": True, "unknown": found.unknown if found else 0}
        return render(request, "lifetime/first_time.html", context)
    everybody, by = reaching(_("All customers"), found.days, found.kind), asked_grouping(request)
    lived = lives(terms, today) if terms else None
    groups, small = reaching_groups(found, labels_of(found, by, lived)) if by else ([], 0)
    shown = groups or [everybody]
    if request.GET.get("format") == "csv":
        header, *lines = presenting.reaching_csv(shown)
        return csv_response(f"{chosen.name}.csv", header, lines)
    context |= {
        "answer": reaching_answer(everybody),
        "rows": presenting.reaching_rows(shown, chosen.key, by if groups else ""),
        "chart": charts.reaching_chart(shown) if everybody.reached else None,
        "days": FIRST_DAYS,
        "groupings": groupings(),
        "by": by,
        "small": small,
        "no_groups": bool(by and not groups),
        "unknown": found.unknown,
    }
    return render(request, "lifetime/first_time.html", context)


@require_GET
def first_time_customers(request: HttpRequest) -> HttpResponseBase:
    """Which customers got there, and how long did it take?"""
    terms, today = book(), clock.today()
    chosen = asked_first(request, first_times())
    found = waits(chosen, left_days(terms, today), today) if chosen else None
    if chosen is None or found is None:
        return render(request, "lifetime/first_time_customers.html", {"nothing": True}, status=404)
    by, value = asked_grouping(request), request.GET.get("value", "")
    mine = np.ones(len(found.account), dtype=np.bool_)
    if by and value:
        lived = lives(terms, today) if terms else None
        mine &= np.asarray(labels_of(found, by, lived), dtype=object) == value
    state = request.GET.get("state", "")
    if state in presenting.STATES:
        mine &= found.kind == presenting.STATES[state]
    places = np.flatnonzero(mine)
    places = places[np.lexsort((places, -found.days[places]))].tolist()
    if request.GET.get("format") == "csv":
        header, *lines = presenting.waits_csv(found, places)
        return csv_response(f"{chosen.name}.csv", header, lines)
    page = Paginator(places, ON_A_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    for name in ("page", "format"):
        asked.pop(name, None)
    context = {
        "chosen": chosen,
        "value": value,
        "n": whole(len(places)),
        "page": page,
        "lines": presenting.wait_lines(found, list(page)),
        "query": asked.urlencode(),
    }
    return render(request, "lifetime/first_time_customers.html", context)


@require_GET
def lifetime_value(request: HttpRequest) -> HttpResponseBase:
    """What are our customers still worth?"""
    found = book()
    if found is None:
        return render(request, "lifetime/lifetime_value.html", {"nothing": True})
    scope = _scope(request, found)
    everybody = lives(found, clock.today(), scope)
    months = asked_months(request, everybody)
    some = everybody.chosen(everybody.months == months)
    form = ValueForm.of(request.GET, plans())
    fields = (request.GET.get("cost", ""), request.GET.get("serving", ""))
    asked = Asked(months, form.assumptions(), form.plan_margins(), *fields)
    context, rows = worth_context(found, scope, some, asked)
    if request.GET.get("format") == "csv":
        header, *lines = presenting.ranked_csv(rows, scope.currency)
        return csv_response(f"{_('Lifetime value')}.csv", header, lines)
    context |= {
        "form": form,
        "scope": scope,
        "currencies": currencies(found),
        "contracts": [(m, CONTRACTS[m], int((everybody.months == m).sum())) for m in CONTRACTS],
        "contract": months,
        "asked": request.GET.urlencode(),
        "twins": with_twins(found),
        "other": int((~np.isin(everybody.months, list(CONTRACTS))).sum()),
    }
    return render(request, "lifetime/lifetime_value.html", context)


@require_GET
def lifetime_customers(request: HttpRequest) -> HttpResponseBase:
    """Which customers are behind a curve?"""
    found = book()
    if found is None:
        return render(request, "lifetime/lifetime_customers.html", {"nothing": True}, status=404)
    whole_life = lives(found, clock.today(), Scope(request.GET.get("currency", "")))
    by, value = asked_grouping(request), request.GET.get("value", "")
    mine = standing_before(request, whole_life)
    if by and value:
        mine &= np.asarray(labels_of(whole_life, by), dtype=object) == value
    state = request.GET.get("state", "")
    if state in ("left", "here"):
        mine &= whole_life.left == (state == "left")
    places = np.flatnonzero(mine)
    places = places[np.lexsort((places, -whole_life.days[places]))].tolist()
    if request.GET.get("format") == "csv":
        header, *lines = presenting.lives_csv(whole_life, places)
        return csv_response(f"{_('Customers')}.csv", header, lines)
    page = Paginator(places, ON_A_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    for name in ("page", "format", "state"):
        asked.pop(name, None)
    context = {
        "value": value,
        "state": state,
        "n": whole(len(places)),
        "page": page,
        "lines": list(presenting.life_lines(whole_life, list(page))),
        "query": asked.urlencode(),
    }
    return render(request, "lifetime/lifetime_customers.html", context)


def _scope(request: HttpRequest, found: Book) -> Scope:
    currency = request.GET.get("currency", "")
    if currency not in {name for name, _n in currencies(found)}:
        currency = main_currency(found)
    return Scope(currency)
