from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.models import Survey
from banso.listen.surveys.tests.builders import CALM, a_response, a_survey, a_wave
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_survey_is_archived_and_brought_back_with_its_answers(client: Client) -> None:
    wave = a_wave()
    a_response(wave, CALM)
    survey = wave.survey
    url = reverse("surveys:put_away", args=[survey.pk])
    client.force_login(a_user(role="manager"))
    client.post(url, {"archived": "1"})
    assert Survey.objects.filter(archived_at__isnull=False).exists()
    client.post(url)
    assert not Survey.objects.filter(archived_at__isnull=False).exists()
    assert wave.responses.count() == 1
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["survey.archived", "survey.restored"]


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_those_who_may_not_define_archive_nothing(client: Client, role: str) -> None:
    survey = a_survey()
    client.force_login(a_user(role=role))
    url = reverse("surveys:put_away", args=[survey.pk])
    assert client.post(url, {"archived": "1"}).status_code == 403
    survey.refresh_from_db()
    assert survey.archived_at is None
