from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.measure.health import rules
from banso.measure.health.models import HealthModel
from banso.measure.health.reads import current_model, definitions
from banso.measure.health.words import BAND_NAMES, Naming
from banso.prove.prediction import alternative_pages as pages
from banso.prove.prediction import (
    alternative_words,
    behind,
    comparing,
    files,
    presenting,
    reads,
    writes,
)
from banso.prove.prediction.forms import AlternativeForm, TakeForm
from banso.prove.prediction.models import Alternative, Comparison, ScoreCheck
from banso.prove.prediction.reads import earlier_checks, latest_check, quarters_judged
from banso.prove.prediction.words import answer, leads, verdict
from banso.shared import clock
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in

ON_A_PAGE = 50


@require_GET
def score_check(request: HttpRequest) -> HttpResponseBase:
    """Can the health score be trusted?"""
    user, check = signed_in(request), latest_check()
    if check is None:
        return render(request, "prediction/score_check.html", {"may": user.may("define")})
    found, later = check.numbers, check.numbers["later"]
    quarters = quarters_judged()
    if request.GET.get("format") == "quarters":
        name = _("Quarter by quarter")
        return csv_response(f"{name}.csv", *files.quarters_file(quarters))
    if request.GET.get("format") == "csv" and later:
        header = [_("Score"), _("Foretold"), "n", _("Did not renew"), _("Share"), _("95% interval")]
        lines = [list(row.values()) for row in presenting.foretold(later, presenting.names())]
        name = _("Foretold and seen")
        return csv_response(f"{name}.csv", header, lines)
    context = {
        "check": check,
        "answer": answer(check),
        "verdict": verdict(later) if later else "",
        "leads": leads(found["leads"], found["not_renewed"]),
        "earlier": presenting.earlier(earlier_checks()),
        "may": user.may("define"),
        "found": found,
        "quarters": pages.quarter_rows(quarters),
        "quarters_answer": alternative_words.quarters_answer(quarters) if quarters else "",
        "quarters_chart": pages.quarters_chart(quarters),
        **presenting.context(check),
    }
    return render(request, "prediction/score_check.html", context)


@require_GET
def score_decisions(request: HttpRequest) -> HttpResponseBase:
    """Whom had the score called so, and how did it end?"""
    asked = whole_number(request.GET.get("alternative", ""))
    alternative = reads.alternative_for(asked) if asked else None
    check = reads.latest_comparison(alternative) if alternative else latest_check()
    band, state = request.GET.get("band", ""), request.GET.get("state", "")
    if check is None or band not in ("", *behind.BANDS) or state not in ("", *behind.STATES):
        raise Http404
    every = behind.decisions_behind(
        check.model, today=clock.today(), until=check.data_cut, alternative=alternative,
        by_alternative=request.GET.get("score") == comparing.OTHER,
    )  # fmt: skip
    found = behind.asked_for(every, band=band, state=state)
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Decisions')}.csv", *behind.as_file(found))
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "alternative": alternative, "band_name": BAND_NAMES[band] if band else "", "state": state,
        "n": len(found), "renewed": sum(one.renewed for one in found), "page": page,
        "lines": list(behind.named(list(page))),
    }  # fmt: skip
    return render(request, "prediction/score_decisions.html", context)


@require_POST
def score_recompute(request: HttpRequest) -> HttpResponse:
    """Hold the score against the renewals again."""
    writes.ask_for_check(by=signed_in(request))
    messages.info(request, _("The score is being checked; look again in a moment."))
    return redirect("prediction:score_check")


@require_POST
def score_weights(request: HttpRequest) -> HttpResponse:
    """Put the blended weights of the check that was looked at in force."""
    user = allowed(request, "define")
    given = request.POST.get("check", "")
    check = get_object_or_404(ScoreCheck, pk=int(given) if given.isdecimal() else 0)
    if check != latest_check() or not check.numbers["weights"]:
        messages.error(request, _("The check is no longer the newest one. Look at it again first."))
    else:
        writes.take_weights(by=user, check=check)
        messages.success(request, _("Saved. All scores are made anew in the background."))
    return redirect("prediction:score_check")


@require_GET
def alternative_list(request: HttpRequest) -> HttpResponse:
    """Would another score be better?"""
    found = list(reads.alternatives())
    context = {
        "rows": pages.list_rows(found), "versions": pages.versions(),
        "may": signed_in(request).may("define"),
    }  # fmt: skip
    return render(request, "prediction/alternative_list.html", context)


@require_http_methods(["GET", "POST"])
def alternative_new(request: HttpRequest) -> HttpResponse:
    """Which other score should be tried on the past?"""
    user, model = allowed(request, "define"), current_model()
    start: HealthModel | Alternative | None = model
    if asked := whole_number(request.GET.get("from", "")):
        start = reads.alternative_for(asked)
    form = AlternativeForm(
        request.POST or None, naming=Naming(definitions()),
        measures=start.lines if start else rules.DEFAULT_MEASURES,
        borders=start.borders if start else rules.DEFAULT_BORDERS,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = writes.write_alternative(
            by=user, name=given["name"], because=given["because"], measures=given["measures"],
            borders=form.borders,
        )  # fmt: skip
        return redirect("prediction:alternative_detail", made.pk)
    status = 400 if form.errors else 200
    context = {"form": form, "rows": form.rows()}
    return render(request, "prediction/alternative_new.html", context, status=status)


@require_GET
def alternative_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Is this score better than the one in force?"""
    user, alternative = signed_in(request), reads.alternative_for(pk)
    owed = reads.comparison_is_owed(alternative)
    going: dict[str, Any] = {"alternative": alternative, "owed": owed}
    if request.headers.get("HX-Request"):
        response = render(request, "prediction/alternative_detail.html#progress", going)
        if not owed:
            response["HX-Refresh"] = "true"
        return response
    comparison, model = reads.latest_comparison(alternative), current_model()
    if comparison is not None and (asked := request.GET.get("format", "")):
        later = comparison.numbers["later"]
        if asked == "changes":
            return csv_response(f"{alternative}.csv", *files.changes_file(comparison))
        if asked == "csv" and later:
            return csv_response(f"{alternative}.csv", *_foretold_file(later))
    context = going | {
        "comparison": comparison, "answer": alternative_words.answer(comparison),
        "may": user.may("define"),
        "lines": pages.lines_side_by_side(model, alternative), "heads": pages.band_heads(),
        "may_take": user.may("define") and _may_be_taken(comparison, model), "form": TakeForm(),
        "is_in_force": model is not None and model.pk == alternative.taken_as_id,
    }  # fmt: skip
    if comparison is not None:
        only = (request.GET.get("was", ""), request.GET.get("would", ""))
        context |= pages.comparison_page(alternative, comparison, only=only)
    return render(request, "prediction/alternative_detail.html", context)


def _foretold_file(later: dict[str, Any]) -> tuple[list[str], Any]:
    header = [_("Score"), _("Foretold"), "n", _("Did not renew"), _("Share"), _("95% interval")]
    rows = presenting.foretold(later, pages.names())
    return header, (list(row.values()) for row in rows)


def _may_be_taken(comparison: Comparison | None, model: HealthModel | None) -> bool:
    """Only what was compared with the score now in force, and did not do worse."""
    if comparison is None or model is None or comparison.model_id != model.pk:
        return False
    return comparison.numbers["verdict"] not in (comparing.WORSE, comparing.UNKNOWN)


@require_POST
def alternative_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare again, with what came since."""
    signed_in(request)
    writes.ask_for_comparison(alternative=reads.alternative_for(pk))
    return redirect("prediction:alternative_detail", pk)


@require_POST
def alternative_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it in force in place of the present score."""
    user, alternative = allowed(request, "define"), reads.alternative_for(pk)
    form = TakeForm(request.POST)
    seen = whole_number(request.POST.get("comparison", ""))
    comparison = reads.latest_comparison(alternative)
    if (
        comparison is None
        or comparison.pk != seen
        or not _may_be_taken(comparison, current_model())
    ):
        messages.error(request, _("The comparison is no longer the newest one. Look at it again."))
    elif not form.is_valid():
        messages.error(request, _("Say in a few words why."))
    else:
        writes.take_alternative(
            by=user, alternative=alternative, because=form.cleaned_data["because"]
        )
        messages.success(request, _("In force. All scores are made anew in the background."))
    return redirect("prediction:alternative_detail", pk)


@require_POST
def alternative_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user, alternative = allowed(request, "define"), reads.alternative_for(pk)
    writes.remove_alternative(by=user, alternative=alternative)
    messages.success(request, _("Removed from the list. What was found stays on record."))
    return redirect("prediction:alternative_list")


@require_POST
def model_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an earlier version of the score in force again."""
    user = allowed(request, "define")
    writes.reinstate(by=user, model=get_object_or_404(HealthModel, pk=pk))
    messages.success(request, _("In force. All scores are made anew in the background."))
    return redirect("prediction:alternative_list")
