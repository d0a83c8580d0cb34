from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.tasks.writes import complete_task
from banso.act.visits.tests.builders import DAY, a_visit
from banso.act.visits.writes import add_finding
from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("visits:finding_list")


def test_it_says_what_became_of_what_visits_brought(client: Client) -> None:
    manager = a_user(role="manager")
    client.force_login(manager)
    visit = a_visit(an_account())
    action = add_finding(
        by=manager, visit=visit, kind="action", text="電話する", owner=manager, due_on=DAY,
        meaning="leaf", value="below",
    )  # fmt: skip
    add_finding(by=manager, visit=visit, kind="learning", text="=月末だけ使う")
    assert action.task is not None
    complete_task(by=manager, task=action.task)
    text = client.get(PAGE).content.decode()
    assert "1 became a task, 1 of those are done" in text
    assert "電話する" in text and "月末だけ使う" in text
    text = client.get(PAGE, {"kind": "learning"}).content.decode()
    assert "電話する" not in text
    assert "月末だけ使う" not in client.get(PAGE, {"about": "leaf:below"}).content.decode()
    assert "'=月末だけ使う" in client.get(PAGE, {"format": "csv"}).getvalue().decode()


def test_an_empty_list_leads_to_the_visits(client: Client) -> None:
    client.force_login(a_user())
    assert "See the visits" in client.get(PAGE).content.decode()
