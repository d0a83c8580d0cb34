from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.measure.metrics.models import MetricDefinition
from banso.prove.hypotheses.behind import csv_of, kept_rows, lines_of
from banso.prove.hypotheses.checking import first_plan
from banso.prove.hypotheses.forms import (
    AheadForm,
    PlanForm,
    RetireForm,
    WriteForm,
    from_finding,
    from_hypothesis,
)
from banso.prove.hypotheses.measuring import ahead
from banso.prove.hypotheses.models import Hypothesis, Level, Origin, OwnOutcome
from banso.prove.hypotheses.outcome_forms import FORMS
from banso.prove.hypotheses.outcome_pages import answers_csv, answers_header, outcome_rows
from banso.prove.hypotheses.presenting import (
    course,
    csv_header,
    csv_rows,
    facts_of,
    past_of,
    row_of,
    side_of,
)
from banso.prove.hypotheses.reads import (
    answer_fields,
    answers_of,
    any_contract,
    check_is_owed,
    day_fields,
    hypotheses,
    ledger_entries,
    ledger_state,
    open_hypotheses,
    segments,
)
from banso.prove.hypotheses.wording import ABOUT_LEVELS, headline, look_ahead_words
from banso.prove.hypotheses.writes import (
    ask_for_check,
    plan_hypothesis,
    register_outcome,
    retire,
    retire_outcome,
    write_down,
)
from banso.shared import clock
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in

LINES_ON_A_PAGE = 20
BEGINNINGS = ("finding", "again", "metric")


@require_GET
def hypothesis_list(request: HttpRequest) -> HttpResponseBase:
    """Which of our hypotheses hold?"""
    owed = check_is_owed()
    if request.headers.get("HX-Request"):
        response = render(request, "hypotheses/hypothesis_list.html#progress", {"owed": owed})
        if not owed:
            response["HX-Refresh"] = "true"
        return response
    today, level = clock.today(), request.GET.get("level", "")
    found = list(hypotheses())
    pairs = [
        (h, next(iter(h.newest_first), None))  # type: ignore[attr-defined]
        for h in found
        if level in ("", h.level)
    ]
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Hypotheses')}.csv", csv_header(), csv_rows(pairs, today))
    context = {
        "owed": owed,
        "found": found,
        "answer": headline(found, today) if found else "",
        "rows": [row_of(hypothesis, check, today) for hypothesis, check in pairs],
        "levels": [(v.value, v.label, sum(h.level == v for h in found)) for v in Level],
        "level": level,
        "about_levels": [(Level(v).label, text) for v, text in ABOUT_LEVELS.items()],
        "may_define": signed_in(request).may("define"),
        "any_contract": any_contract(),
    }
    return render(request, "hypotheses/hypothesis_list.html", context)


@require_http_methods(["GET", "POST"])
def write_hypothesis(request: HttpRequest) -> HttpResponse:
    """What do you expect to see?"""
    user = allowed(request, "define")
    asked = {name: whole_number(request.GET.get(name, "")) for name in BEGINNINGS}
    given, finding = from_finding(asked["finding"]) if asked["finding"] else ({}, None)
    before = Hypothesis.objects.filter(pk=asked["again"]).first() if asked["again"] else None
    if before is not None:
        given = from_hypothesis(before)
    if asked["metric"]:
        given = {"metric": asked["metric"], "direction": request.GET.get("direction", "")}
    form = WriteForm(request.POST or None, user=user, today=clock.today(), initial=given)
    if request.method == "POST" and form.is_valid():
        made = write_down(by=user, found_in=finding, replaces=before, **form.cleaned_data)
        messages.success(request, _("Written down. It is compared with what is known so far."))
        return redirect("hypotheses:hypothesis_detail", made.pk)
    any_metric = MetricDefinition.objects.exists()
    context = {"form": form, "finding": finding, "before": before, "any_metric": any_metric}
    return render(request, "hypotheses/write_hypothesis.html", context)


@require_GET
def look_ahead(request: HttpRequest) -> HttpResponse:
    """How long would it take to know?"""
    allowed(request, "define")
    form, said, today = AheadForm(request.GET), "", clock.today()
    if form.is_valid():
        given = form.cleaned_data
        share = next((s.share for s in segments() if s.value == given["segment"]), 1.0)
        found = ahead(given["outcome"], share=share, today=today)
        if found is not None:
            plan = first_plan(
                found.basis, points=given["smallest"] / 100, is_flag=bool(given["compare"]),
                tested_together=len(open_hypotheses()) + 1, today=today,
            )  # fmt: skip
            said = look_ahead_words(found, plan)
    return render(request, "hypotheses/write_hypothesis.html#ahead", {"said": said, "asked": True})


@require_GET
def hypothesis_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Does it hold?"""
    hypothesis = get_object_or_404(hypotheses(), pk=pk)
    checks = list(hypothesis.newest_first)  # type: ignore[attr-defined]
    for check in checks:
        check.hypothesis = hypothesis
    newest, today = next(iter(checks), None), clock.today()
    only_new, missed = request.GET.get("new", ""), request.GET.get("missed", "")
    rows = kept_rows(pk, only_new=only_new == "1", missed=missed if missed in ("yes", "no") else "")
    if request.GET.get("format") == "csv" and rows is not None:
        return csv_response(f"{_('Hypothesis')} {pk}.csv", *csv_of(hypothesis, rows))
    look = next((check for check in checks if check.opened), None)
    page = None
    if rows is not None:
        page = Paginator(range(rows.num_rows), LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "hypothesis": hypothesis,
        "row": row_of(hypothesis, newest, today),
        "about_level": ABOUT_LEVELS[Level(hypothesis.level)],
        "facts": facts_of(hypothesis),
        "look": look,
        "sides": [
            s for s in (look and side_of(look, "new"), newest and side_of(newest, "all")) if s
        ],
        "chart": course(hypothesis, checks),
        "history": [past_of(check) for check in checks],
        "rows": rows,
        "page": page,
        "lines": lines_of(hypothesis, rows, page) if rows is not None and page else [],
        "only_new": only_new,
        "missed": missed,
        "owed": check_is_owed(),
        **_forms(request, hypothesis),
    }
    return render(request, "hypotheses/hypothesis_detail.html", context)


def _forms(request: HttpRequest, hypothesis: Hypothesis) -> dict[str, Any]:
    if not signed_in(request).may("define"):
        return {"may_define": False}
    plan = {"owner": hypothesis.owner_id, "next_check_on": hypothesis.next_check_on}
    return {
        "may_define": True,
        "plan_form": PlanForm(initial=plan, today=clock.today(), auto_id="plan-%s"),
        "retire_form": RetireForm(auto_id="retire-%s"),
    }


@require_POST
def check_now(request: HttpRequest) -> HttpResponse:
    """Check all open hypotheses together."""
    ask_for_check(by=allowed(request, "define"))
    messages.success(request, _("All open hypotheses are checked together, in a moment."))
    return redirect("hypotheses:hypothesis_list")


@require_POST
def change_plan(request: HttpRequest, pk: int) -> HttpResponse:
    user, hypothesis = (
        allowed(request, "define"),
        get_object_or_404(Hypothesis, pk=pk, retired_at=None),
    )
    form = PlanForm(request.POST, today=clock.today())
    if form.is_valid():
        plan_hypothesis(by=user, hypothesis=hypothesis, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _first_fault(form.errors))
    return redirect("hypotheses:hypothesis_detail", pk)


@require_POST
def retire_hypothesis(request: HttpRequest, pk: int) -> HttpResponse:
    user, hypothesis = allowed(request, "define"), get_object_or_404(Hypothesis, pk=pk)
    form = RetireForm(request.POST)
    if form.is_valid():
        retire(by=user, hypothesis=hypothesis, because=form.cleaned_data["because"])
        messages.success(request, _("Retired. Its record stays in the ledger."))
    else:
        messages.error(request, _first_fault(form.errors))
    return redirect("hypotheses:hypothesis_detail", pk)


@require_GET
def ledger(request: HttpRequest) -> HttpResponseBase:
    """Was anything changed afterwards?"""
    entries = ledger_entries()
    if request.GET.get("format") == "csv":
        header = ["number", "before", "moment", "kind", "content", "digest"]
        rows = entries.order_by("number").values_list(*header)
        return csv_response("ledger.csv", header, (list(row) for row in rows))
    page = Paginator(entries, LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "hypotheses/ledger.html", {"state": ledger_state(), "page": page})


@require_http_methods(["GET", "POST"])
def own_outcomes(request: HttpRequest) -> HttpResponseBase:
    """What else do we want for our customers?"""
    user = allowed(request, "define") if request.method == "POST" else signed_in(request)
    asked = request.GET.get("origin", "")
    kind = FORMS.get(asked) if user.may("define") else None
    form = kind(request.POST or None) if kind else None
    if form is not None and form.is_valid():
        made = register_outcome(by=user, **form.registered)
        messages.success(request, _("Registered. Hypotheses can be about it from now on."))
        return redirect(f"{reverse('hypotheses:own_outcomes')}?outcome={made.pk}")
    wanted = whole_number(request.GET.get("outcome", "")) or 0
    chosen = OwnOutcome.objects.filter(pk=wanted).first()
    answers = answers_of(chosen) if chosen and chosen.origin == Origin.FIELD else None
    if answers is not None and request.GET.get("format") == "csv":
        return csv_response(f"{chosen}.csv", answers_header(), answers_csv(answers))
    page = None
    if answers is not None:
        page = Paginator(answers, LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": outcome_rows(), "form": form, "origin": asked, "chosen": chosen, "page": page,
        "may_define": user.may("define"), "any_metric": MetricDefinition.objects.exists(),
        "any_field": bool(answer_fields() and day_fields()),
    }  # fmt: skip
    status = 400 if form is not None and form.errors else 200
    return render(request, "hypotheses/own_outcomes.html", context, status=status)


@require_POST
def drop_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """No new hypothesis about it."""
    user = allowed(request, "define")
    retire_outcome(by=user, outcome=get_object_or_404(OwnOutcome, pk=pk))
    messages.success(request, _("New hypotheses cannot be about it any more; those there go on."))
    return redirect("hypotheses:own_outcomes")


def _first_fault(errors: dict[str, Any]) -> str:
    return " ".join(str(error) for found in errors.values() for error in found)
