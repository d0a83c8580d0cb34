from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banso.prove.prediction import presenting
from banso.prove.prediction.alternative_pages import quarter_rows, quarters_chart
from banso.prove.prediction.alternative_words import quarters_answer
from banso.prove.prediction.files import quarters_file
from banso.prove.prediction.models import ScoreCheck
from banso.prove.prediction.reads import earlier_checks, latest_check, quarters_judged
from banso.prove.prediction.words import answer, leads, verdict
from banso.prove.prediction.writes import ask_for_check, take_weights
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import signed_in


@require_GET
def score_check(request: HttpRequest) -> HttpResponseBase:
    """Can the health score be trusted?"""
    user, check = signed_in(request), latest_check()
    if check is None:
        return render(request, "prediction/score_check.html", {"may": user.may("define")})
    found, later = check.numbers, check.numbers["later"]
    quarters = quarters_judged()
    if request.GET.get("format") == "quarters":
        return csv_response(f"{_('Quarter by quarter')}.csv", *quarters_file(quarters))
    if request.GET.get("format") == "csv" and later:
        header = [_("Score"), _("Foretold"), "n", _("Did not renew"), _("Share"), _("95% interval")]
        lines = [list(row.values()) for row in presenting.foretold(later, presenting.names())]
        return csv_response(f"{_('Foretold and seen')}.csv", header, lines)
    context = {
        "check": check,
        "answer": answer(check),
        "verdict": verdict(later) if later else "",
        "leads": leads(found["leads"], found["not_renewed"]),
        "earlier": presenting.earlier(earlier_checks()),
        "may": user.may("define"),
        "found": found,
        "quarters": quarter_rows(quarters),
        "quarters_answer": quarters_answer(quarters) if quarters else "",
        "quarters_chart": quarters_chart(quarters),
        **presenting.context(check),
    }
    return render(request, "prediction/score_check.html", context)


@require_POST
def score_recompute(request: HttpRequest) -> HttpResponse:
    """Hold the score against the renewals again."""
    ask_for_check(by=signed_in(request))
    messages.info(request, _("The score is being checked; look again in a moment."))
    return redirect("prediction:score_check")


@require_POST
def score_weights(request: HttpRequest) -> HttpResponse:
    """Put the blended weights of the check that was looked at in force."""
    user = signed_in(request)
    if not user.may("define"):
        raise PermissionDenied
    given = request.POST.get("check", "")
    check = get_object_or_404(ScoreCheck, pk=int(given) if given.isdecimal() else 0)
    if check != latest_check() or not check.numbers["weights"]:
        messages.error(request, _("The check is no longer the newest one. Look at it again first."))
    else:
        take_weights(by=user, check=check)
        messages.success(request, _("Saved. All scores are made anew in the background."))
    return redirect("prediction:score_check")
