from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.know.subscriptions.reads import last_known_day
from banso.listen.imports.reading.faults import Unreadable
from banso.listen.imports.sentences import sentence
from banso.prove.effects import pages, reads
from banso.prove.effects.forms import forms_for
from banso.prove.effects.holdouts import drawn
from banso.prove.effects.kept_rows import kept_rows
from banso.prove.effects.models import Measure, MeasureState, Origin, Result
from banso.prove.effects.presenting import (
    behind_lines,
    list_rows,
    result_csv,
    result_page,
    unread_told,
)
from banso.prove.effects.writes import (
    NotADraft,
    ask_for_result,
    begin_holdout,
    begin_measure,
    draft_measure,
    remove_measure,
)
from banso.prove.studies.models import RunState
from banso.shared import clock
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in

LINES_ON_A_PAGE = 50


@require_GET
def measure_list(request: HttpRequest) -> HttpResponse:
    """What was done, and did it work?"""
    found = list(reads.measures())
    context = {
        "rows": list_rows(found, reads.latest_results(measure.pk for measure in found)),
        "may_define": signed_in(request).may("define"),
        "contracts": last_known_day(clock.today()) is not None,
    }
    return render(request, "effects/measure_list.html", context)


@require_http_methods(["GET", "POST"])
def measure_new(request: HttpRequest) -> HttpResponse:
    """Write down what was done, for whom and why, before anything is computed."""
    user = allowed(request, "define")
    origin = request.GET.get("origin", "")
    if origin not in pages.possible_origins():
        return render(request, "effects/measure_new.html", {"origins": pages.origin_cards()})
    form, where = forms_for(origin, request)
    if request.method == "POST" and form.is_valid() and where.is_valid():
        try:
            given = pages.where_given(origin, form, where)
        except Unreadable as error:
            where.add_error("file", sentence(error.fault))
        else:
            measure = draft_measure(by=user, origin=origin, **form.asked, **given)
            return redirect("effects:measure_check", measure.pk)
    context = {"origin": origin, "form": form, "where": where, "label": Origin(origin).label}
    status = 400 if form.errors or where.errors else 200
    return render(request, "effects/measure_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def measure_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Is this what was meant? Nothing is computed or drawn before somebody says so."""
    user, measure = allowed(request, "define"), reads.measure_for(pk)
    if measure.state != MeasureState.DRAFT:
        return redirect("effects:measure_detail", pk)
    plan = None
    if measure.is_holdout:
        plan = pages.plan_of(measure)
    if request.method == "POST" and (plan is None or pages.can_show(measure, plan)):
        try:
            if plan is None:
                begin_measure(by=user, measure=measure)
            else:
                key, held_out = drawn(plan, measure.params["share"])
                begin_holdout(
                    by=user, measure=measure, key=key, held_out=held_out, strata=plan.strata,
                    share=measure.params["share"], segment=measure.params["segment"],
                    base_rate=plan.base_rate, smallest=plan.smallest,
                    looks=pages.looks_kept(plan),
                )  # fmt: skip
        except NotADraft:
            messages.info(request, _("This was begun already."))
        return redirect("effects:measure_detail", pk)
    context = pages.check_page(measure, plan) | {"unread": unread_told(measure.unread)}
    return render(request, "effects/measure_check.html", context)


@require_GET
def measure_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Did it work?"""
    measure = reads.measure_for(pk)
    if measure.state == MeasureState.DRAFT:
        return redirect("effects:measure_check", pk)
    owed = reads.is_owed(measure)
    going: dict[str, Any] = {"measure": measure, "owed": owed, "going": reads.open_result(measure)}
    if request.headers.get("HX-Request"):
        response = render(request, "effects/measure_detail.html#progress", going)
        if not owed:
            response["HX-Refresh"] = "true"
        return response
    results = reads.finished_results(measure)
    result = _chosen(results, request.GET.get("result", ""))
    if result is not None and request.GET.get("format") == "csv":
        return csv_response(f"{measure.name}.csv", *result_csv(measure, result))
    context = going | {
        "result": result,
        "results": results,
        "newest": not results or result == results[0],
    }
    context |= {"may_define": signed_in(request).may("define")}
    context |= pages.detail_page(measure, results)
    if result is not None:
        context |= result_page(measure, result)
    return render(request, "effects/measure_detail.html", context)


def _chosen(results: list[Result], asked: str) -> Result | None:
    wanted = whole_number(asked)
    found = [result for result in results if result.pk == wanted]
    return (found or results or [None])[0]  # type: ignore[list-item]


@require_POST
def measure_recompute(request: HttpRequest, pk: int) -> HttpResponse:
    user, measure = allowed(request, "define"), reads.measure_for(pk)
    if measure.state == MeasureState.RUNNING and not measure.is_holdout:
        ask_for_result(by=user, measure=measure)
    return redirect("effects:measure_detail", pk)


@require_POST
def measure_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user, measure = allowed(request, "define"), reads.measure_for(pk)
    remove_measure(by=user, measure=measure)
    messages.success(request, _("Removed from the list. What was found stays on record."))
    return redirect("effects:measure_list")


@require_GET
def measure_customers(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is behind this: the groups of a draw, or the customers of a comparison."""
    measure = reads.measure_for(pk)
    if measure.is_holdout:
        return _groups(request, measure)
    result = get_object_or_404(
        Result.objects.filter(measure=measure, state=RunState.DONE),
        pk=whole_number(request.GET.get("result", "")) or 0,
    )  # fmt: skip
    rows = kept_rows(result.pk)
    if request.GET.get("format") == "csv" and rows is not None:
        header = pages.behind_header(rows)
        return csv_response(f"{measure.name}.csv", header, pages.behind_csv(rows))
    page = None
    if rows is not None:
        page = Paginator(range(rows.num_rows), LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    shown = rows.slice(page[0], len(page)) if rows is not None and page and len(page) else None
    context = {"measure": measure, "result": result, "page": page,
               "lines": list(behind_lines(shown)) if shown is not None else []}  # fmt: skip
    return render(request, "effects/measure_customers.html", context)


def _groups(request: HttpRequest, measure: Measure) -> HttpResponseBase:
    assigned = reads.assigned_rows(measure)
    if request.GET.get("format") == "csv":
        header = [_("External id"), _("Customer"), _("Group")]
        return csv_response(f"{measure.name}.csv", header, pages.groups_csv(assigned))
    page = Paginator(assigned, LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"measure": measure, "page": page, "groups": page.object_list}
    return render(request, "effects/measure_customers.html", context)
