from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from banso.act.signals.models import Signal
from banso.act.tasks.models import Task
from banso.know.accounts.models import Account
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import User

CHANGEABLE = ("title", "body", "due_on", "owner")


@transaction.atomic
def add_task(
    *,
    by: User | None,
    title: str,
    owner: User | None,
    account: Account | None = None,
    due_on: date | None = None,
    body: str = "",
    signal: Signal | None = None,
    source: str = "",
) -> Task:
    """Add a task; a signal that already has an open one keeps that one."""
    if signal is not None:
        Signal.objects.select_for_update().get(pk=signal.pk)
        known = Task.objects.filter(signal=signal, done_at=None).first()
        if known is not None:
            return known
    task = Task.objects.create(
        account=account,
        signal=signal,
        source=source,
        title=title[:200],
        body=body,
        due_on=due_on,
        owner=owner,
        created_by=by,
        created_at=clock.now(),
    )
    _record("task.added", task, by=by)
    return task


@transaction.atomic
def change_task(*, by: User, task: Task, **fields: Any) -> Task:
    """Change the title, details, day or person of a task."""
    changed = [n for n in CHANGEABLE if n in fields and getattr(task, n) != fields[n]]
    if not changed:
        return task
    for name in changed:
        setattr(task, name, fields[name])
    task.save(update_fields=changed)
    _record("task.changed", task, by=by, fields=changed)
    return task


@transaction.atomic
def complete_task(*, by: User | None, task: Task) -> Task:
    """Tick it off; without a user it was a program."""
    if task.done_at is not None:
        return task
    task.done_at, task.done_by = clock.now(), by
    task.save(update_fields=["done_at", "done_by"])
    _record("task.done", task, by=by)
    return task


@transaction.atomic
def reopen_task(*, by: User, task: Task) -> Task:
    """Open it again; without its signal when that got another open task meanwhile."""
    if task.done_at is None:
        return task
    if task.signal_id and Task.objects.filter(signal=task.signal_id, done_at=None).exists():
        task.signal = None
    task.done_at = task.done_by = None
    task.save(update_fields=["done_at", "done_by", "signal"])
    _record("task.reopened", task, by=by)
    return task


def _record(kind: str, task: Task, *, by: User | None, **more: Any) -> None:
    due = task.due_on.isoformat() if task.due_on else None
    record(
        kind, by=by, account_id=task.account_id, task=task.pk, title=task.title, due_on=due, **more
    )
