from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_asking_twice_checks_once(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    for _ in range(2):
        assert client.post(reverse("hypotheses:check_now")).status_code == 302
    assert Job.objects.filter(name="hypotheses.check").count() == 1


def test_a_viewer_cannot_ask(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    assert client.post(reverse("hypotheses:check_now")).status_code == 403
