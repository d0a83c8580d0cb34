from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.measure.revenue.reads import book, currencies
from banso.prove.studies.reads import any_subscription, run_is_owed
from banso.prove.worth.asking import Answered, answer_to
from banso.prove.worth.behind import behind, csv_of, lines_of
from banso.prove.worth.estimating import expected_now
from banso.prove.worth.forms import SaveForm, WhatIfForm
from banso.prove.worth.measured import effects
from banso.prove.worth.models import Scenario
from banso.prove.worth.pages import asked_again, customer_rows, detail_context, worth_context
from banso.prove.worth.presenting import csv_header, csv_rows, sheet_of, side_of
from banso.prove.worth.reads import MOST_SIDE_BY_SIDE, first_estimate, scenarios, subjects
from banso.prove.worth.subjects import Subject
from banso.prove.worth.wording import answer_told
from banso.prove.worth.writes import estimate_again, remove_scenario, save_scenario
from banso.shared import clock
from banso.shared.sheets.downloads import KINDS, sheet_response
from banso.shared.spreadsheets import csv_response
from banso.shared.users.models import User
from banso.shared.users.reads import signed_in

ON_A_PAGE = 50


@require_http_methods(["GET", "POST"])
def worth(request: HttpRequest) -> HttpResponseBase:
    """What would it be worth?"""
    user = signed_in(request)
    form, found = _asked(request.POST if request.method == "POST" else request.GET)
    context: dict[str, Any] = {"saved": scenarios().exists(), "may_save": _may_save(user)}
    if form is None:
        context |= {
            "nothing": True, "any_subscription": any_subscription(), "owed": run_is_owed(),
            "may_define": user.may("define"),
        }  # fmt: skip
        return render(request, "worth/worth.html", context)
    kind = request.GET.get("format", "")
    if found.card is not None and kind == "csv":
        return csv_response(f"{_('What-if')}.csv", csv_header(), csv_rows(found.card))
    if found.card is not None and kind in KINDS:
        return _sheet(found.card, kind, "")
    save = SaveForm(request.POST or None, initial={"owner": user.pk})
    if request.method == "POST" and save.is_valid():
        made = _saved(user, found, save)
        if made is not None:
            messages.success(request, _("Saved. On its day it is held against what came."))
            return redirect("worth:scenario_detail", made.pk)
    context |= worth_context(found, form.data, clock.today()) | {"form": form, "save_form": save}
    return render(request, "worth/worth.html", context)


def _asked(given: QueryDict) -> tuple[WhatIfForm | None, Answered]:
    """The form, None where there is nothing to ask about yet, and the answer to its question."""
    found = book()
    known: list[Subject] = [*subjects(), *effects()]
    if not known:
        return None, Answered()
    moneys = [name for name, _n in currencies(found)] if found else []
    form = WhatIfForm.of(given, subjects=known, currencies=moneys)
    if not form.is_valid():
        return form, Answered()
    answered = answer_to(form.asked(), found, clock.today())
    lately = expected_now(answered.ground) if answered.ground else None
    form.show(answered.asked.target if answered.asked else float("nan"), lately)
    return form, answered


def _saved(user: User, found: Answered, form: SaveForm) -> Scenario | None:
    """The scenario; None where the question has no answer that could be kept."""
    if not _may_save(user):
        raise PermissionDenied
    if found.card is None or found.ground is None or found.asked is None:
        return None
    terms = found.ground.terms
    members = list(zip(terms.account.tolist(), terms.mrr.tolist(), strict=True))
    return save_scenario(
        by=user, name=form.cleaned_data["name"], owner=form.cleaned_data["owner"],
        asked=found.asked, figures=found.card, members=members, run=found.ground.source,
    )  # fmt: skip


def _sheet(card: dict[str, Any], kind: str, name: str) -> HttpResponse:
    sheet = sheet_of(
        card, answer=answer_told(card), name=name, on=clock.today(),
        language="ja" if (get_language() or "").startswith("ja") else "en",
    )  # fmt: skip
    return sheet_response(sheet, kind, name or _("What-if"))


def _may_save(user: User) -> bool:
    return user.may("define") or user.may("change_own")


@require_GET
def worth_customers(request: HttpRequest) -> HttpResponseBase:
    """Which customers is it about?"""
    today = clock.today()
    _form, found = _asked(request.GET)
    rows = behind(found.ground, found.asked) if found.ground and found.asked else None
    if rows is None or found.finding is None or found.asked is None:
        raise Http404
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Customers')}.csv", *csv_of(rows, today, found.finding.label))
    page = Paginator(rows.order, ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    lines = lines_of(rows, list(page), today)
    context = {
        "finding": found.finding, "is_effect": found.asked.is_effect,
        "lines": customer_rows(lines, found.finding, found.asked),
        "page": page, "query": query.urlencode(), "n": len(rows.order),
    }  # fmt: skip
    return render(request, "worth/worth_customers.html", context)


@require_GET
def scenario_list(request: HttpRequest) -> HttpResponse:
    """What did we expect changes to be worth?"""
    found = list(scenarios())
    wanted = {whole_number(pk) for pk in request.GET.getlist("with")}
    chosen = [scenario for scenario in found if scenario.pk in wanted][:MOST_SIDE_BY_SIDE]
    rows = [(s, answer_told(first_estimate(s).figures), s in chosen) for s in found]
    sides = [side_of(s, first_estimate(s)) for s in chosen] if len(chosen) > 1 else []
    columns = zip(*(side.rows for side in sides), strict=True)
    context = {
        "rows": rows,
        "sides": sides,
        "figures": [(cells[0].name, cells) for cells in columns],
        "most": MOST_SIDE_BY_SIDE,
        "one_only": len(chosen) == 1,
    }
    return render(request, "worth/scenario_list.html", context)


@require_GET
def scenario_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What did we expect, and what came?"""
    scenario = get_object_or_404(scenarios(), pk=pk)
    promise = first_estimate(scenario)
    kind = request.GET.get("format", "")
    if kind == "csv":
        return csv_response(f"{scenario.name}.csv", csv_header(), csv_rows(promise.figures))
    if kind in KINDS:
        return _sheet(promise.figures, kind, scenario.name)
    context = detail_context(scenario, clock.today())
    context["may_save"] = _may_save(signed_in(request))
    return render(request, "worth/scenario_detail.html", context)


@require_POST
def scenario_again(request: HttpRequest, pk: int) -> HttpResponse:
    scenario, user = get_object_or_404(scenarios(), pk=pk), signed_in(request)
    if not _may_save(user):
        raise PermissionDenied
    found = answer_to(scenario.question, book(), clock.today())
    if found.card is None or found.ground is None:
        messages.error(request, asked_again(found, clock.today()))
    else:
        source = found.ground.source
        estimate_again(by=user, scenario=scenario, figures=found.card, run=source)
        messages.success(request, _("Estimated with the data of today; the promise stays."))
    return redirect("worth:scenario_detail", pk)


@require_POST
def scenario_remove(request: HttpRequest, pk: int) -> HttpResponse:
    scenario: Scenario = get_object_or_404(scenarios(), pk=pk)
    user = signed_in(request)
    if not (user.may("define") or (scenario.created_by_id == user.pk and _may_save(user))):
        raise PermissionDenied
    remove_scenario(by=user, scenario=scenario)
    messages.success(request, _("Removed from the list."))
    return redirect("worth:scenario_list")
