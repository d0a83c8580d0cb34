from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils.html import format_html

from banso.listen.surveys.models import Survey
from banso.listen.surveys.slots import survey_panels
from banso.listen.surveys.tests.builders import CALM, a_response, a_survey, a_wave
from banso.shared.slots import Panel
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def address(survey: Survey) -> str:
    return reverse("surveys:survey_detail", args=[survey.pk])


def test_the_page_says_how_often_it_was_asked_and_answered(client: Client) -> None:
    wave = a_wave()
    a_response(wave, CALM)
    client.force_login(a_user(role="viewer"))
    shown = client.get(address(wave.survey)).content.decode()
    assert "12 questions on 3 pages; asked once, 1 answer." in shown
    assert "Version 1: asked" in shown


def test_a_viewer_sees_questions_branches_and_preview_but_no_editor(client: Client) -> None:
    survey = a_survey()
    client.force_login(a_user(role="viewer"))
    response = client.get(address(survey))
    shown = response.content.decode()
    assert "Did you consult us about it?" in shown
    assert "Shown when “In the past year" in shown
    assert reverse("surveys:survey_edit", args=[survey.pk]) not in shown
    assert set(response.context["preview"]["models"]) == {"ja", "en"}


def test_other_apps_put_their_parts_on_the_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(request: HttpRequest, survey: Survey) -> str:
        return format_html("<p>of {}</p>", survey.name)

    monkeypatch.setattr(survey_panels, "_fillings", {})
    survey_panels.fill("one", Panel("実施回", render), order=1)
    survey = a_survey(name="満足度調査")
    client.force_login(a_user())
    assert "<p>of 満足度調査</p>" in client.get(address(survey)).content.decode()


def test_texts_of_a_survey_are_shown_as_text(client: Client) -> None:
    survey = a_survey(name="<script>alert(1)</script>")
    client.force_login(a_user())
    assert "<script>alert(1)" not in client.get(address(survey)).content.decode()


def test_an_unknown_survey_is_not_found(client: Client) -> None:
    client.force_login(a_user())
    assert client.get(reverse("surveys:survey_detail", args=[987654])).status_code == 404
