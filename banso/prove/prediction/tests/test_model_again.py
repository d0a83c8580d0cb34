from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.health.models import HealthModel
from banso.measure.health.rules import Borders
from banso.measure.health.writes.model import save_model
from banso.prove.prediction.tests.builders import (
    LINES,
)
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_an_earlier_score_comes_back_as_a_version_of_its_own(client: Client) -> None:
    first = save_model(by=None, measures=LINES, borders=Borders(60, 30))
    save_model(by=None, measures=LINES[:2], borders=Borders(80, 50))
    address = reverse("prediction:model_again", args=[first.pk])
    client.force_login(a_user())
    assert client.post(address).status_code == 403
    client.force_login(a_user(role="analyst"))
    client.post(address)
    newest = HealthModel.objects.latest("pk")
    assert newest.pk != first.pk
    assert newest.lines == LINES
    assert newest.borders == Borders(60, 30)
    assert client.post(reverse("prediction:model_again", args=[10**6])).status_code == 404
