from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.tasks.models import Task
from banso.act.visits.models import Finding
from banso.act.visits.tests.builders import DAY, a_visit
from banso.act.visits.writes import add_finding
from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_mistake_is_taken_away_and_its_task_stays(client: Client) -> None:
    manager = a_user(role="manager")
    finding = add_finding(
        by=manager, visit=a_visit(an_account()), kind="action", text="電話する", owner=manager,
        due_on=DAY,
    )  # fmt: skip
    url = reverse("visits:finding_remove", args=[finding.pk])
    client.force_login(a_user(role="viewer"))
    assert client.post(url).status_code == 403
    client.force_login(manager)
    client.post(url)
    assert not Finding.objects.exists()
    assert Task.objects.get().title == "電話する"
