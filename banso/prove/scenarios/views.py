from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.measure.experience.reads import wave_asked, waves
from banso.prove.scenarios.forms import KeepForm, LeverForm
from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.pages import Answered, answered, detail_context, page_context
from banso.prove.scenarios.presenting import csv_header, csv_rows, sheet_of, side_of
from banso.prove.scenarios.reads import MOST_SIDE_BY_SIDE, what_ifs
from banso.prove.scenarios.wording import answer_told
from banso.prove.scenarios.writes import keep_what_if, may_keep, remove_what_if
from banso.shared import clock
from banso.shared.sheets.downloads import KINDS, sheet_response
from banso.shared.spreadsheets import csv_response
from banso.shared.users.models import User
from banso.shared.users.reads import signed_in


@require_http_methods(["GET", "POST"])
def what_if(request: HttpRequest) -> HttpResponseBase:
    """What would better support bring?"""
    user, given = signed_in(request), request.POST if request.method == "POST" else request.GET
    found = waves()
    wave = wave_asked(found, given.get("wave", ""))
    context: dict[str, Any] = {"waves": found, "wave": wave, "may_keep": may_keep(user)}
    context["kept"] = what_ifs().exists()
    if wave is None:
        return render(request, "scenarios/what_if.html", context)
    told = answered(wave, given, LeverForm)
    kind = request.GET.get("format", "")
    if told.card is not None and (kind in KINDS or kind == "csv"):
        return _file(told.card, kind, "")
    keep = KeepForm(request.POST or None, initial={"owner": user.pk})
    if request.method == "POST" and keep.is_valid():
        made = _kept(user, told, keep)
        if made is not None:
            messages.success(request, _("Kept. In a year it is held against what came."))
            return redirect("scenarios:what_if_detail", made.pk)
    context |= page_context(told) | {"keep_form": keep}
    part = "#result" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"scenarios/what_if.html{part}", context)


def _kept(user: User, told: Answered, form: KeepForm) -> WhatIf | None:
    """The what-if; None where the question has no answer that could be kept."""
    if told.card is None or told.asked is None or told.ground is None:
        return None
    ids, mrr = told.ground.members
    return keep_what_if(
        by=user, name=form.cleaned_data["name"], owner=form.cleaned_data["owner"],
        survey=told.wave.survey, asked=told.asked, figures=told.card,
        members=list(zip(ids.tolist(), mrr.tolist(), strict=True)),
    )  # fmt: skip


def _file(card: dict[str, Any], kind: str, name: str) -> HttpResponseBase:
    called = name or _("What-if")
    if kind == "csv":
        return csv_response(f"{called}.csv", csv_header(), csv_rows(card))
    return sheet_response(sheet_of(card, name=name, on=clock.today()), kind, called)


@require_GET
def what_if_list(request: HttpRequest) -> HttpResponse:
    """What did we try out, and how do they compare?"""
    found = list(what_ifs())
    wanted = {whole_number(pk) for pk in request.GET.getlist("with")}
    chosen = [one for one in found if one.pk in wanted][:MOST_SIDE_BY_SIDE]
    sides = [side_of(one) for one in chosen] if len(chosen) > 1 else []
    context = {
        "rows": [(one, answer_told(one.figures), one in chosen) for one in found],
        "sides": sides, "most": MOST_SIDE_BY_SIDE, "one_only": len(chosen) == 1,
        "figures": [(cells[0].name, cells) for cells in zip(*(s.rows for s in sides), strict=True)],
    }  # fmt: skip
    return render(request, "scenarios/what_if_list.html", context)


@require_GET
def what_if_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What did we expect, and what came?"""
    kept = get_object_or_404(what_ifs(), pk=pk)
    kind = request.GET.get("format", "")
    if kind in KINDS or kind == "csv":
        return _file(kept.figures, kind, kept.name)
    context = detail_context(kept) | {"may_keep": may_keep(signed_in(request))}
    return render(request, "scenarios/what_if_detail.html", context)


@require_POST
def what_if_remove(request: HttpRequest, pk: int) -> HttpResponse:
    kept: WhatIf = get_object_or_404(what_ifs(), pk=pk)
    remove_what_if(by=signed_in(request), what_if=kept)
    messages.success(request, _("Removed from the list."))
    return redirect("scenarios:what_if_list")
