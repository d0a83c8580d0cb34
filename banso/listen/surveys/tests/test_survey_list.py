from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.tests.builders import CALM, PLEASED, a_response, a_survey, a_wave
from banso.listen.surveys.writes import archive_survey
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("surveys:survey_list")


def test_an_empty_list_teaches_the_first_step(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    shown = client.get(URL).content.decode()
    assert reverse("surveys:survey_new") in shown
    assert "No survey yet" in shown


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_everybody_looks_and_only_some_may_make_one(client: Client, role: str) -> None:
    a_survey(name="満足度調査")
    client.force_login(a_user(role=role))
    shown = client.get(URL).content.decode()
    assert "満足度調査" in shown
    assert reverse("surveys:survey_new") not in shown


def test_the_list_counts_waves_and_the_answers_that_were_handed_in(client: Client) -> None:
    wave = a_wave()
    for answers in (CALM, PLEASED):
        a_response(wave, answers)
    a_response(wave, CALM, submitted_on=None)
    client.force_login(a_user())
    [(survey, size)] = client.get(URL).context["rows"]
    assert (survey.asked_times, survey.answered) == (1, 2)
    assert size == "12 questions on 3 pages"


def test_archived_surveys_stand_in_a_list_of_their_own(client: Client) -> None:
    old, new = a_survey(name="古い調査"), a_survey(name="新しい調査")
    archive_survey(by=None, survey=old, archived=True)
    client.force_login(a_user())
    assert [survey.pk for survey, _ in client.get(URL).context["rows"]] == [new.pk]
    assert [survey.pk for survey, _ in client.get(f"{URL}?archived=1").context["rows"]] == [old.pk]
