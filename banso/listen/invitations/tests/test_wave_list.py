from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.invitations.tests.builders import a_planned_wave
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_list_shows_waves_of_files_beside_those_planned_here(client: Client) -> None:
    planned = a_planned_wave(name="2026年度調査")
    file = a_wave(name="昨年度", source="昨年度.csv", opens_on=date(2025, 4, 1))
    for _each in range(3):
        a_response(file, CALM, account=an_account(), origin=Response.Origin.FILE)
    client.force_login(a_user(role="viewer"))
    text = client.get(reverse("invitations:wave_list")).content.decode()
    assert "2 waves" in text and text.count("From a file") == 1
    result = f"{reverse('experience:experience_result')}?wave={file.pk}"
    assert result in text and client.get(result).status_code == 200
    assert f"?wave={planned.pk}" not in text
    assert reverse("invitations:wave_detail", args=[planned.pk]) in text
    assert reverse("invitations:wave_detail", args=[file.pk]) not in text
    assert text.index(planned.name) < text.index("昨年度.csv")
    shown = client.get(reverse("surveys:survey_detail", args=[file.survey_id])).content.decode()
    assert "昨年度.csv" in shown


def test_an_empty_list_says_where_to_begin(client: Client) -> None:
    client.force_login(a_user())
    text = client.get(reverse("invitations:wave_list")).content.decode()
    assert reverse("surveys:survey_list") in text
