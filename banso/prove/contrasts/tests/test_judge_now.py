from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.contrasts.models import Round
from banso.prove.contrasts.tests.builders import an_answered_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_it_judges_once_and_leads_back(client: Client) -> None:
    wave = an_answered_wave(120)
    client.force_login(a_user())
    address = reverse("contrasts:judge_now", args=[wave.pk])
    for _ in range(2):
        done = client.post(address, follow=True)
        assert done.status_code == 200 and f"{wave}" in done.text
    assert Round.objects.count() == 1
    client.force_login(a_user(role="viewer"))
    assert client.post(address).status_code == 403
    client.force_login(a_user())
    assert client.post(reverse("contrasts:judge_now", args=[wave.pk + 7])).status_code == 404
