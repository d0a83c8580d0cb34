from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.models import Account
from banso.know.accounts.reads import account_for
from banso.know.accounts.rules import whole_number
from banso.know.success import files, pages, reads
from banso.know.success.forms import EndForm, FilterForm, SuccessForm
from banso.know.success.models import Definition
from banso.know.success.writes import (
    AlreadyDefined,
    ChangedMeanwhile,
    define_success,
    end_success,
    redefine_success,
)
from banso.shared.spreadsheets import csv_response
from banso.shared.users.models import User
from banso.shared.users.reads import signed_in


@require_GET
def success_list(request: HttpRequest) -> HttpResponseBase:
    """What do our customers call success, and of whom do we not know it?"""
    user = signed_in(request)
    form = FilterForm(request.GET, owners=pages.owner_choices(user))
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in ("q", "owner")}
    if request.GET.get("format") == "csv":
        table = files.list_file(reads.customers_asked(user, **asked))
        return csv_response(_("Customers' success") + ".csv", *table)
    context = pages.list_page(user, request.GET, **asked) | {"form": form}
    return render(request, "success/success_list.html", context)


@require_GET
def success_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is called success, who said so and when, and which steps lead there?"""
    user = signed_in(request)
    context = pages.detail_page(user, reads.definition_for(user, pk))
    if context["may_write"]:
        context["end_form"] = EndForm(auto_id="end-%s")
    return render(request, "success/success_detail.html", context)


@require_http_methods(["GET", "POST"])
def success_new(request: HttpRequest) -> HttpResponse:
    """Write down what a customer calls success (``customer`` of the address), or our customers."""
    user = signed_in(request)
    account = _customer(user, request.GET.get("customer", ""))
    if not reads.may_write_for(user, account):
        raise PermissionDenied
    form = SuccessForm(request.POST if request.method == "POST" else None, account=account)
    there = reads.definition_of(account) if account else None
    if request.method == "POST" and form.is_valid():
        try:
            made = define_success(by=user, account=account, **form.said)
        except AlreadyDefined:
            there = reads.definition_of(account) if account else None
        else:
            messages.success(request, _("Written down."))
            return redirect("success:success_detail", made.pk)
    elif request.method == "GET" and there is not None:
        return redirect("success:success_edit", there.pk)
    context = {"form": form, "account": account, "there": there}
    status = 400 if form.errors or (there and form.is_bound) else 200
    return render(request, "success/success_new.html", context, status=status)


def _customer(user: User, asked: str) -> Account | None:
    if not asked:
        return None
    number = whole_number(asked)
    if number is None:
        raise Http404
    return account_for(user, number)


@require_http_methods(["GET", "POST"])
def success_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another wording or other steps; the earlier ones are kept."""
    user, definition = _changing(request, pk)
    if request.method == "GET" and definition.ended_at:
        return redirect("success:success_detail", pk)
    seen = whole_number(request.POST.get("seen", ""))
    if seen is None and definition.current:
        seen = definition.current.number
    form = SuccessForm(
        request.POST if request.method == "POST" else None,
        account=definition.account, version=definition.current,
    )  # fmt: skip
    context: dict[str, Any] = {"form": form, "definition": definition, "seen": seen}
    if request.method == "POST" and form.is_valid():
        try:
            redefine_success(by=user, definition=definition, seen=seen, **form.said)
        except ChangedMeanwhile:
            context |= _meanwhile(user, pk)
        else:
            messages.success(request, _("Saved."))
            return redirect("success:success_detail", pk)
    status = 400 if form.errors or "meanwhile" in context else 200
    return render(request, "success/success_edit.html", context, status=status)


def _meanwhile(user: User, pk: int) -> dict[str, Any]:
    """What somebody else made of it, for the one who saves later."""
    now = reads.definition_for(user, pk)
    (row,) = pages.rows([now])
    said = {"meanwhile": pages.said_meanwhile(now), "other": row}
    return said | {"seen": now.current.number if now.current else 0}


@require_POST
def success_end(request: HttpRequest, pk: int) -> HttpResponse:
    """It no longer holds."""
    user, definition = _changing(request, pk)
    form = EndForm(request.POST, auto_id="end-%s")
    if not form.is_valid():
        context = pages.detail_page(user, definition) | {"end_form": form}
        return _back_to_it(request, context)
    try:
        end_success(by=user, definition=definition, because=form.cleaned_data["because"])
    except ChangedMeanwhile:
        messages.error(request, _("It was ended already."))
    else:
        messages.success(request, _("Ended. Its words stay readable here."))
    return redirect("success:success_detail", pk)


def _back_to_it(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The page of the definition with what is wrong in its form."""
    return render(request, "success/success_detail.html", context, status=400)


def _changing(request: HttpRequest, pk: int) -> tuple[User, Definition]:
    user = signed_in(request)
    definition = reads.definition_for(user, pk)
    if not reads.may_write_for(user, definition.account):
        raise PermissionDenied
    return user, definition
