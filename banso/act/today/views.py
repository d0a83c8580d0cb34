from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banso.act.signals.kinds import kinds
from banso.act.signals.models import Signal
from banso.act.signals.reads import reason_of, step_due_on, step_of
from banso.act.signals.writes import dismiss, snooze
from banso.act.tasks.reads import due_counts
from banso.act.tasks.rules import scope_of
from banso.act.tasks.writes import add_task
from banso.act.today.forms import DismissForm, SnoozeForm
from banso.act.today.reads import (
    Ranking,
    accounts_in,
    cards,
    counts_by_kind,
    customers,
    looked_at,
    next_renewals,
    ranked,
    renewals_within,
    signal_to_answer,
    signals_in,
)
from banso.act.today.rules import empty_reason
from banso.know.accounts.models import Account
from banso.listen.events.presenting import warnings_in_words
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.reads import signed_in


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Which customers need me today?"""
    user, day = signed_in(request), clock.today()
    scope = scope_of(user.actor, request.GET.get("scope", ""))
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds() else ""
    signals = signals_in(user, scope, day)
    needing, by_kind = accounts_in(signals), counts_by_kind(signals)
    found = next((n for each, n in by_kind if each.key == kind), 0) if kind else needing
    page = Ranking(ranked(signals, kind), count=found).get_page(request.GET.get("page"))
    overdue, due_today = due_counts(user, scope=scope, today=day)
    context: dict[str, Any] = {
        "cards": cards(user, list(page.object_list), day),
        "page": page,
        "scope": scope,
        "kind": kind,
        "by_kind": by_kind,
        "needing": needing,
        "customers": customers(user, scope).count(),
        "renewals": renewals_within(user, scope, day),
        "tasks_late": overdue,
        "tasks_today": due_today,
        "has_team": user.team_id is not None,
        "day": day,
        "tomorrow": day + timedelta(days=1),
        "event_warnings": warnings_in_words() if user.may("define") else [],
    }
    if not needing:
        context |= _nothing(user, scope, context["customers"])
    return render(request, "today/today.html", context)


def _nothing(user: User, scope: str, found: int) -> dict[str, Any]:
    """What an empty page says instead of the list."""
    reason = empty_reason(
        any_customers=bool(found) or Account.objects.exists(),
        looked_at=looked_at(),
        customers=found,
    )
    return {"empty": reason, "next_renewals": next_renewals(user, scope, clock.today())}


@require_POST
def make_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the signal's next step a task of the customer's owner."""
    user, day = signed_in(request), clock.today()
    signal = signal_to_answer(user, pk)
    task = add_task(
        by=user,
        account=signal.account,
        signal=signal,
        title=step_of(signal),
        body=reason_of(signal, day),
        owner=signal.account.owner or user,
        due_on=step_due_on(signal, day),
        source=f"signal:{signal.kind}",
    )
    said = _("Task made: %(title)s") % {"title": task.title}
    return _answered(request, signal, user, said)


@require_POST
def snooze_signal(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a signal off; it returns by itself."""
    user, day = signed_in(request), clock.today()
    signal = signal_to_answer(user, pk)
    form = SnoozeForm(request.POST, today=day)
    if not form.is_valid():
        return _refused(request, signal, user, form)
    until = form.cleaned_data["until"]
    snooze(by=user, signal=signal, until=until)
    shown = date_format(until, "SHORT_DATE_FORMAT")
    said = _("“%(reason)s” is put off until %(day)s.") % {
        "reason": reason_of(signal, day),
        "day": shown,
    }
    return _answered(request, signal, user, said)


@require_POST
def dismiss_signal(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a signal with a reason."""
    user = signed_in(request)
    signal = signal_to_answer(user, pk)
    form = DismissForm(request.POST)
    if not form.is_valid():
        return _refused(request, signal, user, form)
    dismiss(by=user, signal=signal, note=form.cleaned_data["note"])
    said = _("“%(reason)s” is dismissed; it comes back only if it ends and happens again.")
    return _answered(request, signal, user, said % {"reason": reason_of(signal, clock.today())})


def _refused(request: HttpRequest, signal: Signal, user: User, form: Any) -> HttpResponse:
    text = " ".join(error for errors in form.errors.values() for error in errors)
    return _answered(request, signal, user, text, wrong=True)


def _answered(
    request: HttpRequest, signal: Signal, user: User, said: str, *, wrong: bool = False
) -> HttpResponse:
    """The customer's card as it is now, or the page again for a browser without scripts."""
    if not request.headers.get("HX-Request"):
        (messages.error if wrong else messages.success)(request, said)
        return redirect("today:today")
    [card] = cards(user, [signal.account_id], clock.today())
    context = {"card": card, "said": said, "wrong": wrong, "scope": request.POST.get("scope", "")}
    return render(request, "today/today.html#card", context)
