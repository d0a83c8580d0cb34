from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.invitations.tests.builders import a_planned_wave
from banso.listen.surveys.tests.builders import a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_list_shows_the_waves_that_were_planned_here(client: Client) -> None:
    wave = a_planned_wave(name="2026年度調査")
    a_wave(name="ファイルから", source="file")
    client.force_login(a_user(role="viewer"))
    text = client.get(reverse("invitations:wave_list")).content.decode()
    assert wave.name in text and "ファイルから" not in text


def test_an_empty_list_says_where_to_begin(client: Client) -> None:
    client.force_login(a_user())
    text = client.get(reverse("invitations:wave_list")).content.decode()
    assert reverse("surveys:survey_list") in text
