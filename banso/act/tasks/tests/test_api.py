from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banso.act.tasks.models import Task
from banso.act.tasks.tests.builders import a_task
from banso.know.accounts.tests.builders import an_account
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.rest.tests.callers import Caller
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_tasks_by_state_person_and_day(django_assert_num_queries: Any) -> None:
    owner = a_user(email="sato@example.jp")
    a_task(title="a", owner=owner, due_on=date(2026, 4, 2))
    a_task(title="b", due_on=date(2026, 4, 1))
    a_task(title="c")
    a_task(title="d", done_at=clock.now())
    caller = Caller("tasks:read").used()

    def titles(**query: Any) -> list[str]:
        return [item["title"] for item in caller.get("/tasks", **query)["items"]]

    with django_assert_num_queries(3):
        assert titles(sort="due_on") == ["b", "a", "c"]
    assert titles(state="done") == ["d"]
    assert titles(state="all", sort="-due_on") == ["a", "b", "d", "c"]
    assert titles(owner="SATO@example.jp") == ["a"]
    assert titles(due_to="2026-04-01") == ["b"]
    task = Task.objects.get(title="a")
    assert caller.get(f"/tasks/{task.pk}")["owner"]["email"] == "sato@example.jp"


def test_a_task_for_a_customer_goes_to_its_owner() -> None:
    owner = a_user(email="sato@example.jp", role="csm")
    account = an_account(source="crm", external_id="C-1", owner=owner)
    caller = Caller("tasks:write", source="crm")
    sent = {"title": "更新の相談", "account": "C-1", "due_on": "2026-04-10"}
    made = caller.post("/tasks", sent, status=201)
    task = Task.objects.get(pk=made["id"])
    assert (task.account, task.owner, task.due_on) == (account, owner, date(2026, 4, 10))
    assert Entry.objects.get(kind="key.changed_something").payload["key"] == caller.key.pk
    caller.post("/tasks", {"title": "x", "account": "none"}, status=404)
    caller.post("/tasks", {"title": "x", "account_id": 10**9}, status=404)
    caller.post("/tasks", {"title": "x", "owner": "who@example.jp"}, status=422)
    caller.post("/tasks", {"title": " "}, status=422)
    assert Task.objects.count() == 1


def test_a_task_is_ticked_off_once() -> None:
    task = a_task()
    caller = Caller("tasks:write")
    done = caller.post(f"/tasks/{task.pk}/complete", {})["done_at"]
    assert done is not None
    assert caller.post(f"/tasks/{task.pk}/complete", {})["done_at"] == done
    assert Entry.objects.filter(kind="task.done").count() == 1
    assert caller.ask("POST", "/tasks/999999/complete").status_code == 404
    assert Caller("tasks:read").ask("POST", f"/tasks/{task.pk}/complete").status_code == 403
