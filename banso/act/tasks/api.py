"""Tasks by HTTP: list, add, tick off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from banso.act.tasks.models import Task
from banso.act.tasks.reads import task_by_id, tasks_asked
from banso.act.tasks.writes import add_task, complete_task
from banso.know.accounts.models import Account
from banso.know.accounts.reads import account_by_external_id, account_by_id
from banso.shared.keys.problems import Refused
from banso.shared.keys.rules import TASKS_READ, TASKS_WRITE
from banso.shared.keys.writes import note_change
from banso.shared.rest.access import key_of, needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Given, Id, Long, Owner, Page, Short, owner
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

router = Router(tags=["tasks"])
SORTS = {"id": "pk", "due_on": "due_on", "done_at": "done_at"}


class TaskOut(BaseModel):
    id: int
    account_id: int | None
    title: str
    body: str
    due_on: date | None
    owner: Owner | None
    source: str = Field(description=_("What it came from, such as signal:usage_fell."))
    created_at: datetime
    done_at: datetime | None


class TaskPage(Page[TaskOut]):
    pass


class TasksAsked(Asked):
    state: Literal["open", "done", "all"] = "open"
    account_id: Id | None = None
    owner: Short = Field("", description=_("E-mail address of who does it."))
    due_to: date | None = None
    sort: str = Field("id", pattern=r"^-?(id|due_on|done_at)$")


class TaskIn(Given):
    title: Short = Field(min_length=1, examples=["更新の相談を始める"])
    body: Long = ""
    due_on: date | None = None
    account_id: Id | None = Field(None, examples=[1])
    account: Short | None = Field(
        None,
        description=_("External id of the customer in the key's source, in place of account_id."),
    )
    owner: Short | None = Field(
        None, description=_("E-mail address of who does it; the customer's owner without.")
    )


def task_out(task: Task) -> TaskOut:
    return TaskOut(
        id=task.pk,
        account_id=task.account_id,
        title=task.title,
        body=task.body,
        due_on=task.due_on,
        owner=owner(task.owner),
        source=task.source,
        created_at=task.created_at,
        done_at=task.done_at,
    )


@router.get("/tasks", response=TaskPage, summary=_("List tasks"), **needs(TASKS_READ))
def list_tasks(request: HttpRequest, asked: Query[TasksAsked]) -> TaskPage:
    rows = tasks_asked(
        state=asked.state,
        account_id=asked.account_id,
        owner=asked.owner,
        due_to=asked.due_to,
    )
    order = order_of(asked.sort, SORTS, nullable=frozenset({"due_on", "done_at"}))
    found, cursor = part(rows, order, asked)
    return TaskPage(items=[task_out(task) for task in found], next_cursor=cursor)


@router.get("/tasks/{int:task_id}", response=TaskOut, summary=_("One task"), **needs(TASKS_READ))
def read_task(request: HttpRequest, task_id: Id) -> TaskOut:
    return task_out(task_by_id(task_id))


@router.post(
    "/tasks",
    response={201: TaskOut},
    summary=_("Add a task"),
    description=_("For a customer or for none. It stands in the lists at once."),
    **needs(TASKS_WRITE, **{"x-may-miss": True}),
)
def create_task(request: HttpRequest, given: TaskIn) -> Status[TaskOut]:
    key, account = key_of(request), _account(request, given)
    assignee = _owner(given.owner) or (account.owner if account else None)
    with transaction.atomic():
        task = add_task(
            by=None,
            title=given.title,
            body=given.body,
            due_on=given.due_on,
            account=account,
            owner=assignee,
            source=f"api:{key.pk}",
        )
        note_change(key=key, what="tasks", task=task.pk)
    return Status(201, task_out(task))


@router.post(
    "/tasks/{int:task_id}/complete",
    response=TaskOut,
    summary=_("Tick a task off"),
    description=_("A task that is done stays done."),
    **needs(TASKS_WRITE),
)
def finish_task(request: HttpRequest, task_id: Id) -> TaskOut:
    task = task_by_id(task_id)
    if task.done_at is None:
        with transaction.atomic():
            task = complete_task(by=None, task=task)
            note_change(key=key_of(request), what="tasks", task=task.pk)
    return task_out(task)


def _account(request: HttpRequest, given: TaskIn) -> Account | None:
    if given.account:
        return account_by_external_id(key_of(request).source, given.account)
    return None if given.account_id is None else account_by_id(given.account_id)


def _owner(email: str | None) -> User | None:
    if not email:
        return None
    found = people_who_own().filter(email__iexact=email).first()
    if found is None:
        raise Refused(
            422,
            gettext("Nobody who can own a task has the e-mail address %(email)s.")
            % {"email": email[:100]},
            extra={"errors": [{"in": "body", "field": "owner"}]},
        )
    return found
