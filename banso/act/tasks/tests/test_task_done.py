from __future__ import annotations

import pytest
from django.test import Client

from banso.act.signals.tests.builders import a_signal
from banso.act.tasks.models import Task
from banso.act.tasks.tests.builders import a_task
from banso.act.tasks.writes import reopen_task
from banso.know.accounts.tests.builders import an_account
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_ticking_off_answers_with_the_line_and_can_be_undone(client: Client) -> None:
    me = a_user(language="en")
    task = a_task(owner=me)
    client.force_login(me)
    line = client.post(f"/tasks/{task.pk}/done/", {"done": "1"}, headers=HTMX).content.decode()
    assert "<html" not in line
    assert "Open again" in line
    task.refresh_from_db()
    assert task.done_by == me
    client.post(f"/tasks/{task.pk}/done/", {"done": "0"}, headers=HTMX)
    task.refresh_from_db()
    assert task.done_at is None
    kinds = (
        Entry.objects.filter(kind__startswith="task.").order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["task.done", "task.reopened"]


def test_without_scripts_it_goes_back_to_the_list(client: Client) -> None:
    me = a_user()
    task = a_task(owner=me)
    client.force_login(me)
    assert client.post(f"/tasks/{task.pk}/done/", {"done": "1"})["Location"] == "/tasks/"


def test_ticking_off_twice_is_as_once(client: Client) -> None:
    me = a_user()
    task = a_task(owner=me)
    client.force_login(me)
    for _ in range(2):
        client.post(f"/tasks/{task.pk}/done/", {"done": "1"})
    assert Entry.objects.filter(kind="task.done").count() == 1


def test_another_teams_task_is_refused(client: Client) -> None:
    task = a_task(owner=a_user(), account=an_account(owner=a_user()))
    client.force_login(a_user())
    assert client.post(f"/tasks/{task.pk}/done/", {"done": "1"}).status_code == 403
    assert Task.objects.get().done_at is None


def test_an_old_task_gives_way_to_the_newer_one_of_its_signal() -> None:
    me = a_user()
    signal = a_signal(an_account(owner=me))
    old = a_task(owner=me, signal=signal, done_at=clock.now())
    a_task(owner=me, signal=signal)
    assert reopen_task(by=me, task=old).signal is None
