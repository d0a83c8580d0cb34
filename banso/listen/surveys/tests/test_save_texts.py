from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.editing import stamp, texts_of
from banso.listen.surveys.models import Asked, Survey
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.tests.builders import a_survey
from banso.listen.surveys.writes import create_wave
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(survey: Survey) -> str:
    return reverse("surveys:save_texts", args=[survey.pk])


def form(survey: Survey, **changes: str) -> dict[str, str]:
    texts = texts_of(definition_of(newest_version(survey)))
    return {"name": survey.name, "seen": stamp(texts), "title_ja": "調査", "title_en": "Survey",
            "intro_ja": "お願いします。", "thanks_en": "Thank you."} | changes  # fmt: skip


def save(client: Client, survey: Survey, **changes: str) -> str:
    return client.post(url(survey), form(survey, **changes), headers=HTMX).content.decode()


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(a_user(role="manager"))
    return client


def test_name_and_texts_are_kept(editor: Client) -> None:
    survey = a_survey()
    editor.post(url(survey), form(survey, name="新しい名前"))
    survey.refresh_from_db()
    assert survey.name == "新しい名前"
    assert texts_of(definition_of(newest_version(survey))) == [
        {"ja": "調査", "en": "Survey"}, {"ja": "お願いします。"}, {"en": "Thank you."},
    ]  # fmt: skip


def test_two_people_change_the_texts_and_both_are_shown(editor: Client) -> None:
    survey = a_survey()
    mine = form(survey, title_en="Mine")
    editor.post(url(survey), form(survey, title_en="Theirs"))
    shown = editor.post(url(survey), mine, headers=HTMX).content.decode()
    assert "Mine" in shown and "Theirs" in shown and "Somebody changed these texts" in shown


def test_faults_are_said_and_what_was_typed_stays(editor: Client) -> None:
    survey = a_survey()
    long = "あ" * 1001
    shown = editor.post(url(survey), form(survey, intro_ja=long), headers=HTMX).content.decode()
    assert "more than 1000 characters" in shown and long in shown
    shown = editor.post(url(survey), form(survey, name=""), headers=HTMX).content.decode()
    assert "Give the survey a name of at most 120" in shown


def test_a_draft_changes_the_preview_alone(editor: Client) -> None:
    survey = a_survey()
    shown = editor.post(url(survey), form(survey, do="draft"), headers=HTMX).content.decode()
    assert '"title": "Survey"' in shown and 'id="editor"' not in shown
    assert definition_of(newest_version(survey)).title["en"] != "Survey"


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_those_who_may_not_define_change_no_text(client: Client, role: str) -> None:
    survey = a_survey()
    client.force_login(a_user(role=role))
    assert client.post(url(survey), form(survey)).status_code == 403


def test_who_is_asked_can_be_changed_until_a_wave_exists(editor: Client) -> None:
    survey = a_survey()
    page = reverse("surveys:survey_edit", args=[survey.pk]) + "?part=texts"
    assert 'name="asked"' in editor.get(page).content.decode()
    save(editor, survey, asked="colleagues")
    survey.refresh_from_db()
    assert survey.asked == Asked.COLLEAGUES
    assert "people at customers, or colleagues" in save(editor, survey, asked="everybody")
    save(editor, survey)
    version = newest_version(survey)
    create_wave(by=None, version=version, name="2026", opens_on=clock.today())
    assert 'name="asked"' not in editor.get(page).content.decode()
    refused = save(editor, survey, asked="customers", title_ja="題名は残る")
    assert "A wave exists" in refused
    survey.refresh_from_db()
    assert survey.asked == Asked.COLLEAGUES
    assert definition_of(newest_version(survey)).title["ja"] == "題名は残る"
