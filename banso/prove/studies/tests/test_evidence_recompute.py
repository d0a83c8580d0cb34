from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "status"), [("analyst", 302), ("manager", 302), ("csm", 403), ("viewer", 403)]
)
def test_who_defines_metrics_may_ask_for_a_computation(
    client: Client, role: str, status: int
) -> None:
    client.force_login(a_user(role=role))
    assert client.post(reverse("studies:evidence_recompute")).status_code == status
    assert Job.objects.filter(name="evidence.run").count() == (status == 302)


def test_asking_twice_computes_once(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    for _ in range(2):
        client.post(reverse("studies:evidence_recompute"))
    assert Job.objects.filter(name="evidence.run").count() == 1
