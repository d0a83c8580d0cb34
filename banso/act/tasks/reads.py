from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from banso.act.tasks import rules
from banso.act.tasks.models import Task
from banso.know.accounts.models import Account
from banso.know.accounts.reads import account_for
from banso.know.accounts.reads import may_change as may_act_on
from banso.shared.users.models import User

MOST_IN_PANEL = 20


def tasks_with_people() -> QuerySet[Task]:
    """Tasks with all that their line and the rights on them need, in one query."""
    return Task.objects.select_related("account__owner", "owner", "done_by")


def tasks_for(user: User, *, scope: str, state: str) -> QuerySet[Task]:
    """The list: open ones by due day with undated ones last, done ones newest first."""
    tasks = tasks_with_people().filter(scope_filter(user, scope))
    if state == rules.DONE:
        return tasks.exclude(done_at=None).order_by("-done_at", "-pk")
    return tasks.filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "pk")


def task_by_id(pk: int) -> Task:
    """One task for a program whose key may read or change tasks, or a 404."""
    return get_object_or_404(tasks_with_people(), pk=pk)


def tasks_asked(
    *, state: str, account_id: int | None, owner: str, due_to: date | None
) -> QuerySet[Task]:
    """Tasks that meet every condition that says something."""
    given = {"account_id": account_id, "owner__email__iexact": owner or None, "due_on__lte": due_to}
    tasks = tasks_with_people().filter(**{k: v for k, v in given.items() if v is not None})
    if state == rules.OPEN:
        return tasks.filter(done_at=None)
    return tasks.exclude(done_at=None) if state == rules.DONE else tasks


def scope_filter(user: User, scope: str) -> Q:
    if scope == rules.MINE:
        return Q(owner=user)
    if scope == rules.TEAM:
        return Q(owner__team=user.team_id)
    return Q()


def due_counts(user: User, *, scope: str, today: date) -> tuple[int, int]:
    """How many open tasks are overdue, and how many are for today."""
    tasks = Task.objects.filter(scope_filter(user, scope), done_at=None)
    return tasks.filter(due_on__lt=today).count(), tasks.filter(due_on=today).count()


def holder_of(task: Task) -> rules.Holder:
    account_owner = task.account.owner if task.account else None
    return rules.Holder(
        has_account=task.account_id is not None,
        account_owner_id=account_owner.pk if account_owner else None,
        account_team_id=account_owner.team_id if account_owner else None,
        assignee_id=task.owner_id,
        assignee_team_id=task.owner.team_id if task.owner else None,
        created_by_id=task.created_by_id,
    )


def may_change(user: User, task: Task) -> bool:
    return rules.may_change_task(user.actor, holder_of(task))


def line_of(user: User, task: Task, today: date) -> dict[str, Any]:
    """A task as its line shows it."""
    return {
        "task": task,
        "when": rules.when_due(task.due_on, today),
        "late": (today - task.due_on).days if task.due_on else 0,
        "may_change": may_change(user, task),
    }


def task_to_change(user: User, pk: int) -> Task:
    """The task, 404 where there is none, 403 where it is not this user's to change."""
    task = tasks_with_people().filter(pk=pk).first()
    if task is None:
        raise Http404
    if not may_change(user, task):
        raise PermissionDenied
    return task


def account_to_act_on(user: User, pk: int) -> Account:
    """The customer, 404 where there is none, 403 where it is another team's."""
    account = account_for(user, pk)
    if not may_act_on(user, account):
        raise PermissionDenied
    return account


def open_tasks_of(account_id: int) -> list[Task]:
    tasks = tasks_with_people().filter(account_id=account_id, done_at=None)
    return list(tasks.order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST_IN_PANEL])


def open_tasks_by_signal(signal_ids: Iterable[int]) -> dict[int, Task]:
    """Open tasks made from these signals, by signal."""
    tasks = Task.objects.filter(signal__in=list(signal_ids), done_at=None).select_related("owner")
    return {task.signal_id: task for task in tasks if task.signal_id is not None}
