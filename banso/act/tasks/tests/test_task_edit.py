from __future__ import annotations

import pytest
from django.test import Client

from banso.act.tasks.tests.builders import a_task
from banso.know.accounts.tests.builders import an_account
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_task_is_changed_and_handed_on(client: Client) -> None:
    me, mate = a_user(), a_user()
    task = a_task(owner=me)
    client.force_login(me)
    data = {"title": "資料を送る", "owner": mate.pk, "due_on": "", "body": "先に電話"}
    assert client.post(f"/tasks/{task.pk}/", data).status_code == 302
    task.refresh_from_db()
    assert (task.title, task.owner, task.body) == ("資料を送る", mate, "先に電話")
    assert sorted(Entry.objects.get(kind="task.changed").payload["fields"]) == [
        "body",
        "owner",
        "title",
    ]


def test_a_title_is_needed(client: Client) -> None:
    me = a_user()
    task = a_task(owner=me)
    client.force_login(me)
    assert client.post(f"/tasks/{task.pk}/", {"title": "", "owner": me.pk}).status_code == 200


def test_another_teams_task_is_refused(client: Client) -> None:
    task = a_task(owner=a_user(), account=an_account(owner=a_user()))
    client.force_login(a_user())
    assert client.get(f"/tasks/{task.pk}/").status_code == 403
    assert client.get("/tasks/999999/").status_code == 404
