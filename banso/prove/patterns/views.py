from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.prove.patterns import files, pages, reads
from banso.prove.patterns.forms import FilterForm, LinkForm, PatternForm, UseForm
from banso.prove.patterns.models import Level, Pattern
from banso.prove.patterns.presenting import headline, levels_shown, list_rows
from banso.prove.patterns.situations import conditions_of
from banso.prove.patterns.writes import (
    ChangedMeanwhile,
    link_pattern,
    mark_used,
    remove_pattern,
    rewrite_pattern,
    take_back,
    unlink_pattern,
    write_pattern,
)
from banso.shared import clock
from banso.shared.spreadsheets import csv_response
from banso.shared.users.models import User
from banso.shared.users.reads import signed_in


@require_GET
def pattern_list(request: HttpRequest) -> HttpResponseBase:
    """What has worked, in whom and when?"""
    user, form = signed_in(request), FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    level = request.GET.get("level", "")
    level = level if level in Level.values else ""
    found = reads.patterns_asked(
        text=asked.get("q", ""), occasion=asked.get("occasion", ""), level=level
    )
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Winning patterns')}.csv", *files.list_file(found))
    everything = list(reads.patterns())
    rows = list_rows(found)
    counts = reads.use_counts(pattern.pk for pattern in everything)
    context = {
        "form": form, "rows": rows, "any": bool(everything), "level": level,
        "answer": headline(everything, counts) if everything else "", "levels": levels_shown(),
        "may_write": reads.may_write(user), "kept": pages.kept_filters(request.GET),
    }  # fmt: skip
    return render(request, "patterns/pattern_list.html", context)


@require_GET
def pattern_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is the pattern, what bears it out, and who uses it?"""
    user, pattern = signed_in(request), reads.pattern_for(pk)
    today = clock.today()
    asked = request.GET.get("format", "")
    tables = {
        "uses": lambda: files.uses_file(reads.uses_of(pattern)),
        "spread": lambda: files.spread_file(reads.uses_of(pattern), today),
        "renewals": lambda: files.renewals_file(pattern, today),
    }
    if asked in tables:
        return csv_response(f"{pattern}.csv", *tables[asked]())
    context = pages.detail_page(user, pattern, today=today)
    if context["may_change"] and (form := LinkForm(pattern=pattern)).any_choice:
        context["link_form"] = form
    return render(request, "patterns/pattern_detail.html", context)


@require_GET
def pattern_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """How was it worded before?"""
    pattern = reads.pattern_for(pk)
    version = reads.version_for(pattern, number)
    context = {"pattern": pattern, "version": version} | pages.situation(version)
    return render(request, "patterns/pattern_version.html", context)


@require_http_methods(["GET", "POST"])
def pattern_new(request: HttpRequest) -> HttpResponse:
    """Describe what worked so that others can repeat it."""
    user = signed_in(request)
    if not reads.may_write(user):
        raise PermissionDenied
    query = conditions_of(request.GET.get("situation", "")).address()
    initial = {"owner": user.pk}
    form = PatternForm(request.POST or None, user=user, query=query, initial=initial)
    if request.method == "POST" and form.is_valid():
        pattern = write_pattern(by=user, owner=form.cleaned_data["owner"], **form.words)
        messages.success(request, _("Written. Now link what bears it out."))
        return redirect("patterns:pattern_detail", pattern.pk)
    status = 400 if form.errors else 200
    return render(request, "patterns/pattern_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def pattern_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another version of it; the earlier ones are kept."""
    user, pattern = _changing(request, pk)
    version = reads.version_for(pattern, pattern.current.number if pattern.current else 1)
    form = PatternForm(
        request.POST or None, user=user, instance=version, initial={"owner": pattern.owner_id}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rewrite_pattern(
                by=user, pattern=pattern, seen=whole_number(request.POST.get("seen", "")) or 0,
                owner=given["owner"], because=given["because"], **form.words,
            )  # fmt: skip
        except ChangedMeanwhile:
            form.add_error(None, _("Somebody else changed it meanwhile: look at it again first."))
        else:
            messages.success(request, _("Saved."))
            return redirect("patterns:pattern_detail", pk)
    status = 400 if form.errors else 200
    context = {"form": form, "pattern": pattern, "seen": pages.seen_number(request, pattern)}
    return render(request, "patterns/pattern_edit.html", context, status=status)


@require_POST
def pattern_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user, pattern = _changing(request, pk)
    remove_pattern(by=user, pattern=pattern)
    messages.success(request, _("Removed from the list. What was found stays on record."))
    return redirect("patterns:pattern_list")


@require_POST
def pattern_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Link it to what bears it out, or to what it is done by."""
    user, pattern = _changing(request, pk)
    form = LinkForm(request.POST, pattern=pattern)
    if form.is_valid():
        source, reference = form.asked
        link_pattern(by=user, pattern=pattern, source=source, reference=reference)
    else:
        messages.error(request, _("Choose what it is linked to."))
    return _to_evidence(pk)


@require_POST
def pattern_unlink(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    user, pattern = _changing(request, pk)
    unlink_pattern(by=user, link=get_object_or_404(pattern.links, pk=link))
    return _to_evidence(pk)


@require_http_methods(["GET", "POST"])
def pattern_use(request: HttpRequest, pk: int) -> HttpResponse:
    """I used this with a customer."""
    user, pattern = signed_in(request), reads.pattern_for(pk)
    if not user.may("change_own"):
        raise PermissionDenied
    asked = whole_number(request.GET.get("customer", ""))
    account = reads.account_to_use_with(user, asked) if asked else None
    form = UseForm(
        request.POST or None, user=user, today=clock.today(), initial={"account": account}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        mark_used(by=user, pattern=pattern, **given)
        name = {"name": given["account"].name}
        messages.success(request, _("Marked: used with %(name)s.") % name)
        if account is not None:
            return redirect("accounts:account_detail", account.pk)
        return redirect("patterns:pattern_detail", pk)
    context: dict[str, Any] = {"form": form, "pattern": pattern, "account": account}
    status = 400 if form.errors else 200
    return render(request, "patterns/pattern_use.html", context, status=status)


@require_POST
def pattern_use_back(request: HttpRequest, pk: int, use: int) -> HttpResponse:
    """It was marked by mistake."""
    user, pattern = signed_in(request), reads.pattern_for(pk)
    take_back(by=user, use=reads.use_to_take_back(user, pattern, use))
    messages.success(request, _("Taken back."))
    return redirect("patterns:pattern_detail", pk)


def _changing(request: HttpRequest, pk: int) -> tuple[User, Pattern]:
    user, pattern = signed_in(request), reads.pattern_for(pk)
    if not reads.may_change_pattern(user, pattern):
        raise PermissionDenied
    return user, pattern


def _to_evidence(pk: int) -> HttpResponse:
    response = redirect("patterns:pattern_detail", pk)
    response["Location"] += "#evidence"
    return response
