from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.effects.models import Measure
from banso.prove.effects.tests.builders import a_measure
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_measure_leaves_the_list_and_stays_on_record(client: Client) -> None:
    measure = a_measure({})
    client.force_login(a_user(role="manager"))
    client.post(reverse("effects:measure_remove", args=[measure.pk]))
    assert client.get(reverse("effects:measure_detail", args=[measure.pk])).status_code == 404
    assert Measure.objects.filter(pk=measure.pk).exists()
    assert Entry.objects.filter(kind="effect.removed").count() == 1


def test_a_viewer_removes_nothing(client: Client) -> None:
    measure = a_measure({})
    client.force_login(a_user(role="viewer"))
    assert client.post(reverse("effects:measure_remove", args=[measure.pk])).status_code == 403
