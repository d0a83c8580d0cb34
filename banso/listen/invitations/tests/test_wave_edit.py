from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.invitations.tests.builders import a_planned_wave, an_open_wave
from banso.listen.invitations.tests.test_wave_new import given
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_wave_is_planned_otherwise_before_anybody_is_asked(client: Client) -> None:
    wave = a_planned_wave(audience="industry=Retail", has_public_link=True)
    client.force_login(a_user(role="manager"))
    address = reverse("invitations:wave_edit", args=[wave.pk])
    assert client.get(address).headers["Location"].endswith("?industry=Retail")
    client.post(f"{address}?stage=active", given(name="別の名前", is_anonymous="on"))
    wave.refresh_from_db()
    assert (wave.name, wave.is_anonymous, wave.audience) == ("別の名前", True, "stage=active")
    assert wave.public_token is None


def test_the_filter_can_be_taken_away(client: Client) -> None:
    wave = a_planned_wave(audience="industry=Retail")
    client.force_login(a_user(role="manager"))
    address = reverse("invitations:wave_edit", args=[wave.pk]) + "?all=1"
    assert client.get(address).status_code == 200
    client.post(address, given())
    wave.refresh_from_db()
    assert wave.audience == ""


def test_an_open_wave_stays_as_it_is(client: Client) -> None:
    wave = an_open_wave(name="開始済み")
    client.force_login(a_user(role="manager"))
    answer = client.post(reverse("invitations:wave_edit", args=[wave.pk]), given(), follow=True)
    assert "stays as it is" in answer.content.decode()
    wave.refresh_from_db()
    assert wave.name == "開始済み"
