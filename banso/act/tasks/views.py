from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.act.signals.reads import open_signals, step_due_on, step_of
from banso.act.tasks import rules
from banso.act.tasks.forms import TaskForm
from banso.act.tasks.reads import (
    account_to_act_on,
    due_counts,
    line_of,
    task_to_change,
    tasks_for,
)
from banso.act.tasks.writes import add_task, change_task, complete_task, reopen_task
from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.accounts.rules import whole_number
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.reads import signed_in

PAGE_SIZE = 50


@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """What is to be done, and what is late?"""
    user, today = signed_in(request), clock.today()
    scope = rules.scope_of(user.actor, request.GET.get("scope", ""))
    state = rules.DONE if request.GET.get("state") == rules.DONE else rules.OPEN
    page = Paginator(tasks_for(user, scope=scope, state=state), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    overdue, due_today = due_counts(user, scope=scope, today=today)
    context = {
        "rows": [line_of(user, task, today) for task in page.object_list],
        "page": page,
        "scope": scope,
        "state": state,
        "overdue": overdue,
        "due_today": due_today,
        "may_add": rules.may_add_task(user.actor),
        "has_team": user.team_id is not None,
    }
    return render(request, "tasks/task_list.html", context)


@require_http_methods(["GET", "POST"])
def task_create(request: HttpRequest) -> HttpResponse:
    """Add a task: empty, about a customer, or from a signal's next step."""
    user, today = signed_in(request), clock.today()
    if not rules.may_add_task(user.actor):
        raise PermissionDenied
    account, signal = None, None
    initial: dict[str, Any] = {"owner": user}
    if asked := whole_number(request.GET.get("signal", "")):
        signal = open_signals().filter(pk=asked).first()
    if signal is not None:
        account = account_to_act_on(user, signal.account_id)
        initial |= {"title": step_of(signal), "due_on": step_due_on(signal, today)}
        initial["owner"] = account.owner or user
    elif asked := whole_number(request.GET.get("account", "")):
        account = account_to_act_on(user, asked)
    form = TaskForm(request.POST or None, account=account, is_new=True, initial=initial)
    if request.method == "POST" and form.is_valid() and _is_theirs(form, user):
        add_task(
            by=user,
            account=form.chosen_account,
            signal=signal,
            source=f"signal:{signal.kind}" if signal else "",
            **{name: form.cleaned_data[name] for name in ("title", "body", "due_on", "owner")},
        )
        messages.success(request, _("The task was added."))
        return HttpResponseRedirect(_back(request))
    return render(
        request,
        "tasks/task_create.html",
        {"form": form, "account": account, "back": _back(request)},
    )


def _is_theirs(form: TaskForm, user: User) -> bool:
    """Whether the customer chosen in the form is this user's to work on; else the form says so."""
    account: Account | None = form.chosen_account
    if account is None or may_change(user, account):
        return True
    form.add_error(
        None,
        _("This customer belongs to another team: ask its owner or a manager to add the task."),
    )
    return False


def _back(request: HttpRequest) -> str:
    """Where the reader came from, when that is a place of ours."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return back
    return reverse("tasks:task_list")


@require_http_methods(["GET", "POST"])
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a task."""
    user = signed_in(request)
    task = task_to_change(user, pk)
    initial = {"title": task.title, "body": task.body, "due_on": task.due_on, "owner": task.owner}
    form = TaskForm(request.POST or None, account=task.account, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_task(by=user, task=task, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(_back(request))
    context = {"form": form, "task": task, "back": _back(request)}
    return render(request, "tasks/task_edit.html", context)


@require_POST
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a task off, or open it again; answers with its line."""
    user = signed_in(request)
    task = task_to_change(user, pk)
    if request.POST.get("done") == "0":
        reopen_task(by=user, task=task)
    else:
        complete_task(by=user, task=task)
    if request.headers.get("HX-Request"):
        return render(
            request, "tasks/task_list.html#row", {"row": line_of(user, task, clock.today())}
        )
    return HttpResponseRedirect(_back(request))
