from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.prove.studies.behind import behind_csv, behind_lines
from banso.prove.studies.explaining import checks_told, facts_of, left_out_told, not_compared_told
from banso.prove.studies.forms import OrderForm
from banso.prove.studies.metric_tables import cohort_rates, tables_of
from banso.prove.studies.metric_words import words_of
from banso.prove.studies.models import Finding, FindingGroup, Verdict
from banso.prove.studies.presenting import (
    csv_header,
    csv_rows,
    forest,
    ordered,
    rates_chart,
    rates_of,
    row_of,
)
from banso.prove.studies.reads import (
    any_subscription,
    decisions_behind,
    earlier_runs,
    earlier_verdicts,
    findings_of_run,
    latest_run,
    metric_finding,
    metric_name,
    metric_steps,
    metrics_in_use,
    open_run,
    page_numbers,
    run_is_owed,
)
from banso.prove.studies.wording import headline, percent, verdict_counts
from banso.prove.studies.writes import ask_for_run, set_order
from banso.shared import clock
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in

DECISIONS_ON_A_PAGE = 50


@require_GET
def evidence_list(request: HttpRequest) -> HttpResponseBase:
    """What goes with renewal?"""
    going, owed = open_run(), run_is_owed()
    context: dict[str, Any] = {"going": going, "owed": owed, "run": latest_run()}
    if request.headers.get("HX-Request"):
        response = render(request, "studies/evidence_list.html#progress", context)
        if not owed:
            response["HX-Refresh"] = "true"
        return response
    context["may_define"] = signed_in(request).may("define")
    run, today = context["run"], clock.today()
    findings = ordered(findings_of_run(run)) if run else []
    verdict, group = request.GET.get("verdict", ""), request.GET.get("group", "")
    shown = [f for f in findings if verdict in ("", f.verdict) and group in ("", f.group)]
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Evidence')}.csv", csv_header(), csv_rows(shown, today))
    counts = verdict_counts(findings)
    if run is None or not run.decisions:
        context["any_subscription"] = any_subscription()
        return render(request, "studies/evidence_list.html", context)
    context |= {
        "answer": headline(run, findings, today),
        "rows": [row_of(finding, today) for finding in shown],
        "chart": forest(shown),
        "verdicts": [(v.value, v.label, counts[v]) for v in Verdict],
        "groups": FindingGroup.choices,
        "verdict": verdict,
        "group": group,
        "q_target": percent(run.settings["q_target"]),
        "left_out": left_out_told(run),
        "not_compared": not_compared_told(run),
        "earlier": earlier_runs(run)[:5],
    }
    return render(request, "studies/evidence_list.html", context)


@require_POST
def evidence_recompute(request: HttpRequest) -> HttpResponse:
    user = allowed(request, "define")
    ask_for_run(by=user)
    return redirect("studies:evidence_list")


@require_GET
def evidence_finding(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was found about one metric, and the customers behind it."""
    finding = get_object_or_404(Finding.objects.select_related("run"), pk=pk)
    place, outcome = request.GET.get("place", ""), request.GET.get("outcome", "")
    chosen = whole_number(place)
    decisions = decisions_behind(finding, group=chosen, outcome=outcome)
    if request.GET.get("format") == "csv" and decisions is not None:
        return behind_csv(finding, decisions)
    page = page_of(request, decisions)
    rates, today = rates_of(finding), clock.today()
    context = {
        "finding": finding,
        "row": row_of(finding, today),
        "rates": rates,
        "chart": rates_chart(rates),
        "field_settings": ".own." in finding.key and signed_in(request).may("settings"),
        "metric_key": finding.metric_key,
        "may_write_down": finding.key.startswith("metric.") and signed_in(request).may("define"),
        "facts": facts_of(finding),
        "checks": checks_told(finding),
        "earlier": earlier_verdicts(finding)[:8],
        "newest": latest_run() == finding.run,
        "place": place,
        "outcome": outcome,
        "page": page,
        "lines": behind_lines(finding, decisions, page) if page else [],
    }
    return render(request, "studies/evidence_finding.html", context)


@require_GET
def metric_evidence(request: HttpRequest, key: str) -> HttpResponseBase:
    """What do we know about a metric and renewal?"""
    run = latest_run()
    finding = metric_finding(run, key) if run else None
    numbers = page_numbers(finding) if finding else None
    if finding is None or numbers is None:
        return _metric_without_page(request, key, finding)
    groups = numbers["cohorts"]
    place, outcome = request.GET.get("place", ""), request.GET.get("outcome", "")
    tables, wanted = tables_of(finding, numbers), request.GET.get("table", "")
    if wanted in tables:
        table = tables[wanted]
        file = f"{finding.label} {table.name}".strip()
        return csv_response(f"{file}.csv", table.file_header, table.file_rows)
    decisions = decisions_behind(finding, group=whole_number(place), outcome=outcome, groups=groups)
    if request.GET.get("format") == "csv" and decisions is not None:
        return behind_csv(finding, decisions)
    page = page_of(request, decisions)
    context = words_of(finding, numbers, clock.today()) | {
        "key": key,
        "finding": finding,
        "tables": tables,
        "segments": [t for name, t in tables.items() if name.startswith("segment:")],
        "rates": cohort_rates(finding, groups),
        "place": place,
        "outcome": outcome,
        "page": page,
        "lines": behind_lines(finding, decisions, page) if page else [],
        "may_write_down": signed_in(request).may("define"),
    }
    return render(request, "studies/metric_evidence.html", context)


@require_http_methods(["GET", "POST"])
def metric_order(request: HttpRequest) -> HttpResponseBase:
    """Which metric comes before which?"""
    user, metrics = signed_in(request), metrics_in_use()
    if request.method == "POST" and not user.may("define"):
        raise PermissionDenied
    form = OrderForm(request.POST or None, metrics=metrics, steps=metric_steps())
    if request.method == "POST" and form.is_valid():
        if set_order(steps=form.steps(), by=user):
            messages.success(request, _("Kept. The comparison is computed anew."))
        return redirect("studies:metric_order")
    context = {
        "form": form,
        "board": form.board(),
        "placed": metric_steps(),
        "may_define": user.may("define"),
        "owed": run_is_owed(),
    }
    return render(request, "studies/metric_order.html", context)


def _metric_without_page(request: HttpRequest, key: str, finding: Finding | None) -> HttpResponse:
    """A metric of which no finding is kept yet: what to do, or that there is no such metric."""
    name = finding.label if finding else metric_name(key)
    if name is None:
        raise Http404(key)
    context = {
        "key": key,
        "finding": finding,
        "name": name,
        "run": latest_run(),
        "any_subscription": any_subscription(),
        "owed": run_is_owed(),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "studies/metric_evidence.html", context)


def page_of(request: HttpRequest, decisions: pa.Table | None) -> Page[int] | None:
    """One page of the decisions; None where they are not kept."""
    if decisions is None:
        return None
    pages = Paginator(range(decisions.num_rows), DECISIONS_ON_A_PAGE)
    return pages.get_page(request.GET.get("page"))
