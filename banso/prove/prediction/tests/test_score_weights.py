"""The blended weights are taken over by who may, from the check that was looked at."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.health.models import HealthModel
from banso.measure.health.reads import lines_in_force
from banso.prove.prediction.tests.builders import a_check, page
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_blended_weights_take_the_place_of_the_old_ones(client: Client) -> None:
    check = a_check()
    client.force_login(a_user(role="analyst"))
    answer = client.post(reverse("prediction:score_weights"), {"check": check.pk})
    assert answer.status_code == 302
    told = {row["key"]: row["blended"] for row in check.numbers["weights"]}
    assert {line.key: line.weight for line in lines_in_force()} == told
    assert HealthModel.objects.count() == 2  # the old one stays on record
    check.refresh_from_db()
    assert check.chosen_at is not None
    assert "taken over" in page(client)


def test_only_the_newest_check_and_only_who_may(client: Client) -> None:
    old, new = a_check(), a_check(1600)
    client.force_login(a_user(role="viewer"))
    refused = client.post(reverse("prediction:score_weights"), {"check": new.pk})
    assert refused.status_code == 403
    client.force_login(a_user(role="analyst"))
    models = HealthModel.objects.count()
    client.post(reverse("prediction:score_weights"), {"check": old.pk})
    assert client.post(reverse("prediction:score_weights"), {"check": "x"}).status_code == 404
    assert HealthModel.objects.count() == models
