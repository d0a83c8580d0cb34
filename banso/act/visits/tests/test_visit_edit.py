from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.tests.builders import a_visit
from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_plan_is_changed(client: Client) -> None:
    manager, goer = a_user(role="manager"), a_user()
    client.force_login(manager)
    visit = a_visit(an_account())
    url = reverse("visits:visit_edit", args=[visit.pk])
    assert "何に困りましたか?" in client.get(url).content.decode()
    client.post(url, {"planned_on": "2026-08-01", "goers": [goer.pk], "questions": "なぜですか?"})
    visit.refresh_from_db()
    assert (str(visit.planned_on), visit.questions) == ("2026-08-01", "なぜですか?")
    assert list(visit.goers.all()) == [goer]
    client.force_login(a_user(role="viewer"))
    assert client.get(url).status_code == 403
