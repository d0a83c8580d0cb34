from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Wave
from banso.listen.surveys.reads import newest_version
from banso.listen.surveys.tests.builders import a_survey
from banso.listen.surveys.writes import Faulty, create_wave
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_survey_without_questions_asks_nobody(client: Client) -> None:
    survey = a_survey(definition=Definition([]))
    client.force_login(a_user(role="manager"))
    address = reverse("invitations:wave_new", args=[survey.pk])
    shown = client.get(address, follow=True).content.decode()
    assert "There is no question yet. Add one." in shown
    version = newest_version(survey)
    with pytest.raises(Faulty):
        create_wave(by=None, version=version, name="2026", opens_on=clock.today())
    assert not Wave.objects.exists()
