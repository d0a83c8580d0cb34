from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banso.know.forgetting import reads
from banso.know.forgetting.forms import EVERYWHERE, HERE, CheckForm, ForgetForm
from banso.know.forgetting.writes import forget_person
from banso.know.people.reads import person_for, places_of
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in

View = Callable[..., HttpResponseBase]
PAGE_SIZE = 50


def for_administrators(view: View) -> View:
    """Forgetting people, and what was forgotten, is for those who may change the settings."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        allowed(request, "settings")
        return view(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "POST"])
@for_administrators
def person_forget(request: HttpRequest, person_pk: int) -> HttpResponse:
    """What would be forgotten of this person, and shall it be?"""
    user = signed_in(request)
    person = person_for(user, person_pk)
    found, places = reads.found_of(person), places_of(person)
    scope = HERE if found.events > found.events_here and places else EVERYWHERE
    form = ForgetForm(request.POST or None, initial={"scope": scope})
    if form.is_valid():
        receipt = forget_person(
            by=user,
            person=person,
            mode=form.cleaned_data["mode"],
            everywhere=form.cleaned_data["scope"] == EVERYWHERE,
            reference=form.cleaned_data["reference"],
        )
        return redirect("forgetting:forgotten_person", receipt.pk)
    context = {"person": person, "places": places, "found": found, "form": form}
    return render(request, "forgetting/person_forget.html", context)


@require_GET
@for_administrators
def forgotten_list(request: HttpRequest) -> HttpResponse:
    """Whom have we forgotten, and is it done?"""
    page = Paginator(reads.receipts(), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(receipt, reads.state(receipt)) for receipt in page]
    return render(request, "forgetting/forgotten_list.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
@for_administrators
def forgotten_person(request: HttpRequest, pk: int) -> HttpResponse:
    """What was touched, what remains, and is nothing left?"""
    receipt = reads.receipt_with(pk)
    form = CheckForm(request.POST or None)
    context = {
        "receipt": receipt,
        "done": receipt.forgetting,
        "state": reads.state(receipt),
        "clear_by": reads.clear_by(receipt),
        "touched": reads.touched(receipt),
        "weeks": reads.weeks(receipt),
        "remaining": reads.remaining(receipt),
        "form": form,
        "left": reads.events_left(form.cleaned_data["user_key"]) if form.is_valid() else None,
    }
    if request.headers.get("HX-Request"):
        return render(request, "forgetting/forgotten_person.html#status", context)
    return render(request, "forgetting/forgotten_person.html", context)


@require_GET
@for_administrators
def forgotten_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The receipt as a table."""
    receipt = reads.receipt_with(pk)
    done = receipt.forgetting
    rows: list[tuple[object, ...]] = [
        (_("Receipt"), receipt.pk, receipt.reference),
        (_("Asked for"), f"{localtime(receipt.asked_at):%Y-%m-%d %H:%M}", receipt.asked_by),
        (_("Way"), done.get_mode_display(), ""),
        (_("Events in the files"), done.events, ""),
        (_("Events found by the last question"), "" if done.left is None else done.left, ""),
    ]
    for name, at in (
        (_("Files rewritten"), done.finished_at),
        (_("Old files removed"), done.swept_at),
    ):
        rows.append((name, f"{localtime(at):%Y-%m-%d %H:%M}" if at else _("not yet"), ""))
    rows += [(_("Week from %(day)s") % {"day": day}, n, "") for day, n in reads.weeks(receipt)]
    rows += reads.touched(receipt)
    rows += [(_("Remains"), said, "") for said in reads.remaining(receipt)]
    header = (_("What"), _("How many"), _("What was done"))
    return csv_response(f"receipt-{receipt.pk}.csv", header, rows)
