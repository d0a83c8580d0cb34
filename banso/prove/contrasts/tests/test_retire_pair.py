from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.tests.builders import a_wave
from banso.prove.contrasts.models import Pair
from banso.prove.contrasts.rules import Side
from banso.prove.contrasts.writes import register_pair
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_pair_is_asked_no_longer_by_who_may(client: Client) -> None:
    boss = a_user(role="manager")
    pair = register_pair(
        by=boss, survey=a_wave().survey, name="対", one=Side(("above",)), other=Side(("at",))
    )
    address = reverse("contrasts:retire_pair", args=[pair.pk])
    client.force_login(a_user(role="viewer"))
    assert client.post(address).status_code == 403
    client.force_login(boss)
    assert client.get(address).status_code == 405
    assert "not asked any more" in client.post(address, follow=True).text
    assert Pair.objects.get().retired_at is not None
