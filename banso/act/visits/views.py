from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.act.visits import files, pages, reads, rules, thanking
from banso.act.visits.done import rows_of
from banso.act.visits.forms import FindingForm, FoundForm, PlanForm, WordsForm
from banso.act.visits.mailing import words_of
from banso.act.visits.models import Finding, Thanks
from banso.act.visits.writes import (
    add_finding,
    call_off,
    change_visit,
    hold_visit,
    plan_visit,
    remove_finding,
    save_words,
    settle,
    thank,
    try_again,
)
from banso.know.accounts.reads import may_change
from banso.know.accounts.rules import whole_number
from banso.listen.surveys.models import Wave
from banso.shared import clock
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in

PAGE_SIZE = 30


def _wave(request: HttpRequest) -> Wave | None:
    given = request.POST.get("wave") or request.GET.get("wave") or ""
    return reads.wave_asked(whole_number(given))


@require_GET
def whom_to_visit(request: HttpRequest) -> HttpResponseBase:
    """Whom should we visit after this wave, and why?"""
    user, wave = signed_in(request), _wave(request)
    if wave is None:
        return render(request, "visits/whom_to_visit.html", {"wave": None})
    asked = {name: request.GET.get(name, "") for name in ("owner", "reason", "state")}
    everybody = reads.candidates(wave, reads.owned_by(user, asked["owner"]))
    found = pages.in_state(everybody, wave, asked["state"])
    if asked["reason"] in rules.REASONS:
        found = [one for one in found if asked["reason"] in one.reasons]
    if request.GET.get("format") == "csv":
        name = f"{_('Whom to visit')} {wave.name}.csv"
        return csv_response(name, *files.candidates_file(user, wave, found))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [
        {
            "line": line,
            "reasons": pages.shown_reasons(line.reasons, line.counts),
            "people": pages.person_lines(line.people),
        }
        for line in reads.lines(user, wave, list(page.object_list))
    ]
    context = {
        "wave": wave, "wave_name": pages.wave_name(wave), "waves": reads.waves(), "asked": asked,
        "lines": lines, "page": page, "found": len(found), "everybody": len(everybody),
        "reasons": pages.reason_counts(everybody), "answer": pages.headline(wave, everybody),
        "owners": pages.owner_choices(user), "kept": pages.kept(request.GET, reason=""),
        "file": pages.kept(request.GET, format="csv"),
    }  # fmt: skip
    return render(request, "visits/whom_to_visit.html", context)


@require_http_methods(["GET", "POST"])
def thanks_list(request: HttpRequest) -> HttpResponseBase:
    """Who answered, and who is still to be thanked?"""
    user, wave = signed_in(request), _wave(request)
    if wave is None:
        return render(request, "visits/thanks_list.html", {"wave": None})
    if request.method == "POST":
        _thank(request, wave)
        response = redirect("visits:thanks_list")
        response["Location"] += f"?{pages.kept(request.GET, wave=str(wave.pk))}"
        return response
    state, owner = request.GET.get("state", ""), request.GET.get("owner", "")
    found = thanking.respondents(wave, among=reads.owned_by(user, owner), state=state)
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Thanks')} {wave.name}.csv", *files.thanks_file(list(found)))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    theirs = set(
        thanking.to_thank(user, wave)
        .filter(pk__in=[answer.pk for answer in page.object_list])
        .values_list("pk", flat=True)
    )
    counts = thanking.counts(wave)
    context = {
        "wave": wave, "wave_name": pages.wave_name(wave), "waves": reads.waves(), "page": page,
        "rows": pages.thanks_lines(list(page.object_list)), "theirs": theirs, "counts": counts,
        "state": state, "owner": owner, "owners": pages.owner_choices(user),
        "mine": thanking.to_thank(user, wave).count(), "may_thank": user.may("change_own"),
        "kept": pages.kept(request.GET, state=""), "file": pages.kept(request.GET, format="csv"),
    }  # fmt: skip
    return render(request, "visits/thanks_list.html", context)


def _thank(request: HttpRequest, wave: Wave) -> None:
    """Thank those that were ticked, or all; or send again what the mail server refused."""
    user = allowed(request, "change_own")
    asked = request.POST.get("do", "")
    if asked == "again":
        count = try_again(by=user, wave=wave)
        messages.success(request, _("Trying again: %(n)s.") % {"n": count})
        return
    means = Thanks.Means.MAIL if asked.startswith("mail") else Thanks.Means.PERSON
    chosen = None
    if not asked.endswith("all"):
        given = (whole_number(one) for one in request.POST.getlist("answer"))
        chosen = {pk for pk in given if pk is not None}
    done = thank(by=user, wave=wave, means=means, chosen=chosen)
    if means == Thanks.Means.MAIL:
        said = ngettext(
            "%(n)s thank-you mail is on its way.",
            "%(n)s thank-you mails are on their way.",
            done.now,
        )
    else:
        said = ngettext(
            "%(n)s person marked as thanked.", "%(n)s people marked as thanked.", done.now
        )
    messages.success(request, said % {"n": done.now})
    if done.without_address:
        told = ngettext(
            "%(n)s person has no e-mail address: thank them in person.",
            "%(n)s people have no e-mail address: thank them in person.",
            done.without_address,
        )
        messages.warning(request, told % {"n": done.without_address})
    if done.opted_out:
        told = ngettext(
            "%(n)s person asked not to be written to: thank them in person.",
            "%(n)s people asked not to be written to: thank them in person.",
            done.opted_out,
        )
        messages.warning(request, told % {"n": done.opted_out})


@require_http_methods(["GET", "POST"])
def thanks_words(request: HttpRequest) -> HttpResponse:
    """What does the thank-you mail say?"""
    user, wave = allowed(request, "change_own"), _wave(request)
    if wave is None:
        return redirect("visits:thanks_list")
    form = WordsForm(request.POST or None, words=words_of(wave))
    if request.method == "POST" and form.is_valid():
        save_words(by=user, wave=wave, words=form.words)
        messages.success(request, _("Saved."))
        response = redirect("visits:thanks_list")
        response["Location"] += f"?wave={wave.pk}"
        return response
    context = {"wave": wave, "wave_name": pages.wave_name(wave), "form": form}
    return render(request, "visits/thanks_words.html", context, status=400 if form.errors else 200)


@require_POST
def thanks_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """It reached them after all, or they were thanked otherwise."""
    user = signed_in(request)
    thanks = get_object_or_404(Thanks.objects.select_related("response__account__owner"), pk=pk)
    account = thanks.response.account
    if account is None or not may_change(user, account):
        raise PermissionDenied
    settle(by=user, thanks=thanks)
    response = redirect("visits:thanks_list")
    response["Location"] += f"?wave={thanks.wave_id}&state={thanking.STUCK}"
    return response


@require_GET
def visit_list(request: HttpRequest) -> HttpResponseBase:
    """Which visits are planned, and which were held?"""
    user = signed_in(request)
    owner, state = request.GET.get("owner", ""), request.GET.get("state", rules.OPEN)
    state = state if state in (rules.OPEN, rules.HELD, rules.CALLED_OFF) else rules.OPEN
    found = reads.visits_asked(user, owner=owner, state=state)
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Customer visits')}.csv", *files.visits_file(found))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page, "state": state, "owner": owner, "owners": pages.owner_choices(user),
        "today": clock.today(), "kept": pages.kept(request.GET, state=""),
        "file": pages.kept(request.GET, format="csv"),
        "rows": [{"visit": v, "reasons": pages.shown_reasons(v.reasons, {})} for v in page],
    }  # fmt: skip
    return render(request, "visits/visit_list.html", context)


@require_http_methods(["GET", "POST"])
def visit_new(request: HttpRequest) -> HttpResponse:
    """Plan a visit: when, who, and which questions?"""
    user, asked = signed_in(request), whole_number(request.GET.get("account", ""))
    if not asked:
        return redirect("visits:whom_to_visit")
    account, wave = reads.account_to_visit(user, asked), _wave(request)
    reasons = pages.reasons_for(account, wave)
    initial = {
        "goers": [account.owner_id or user.pk],
        "questions": pages.suggested(account, wave, reasons),
    }
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        visit = plan_visit(
            by=user, account=account, wave=wave, reasons=reasons, **form.cleaned_data
        )
        messages.success(request, _("The visit is planned."))
        return redirect("visits:visit_detail", visit.pk)
    context = {
        "form": form, "account": account, "wave": wave,
        "reasons": pages.shown_reasons(reasons, {}),
        "answers": pages.person_lines(reads.answers_of(wave, account.pk)) if wave else [],
    }  # fmt: skip
    return render(request, "visits/visit_new.html", context, status=400 if form.errors else 200)


@require_GET
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Why do we visit this customer, what do we ask, and what did we find?"""
    user, visit = signed_in(request), reads.visit_for(pk)
    context = pages.detail(request, visit)
    context["may_change"] = may_change(user, visit.account)
    initial = {"held_on": visit.held_on or visit.planned_on, "found": visit.found}
    context["found_form"] = FoundForm(today=clock.today(), initial=initial)
    context["finding_form"] = FindingForm(
        troubles=context["troubles"], initial={"owner": visit.account.owner_id or user.pk}
    )
    return render(request, "visits/visit_detail.html", context)


@require_http_methods(["GET", "POST"])
def visit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the plan of a visit."""
    user = signed_in(request)
    visit = reads.visit_to_change(user, pk)
    initial = {
        "planned_on": visit.planned_on, "questions": visit.questions,
        "goers": [one.pk for one in visit.goers.all()],
    }  # fmt: skip
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_visit(by=user, visit=visit, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("visits:visit_detail", pk)
    context = {"form": form, "visit": visit}
    return render(request, "visits/visit_edit.html", context, status=400 if form.errors else 200)


def _back_to_it(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The visit's page with what is wrong in one of its forms."""
    return render(request, "visits/visit_detail.html", context, status=400)


@require_POST
def visit_found(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the visit found."""
    user = signed_in(request)
    visit = reads.visit_to_change(user, pk)
    form = FoundForm(request.POST, today=clock.today())
    if form.is_valid():
        usage = pages.usage_now(visit.account_id)
        hold_visit(by=user, visit=visit, usage=usage, **form.cleaned_data)
        messages.success(request, _("Written down. What follows from it?"))
        response = redirect("visits:visit_detail", pk)
        response["Location"] += "#findings"
        return response
    context = pages.detail(request, visit) | {"may_change": True, "found_form": form}
    context["finding_form"] = FindingForm(troubles=context["troubles"])
    return _back_to_it(request, context)


@require_POST
def visit_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    call_off(by=user, visit=reads.visit_to_change(user, pk))
    messages.success(request, _("Called off."))
    return redirect("visits:visit_list")


@require_POST
def finding_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A request, an action or a learning that the visit brought."""
    user = signed_in(request)
    visit = reads.visit_to_change(user, pk)
    context = pages.detail(request, visit)
    form = FindingForm(request.POST, troubles=context["troubles"])
    if form.is_valid():
        add_finding(by=user, visit=visit, **form.fields_of_finding)
        messages.success(request, _("Added."))
        response = redirect("visits:visit_detail", pk)
        response["Location"] += "#findings"
        return response
    context |= {"may_change": True, "finding_form": form}
    context["found_form"] = FoundForm(today=clock.today(), initial={"found": visit.found})
    return _back_to_it(request, context)


@require_POST
def finding_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """It was written by mistake."""
    user = signed_in(request)
    finding = get_object_or_404(Finding.objects.select_related("account__owner"), pk=pk)
    if not may_change(user, finding.account):
        raise PermissionDenied
    visit = finding.visit_id
    remove_finding(by=user, finding=finding)
    messages.success(request, _("Removed. A task that was made of it stays."))
    if visit is None:
        return redirect("visits:finding_list")
    return redirect("visits:visit_detail", visit)


@require_GET
def finding_list(request: HttpRequest) -> HttpResponseBase:
    """What did the visits bring, and what has become of it?"""
    user = signed_in(request)
    kind, owner = request.GET.get("kind", ""), request.GET.get("owner", "")
    found = reads.findings_asked(user, kind=kind, owner=owner, about=request.GET.get("about", ""))
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Findings')}.csv", *files.findings_file(found))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": pages.finding_rows(page.object_list), "kind": kind, "owner": owner,
        "owners": pages.owner_choices(user), "kinds": Finding.Kind.choices,
        "kept": pages.kept(request.GET, kind=""), "file": pages.kept(request.GET, format="csv"),
        "counts": reads.finding_counts(),
    }  # fmt: skip
    return render(request, "visits/finding_list.html", context)


@require_GET
def what_was_done(request: HttpRequest) -> HttpResponseBase:
    """What was done since a wave, and how do people answer now?"""
    before, after = reads.two_waves(
        whole_number(request.GET.get("before", "")), whole_number(request.GET.get("after", ""))
    )
    if before is None:
        return render(request, "visits/what_was_done.html", {"before": None})
    rows = rows_of(before, after, pages.language())
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('What we did')}.csv", *files.done_file(rows))
    context = {
        "before": before, "after": after, "waves": reads.waves(),
        "leaves": [row for row in rows if row.meaning == "leaf"],
        "troubles": [row for row in rows if row.meaning != "leaf"],
        "answer": pages.done_headline(rows, after), "file": pages.kept(request.GET, format="csv"),
    }  # fmt: skip
    return render(request, "visits/what_was_done.html", context)
