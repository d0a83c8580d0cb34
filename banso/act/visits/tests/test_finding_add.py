from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.tasks.models import Task
from banso.act.visits.models import Finding
from banso.act.visits.tests.builders import a_visit
from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.tests.builders import a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
ACTION = {"kind": "action", "text": "印刷用の画面を案内する", "due_on": "2026-07-31"}


def add(client: Client, **fields: Any) -> Any:
    visit = a_visit(an_account(), a_wave())
    return client.post(reverse("visits:finding_add", args=[visit.pk]), fields)


def test_an_action_becomes_a_task_of_whoever_does_it(client: Client) -> None:
    owner = a_user()
    client.force_login(a_user())
    add(client, **ACTION, owner=owner.pk, about="trouble_kind:operation")
    finding, task = Finding.objects.get(), Task.objects.get()
    assert finding.task == task
    assert (task.owner, task.title, str(task.due_on)) == (owner, ACTION["text"], "2026-07-31")
    assert task.source == f"finding:{finding.pk}"
    assert (finding.meaning, finding.value) == ("trouble_kind", "operation")


def test_a_request_without_owner_or_day_is_refused(client: Client) -> None:
    client.force_login(a_user())
    answer = add(client, kind="request", text="CSVで出したい")
    assert answer.status_code == 400
    assert answer.content.decode().count("A request or an action needs this.") == 2
    assert not Finding.objects.exists()


def test_a_learning_needs_nobody_and_no_task(client: Client) -> None:
    client.force_login(a_user())
    add(client, kind="learning", text="月末だけ使う")
    assert Finding.objects.get().task is None
    assert not Task.objects.exists()


def test_a_subject_that_was_not_offered_is_refused(client: Client) -> None:
    client.force_login(a_user())
    assert add(client, kind="learning", text="x", about="leaf:nowhere").status_code == 400
