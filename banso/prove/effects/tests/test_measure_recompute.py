from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.effects.tests.builders import a_measure, renewing
from banso.prove.effects.tests.test_holdouts import begun
from banso.prove.effects.writes import begin_measure
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def open_jobs() -> int:
    return Job.objects.filter(name="effects.compute", done_at=None).count()


def test_asking_again_computes_once(client: Client) -> None:
    measure = a_measure({})
    begin_measure(by=None, measure=measure)
    client.force_login(a_user(role="analyst"))
    for _ in range(3):
        client.post(reverse("effects:measure_recompute", args=[measure.pk]))
    assert open_jobs() == 1


def test_drafts_and_experiments_are_not_computed_on_demand(client: Client) -> None:
    renewing(100)
    holdout, draft = begun(), a_measure({})
    client.force_login(a_user(role="analyst"))
    for pk in (holdout.measure_id, draft.pk):
        client.post(reverse("effects:measure_recompute", args=[pk]))
    assert open_jobs() == 0


def test_a_viewer_asks_for_nothing(client: Client) -> None:
    measure = a_measure({})
    begin_measure(by=None, measure=measure)
    client.force_login(a_user(role="viewer"))
    address = reverse("effects:measure_recompute", args=[measure.pk])
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405
