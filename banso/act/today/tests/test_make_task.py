from __future__ import annotations

import pytest
from django.test import Client

from banso.act.tasks.models import Task
from banso.act.today.tests.builders import answered, in_need
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_next_step_becomes_a_task_of_the_owner(client: Client) -> None:
    owner = a_user()
    signal = in_need(owner)
    client.force_login(a_user(role="manager", language="en"))
    card = answered(client, signal, "task")
    task = Task.objects.get()
    assert (task.owner, task.signal, task.account) == (owner, signal, signal.account)
    assert task.title == "Get in touch and ask how things are going"
    assert "Task made, due on 2026-06-22" in card
    assert "Make it a task" not in card


def test_twice_makes_one(client: Client) -> None:
    me = a_user()
    signal = in_need(me)
    client.force_login(me)
    answered(client, signal, "task")
    answered(client, signal, "task")
    assert Task.objects.count() == 1


def test_it_is_in_the_users_language(client: Client) -> None:
    me = a_user(language="ja")
    client.force_login(me)
    answered(client, in_need(me), "task")
    assert Task.objects.get().title == "連絡を取り、最近の様子をうかがう"


def test_another_teams_customer_is_refused(client: Client) -> None:
    signal = in_need(a_user())
    client.force_login(a_user())
    assert client.post(f"/today/signals/{signal.pk}/task/").status_code == 403
    assert not Task.objects.exists()


def test_without_scripts_the_page_comes_back(client: Client) -> None:
    me = a_user()
    signal = in_need(me)
    client.force_login(me)
    assert client.post(f"/today/signals/{signal.pk}/task/")["Location"] == "/today/"
