from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.cells import Look, plain, table_rows
from banso.know.accounts.columns import columns
from banso.know.accounts.filter_rows import FilterRow
from banso.know.accounts.forms import AccountForm, BulkForm, EnvironmentForm, ViewForm
from banso.know.accounts.list_page import (
    chips,
    column_form,
    filter_rows,
    head,
    listing_for,
    paging,
    tabs,
)
from banso.know.accounts.models import SavedView, TouchModel
from banso.know.accounts.reads import (
    account_for,
    account_label,
    accounts_named,
    assignable_owners,
    environment_of,
    may_change,
    may_change_view,
    owner_names,
    suggestions,
    views_for,
)
from banso.know.accounts.rules import Filter, question_of
from banso.know.accounts.writes import (
    BulkChange,
    add_account,
    change_account,
    change_in_bulk,
    delete_view,
    save_environment,
    save_view,
)
from banso.shared import clock
from banso.shared.slots import account_panels, render_panels
from banso.shared.spreadsheets import attachment, csv_response, workbook_cell
from banso.shared.users.reads import allowed, signed_in

MOST_XLSX_ROWS = 10_000


@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """Which customers are there, and which of them do I mean?"""
    user = signed_in(request)
    question = question_of(dict(request.GET.lists()))
    listing = listing_for(user, question)
    page = listing.page()
    question = replace(question, page=page.number)
    owners = owner_names()
    views = views_for(user)
    view = next((v for v in views if v.pk == question.view), None)
    filters = filter_rows(listing, owners)
    may_change = user.may("change_own")
    look = Look(owners, clock.today(), reverse("accounts:account_detail", args=[0]), may_change)
    unread = {asked.key for asked in listing.unreadable}
    context = {
        "question": question,
        "page": page,
        "rows": table_rows(listing, page, look),
        "name_head": head(listing, "name"),
        "heads": [head(listing, key) for key in listing.shown],
        "tabs": tabs(question, views, user),
        "view": view,
        "may_delete_view": view is not None and may_change_view(user, view),
        "filters": filters,
        "chips": chips(filters, question),
        "unread": [row.label for row in filters if row.key in unread],
        "columns": listing.columns,
        "paging": paging(question, page),
        "address": question.address(),
        "may_change": may_change,
        "assignable": assignable_owners() if may_change else {},
        "touch_models": TouchModel.choices,
        "may_import": user.may("import"),
    }
    return render(request, "accounts/account_list.html", context)


@require_GET
def account_count(request: HttpRequest) -> HttpResponse:
    """How many customers match, for a list that was shown before they were counted."""
    listing = listing_for(signed_in(request), question_of(dict(request.GET.lists())))
    return render(request, "accounts/account_count.html", {"n": listing.count()})


@require_GET
def column_choices(request: HttpRequest) -> HttpResponse:
    """The form that chooses and orders the columns of the list."""
    listing = listing_for(signed_in(request), question_of(dict(request.GET.lists())))
    return render(request, "accounts/column_choices.html", column_form(listing))


@require_GET
def filter_row(request: HttpRequest) -> HttpResponse:
    """The inputs of one filter: when it is added, or when its way changes."""
    params = dict(request.GET.lists())
    key = request.GET.get("add", "")
    asked = next(
        (f for f in question_of(params).filters if f.key == key),
        Filter(key, request.GET.get(f"{key}.how", "")),
    )
    column = columns().get(key)
    if column is None or not column.ways:
        return HttpResponse(status=204)
    names = owner_names() if key == "owner" else {}
    offered = (
        suggestions(key) if key in ("industry", "country", "segment", "currency", "source") else []
    )
    return render(
        request,
        "accounts/filter_row.html",
        {"row": FilterRow(asked, column, names), "offered": offered, "is_new": True},
    )


@require_GET
def account_export(request: HttpRequest) -> HttpResponseBase:
    """The matching customers as a file, with the columns that are shown."""
    listing = listing_for(signed_in(request), question_of(dict(request.GET.lists())))
    keys = ["external_id", "name", *(key for key in listing.shown if key != "external_id")]
    if "mrr" in keys and "currency" not in keys:
        keys.insert(keys.index("mrr") + 1, "currency")
    owners = owner_names()
    shown = [listing.columns[key] for key in keys]
    labels = [
        {value: str(label) for value, label in c.choices()} if c.choices else {} for c in shown
    ]
    rows = (
        [
            plain(c, value, owners, of_column)
            for c, value, of_column in zip(shown, values, labels, strict=True)
        ]
        for _account, values in listing.every_account(keys)
    )
    header = [str(column.label) for column in shown]
    name = f"{_('Customers')}-{clock.today():%Y%m%d}"
    if request.GET.get("format") != "xlsx":
        return csv_response(f"{name}.csv", header, rows)
    if listing.count() > MOST_XLSX_ROWS:
        messages.error(
            request,
            _("An Excel file takes up to 10,000 customers: narrow the list, or take the CSV file."),
        )
        return redirect(f"{reverse('accounts:account_list')}?{listing.question.address()}")
    return FileResponse(
        _workbook(header, rows), headers={"Content-Disposition": attachment(f"{name}.xlsx")}
    )


def _workbook(header: list[str], rows: Iterable[list[Any]]) -> BytesIO:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Customers"))
    for row in (header, *rows):
        sheet.append([workbook_cell(value) for value in row])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


@require_POST
def account_bulk_change(request: HttpRequest) -> HttpResponse:
    """Set owner, touch model or segment of the chosen or of all matching customers."""
    user = signed_in(request)
    form = BulkForm(request.POST)
    query = request.POST.get("query", "")
    back = redirect(f"{reverse('accounts:account_list')}?{query}")
    if not form.is_valid():
        for error in (text for errors in form.errors.values() for text in errors):
            messages.error(request, str(error))
        return back
    ids: Iterable[int] = form.cleaned_data["ids"]
    if form.cleaned_data["all_matching"]:
        question = question_of(dict(QueryDict(query).lists()))
        listing = listing_for(user, question)
        ids = listing.matching().values_list("pk", flat=True)
        if listing.unreadable:
            messages.error(request, _("Nothing was changed: one of the filters cannot be read."))
            return back
    done = change_in_bulk(by=user, ids=ids, field=form.cleaned_data["field"], value=form.value)
    messages.add_message(
        request, messages.WARNING if done.not_allowed else messages.SUCCESS, _what_changed(done)
    )
    return back


def _what_changed(done: BulkChange) -> str:
    said = [
        ngettext("%(n)s customer was changed.", "%(n)s customers were changed.", done.changed)
        % {"n": done.changed}
    ]
    if done.same:
        said.append(
            ngettext("%(n)s was so already.", "%(n)s were so already.", done.same)
            % {"n": done.same}
        )
    if done.not_allowed:
        said.append(
            ngettext(
                "%(n)s was left as it is: it belongs to another team.",
                "%(n)s were left as they are: they belong to other teams.",
                done.not_allowed,
            )
            % {"n": done.not_allowed}
        )
    return " ".join(said)


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filters, order and columns of the list under a name."""
    user = signed_in(request)
    form = ViewForm(request.POST)
    asked = question_of(dict(QueryDict(request.POST.get("query", "")).lists()))
    query = asked.address(view=None)
    if not form.is_valid():
        messages.error(request, _("Give the view a name of up to 80 characters."))
        return _to_list(query)
    view = save_view(
        by=user,
        name=form.cleaned_data["name"],
        query=query,
        is_shared=form.cleaned_data["is_shared"],
    )
    messages.success(request, _("The view “%(name)s” was saved.") % {"name": view.name})
    return _to_list(f"{query}&view={view.pk}")


@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk)
    delete_view(by=signed_in(request), view=view)
    messages.success(request, _("The view “%(name)s” was deleted.") % {"name": view.name})
    return _to_list("")


def _to_list(query: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('accounts:account_list')}?{query}")


@require_GET
def account_options(request: HttpRequest) -> HttpResponse:
    """What an account input offers for the text typed so far."""
    text = request.GET.get(request.GET.get("for", ""), "")
    found = accounts_named(text) if text.strip() else []
    return render(
        request, "accounts/account_options.html", {"labels": [account_label(a) for a in found]}
    )


@require_GET
def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is this customer, and how is it?"""
    user = signed_in(request)
    account = account_for(user, pk)
    context = {
        "account": account,
        "may_change": may_change(user, account),
        "panels": render_panels(account_panels, request, account),
    }
    return render(request, "accounts/account_detail.html", context)


@require_http_methods(["GET", "POST"])
def account_add(request: HttpRequest) -> HttpResponse:
    user = allowed(request, "change_own")
    form = AccountForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        account = add_account(by=user, **form.written())
        messages.success(request, _("%(name)s was added.") % {"name": account.name})
        return redirect("accounts:account_detail", account.pk)
    return render(request, "accounts/account_add.html", {"form": form})


@require_http_methods(["GET", "POST"])
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    account = account_for(user, pk)
    if not may_change(user, account):
        raise PermissionDenied
    name = account.name  # checking the form changes the instance
    form = AccountForm(request.POST or None, instance=account, by=user)
    if request.method == "POST" and form.is_valid():
        change_account(by=user, account=account, **form.written())
        messages.success(request, _("Saved."))
        return redirect("accounts:account_detail", account.pk)
    return render(
        request, "accounts/account_edit.html", {"form": form, "account": account, "name": name}
    )


@require_http_methods(["GET", "POST"])
def environment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    account = account_for(user, pk)
    if not may_change(user, account):
        raise PermissionDenied
    form = EnvironmentForm(request.POST or None, instance=environment_of(account))
    if request.method == "POST" and form.is_valid():
        save_environment(by=user, account=account, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('accounts:account_detail', args=[pk])}#panel-environment")
    return render(request, "accounts/environment_edit.html", {"form": form, "account": account})
