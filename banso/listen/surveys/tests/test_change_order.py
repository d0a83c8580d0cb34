from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.editing import question_of, stamp
from banso.listen.surveys.models import Survey
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.tests.builders import a_survey, a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def keys(survey: Survey, page: int) -> list[str]:
    return [one.key for one in definition_of(newest_version(survey)).pages[page].questions]


def act(client: Client, survey: Survey, moved: str, step: str, **more: str) -> str:
    found = question_of(definition_of(newest_version(survey)), moved)
    sent = {"moved": moved, "step": step, "moved_seen": stamp(found) if found else "", **more}
    address = reverse("surveys:change_order", args=[survey.pk])
    return client.post(address, sent, headers=HTMX).content.decode()


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(a_user(role="manager"))
    return client


def test_a_question_moves_within_its_page_and_to_the_next(editor: Client) -> None:
    survey = a_survey()
    act(editor, survey, "intent", "up")
    assert keys(survey, 2)[:2] == ["intent", "satisfaction"]
    act(editor, survey, "intent", "up")
    assert keys(survey, 1)[-1] == "intent"
    act(editor, survey, "intent", "down")
    assert keys(survey, 2)[0] == "intent"


def test_a_question_is_taken_to_where_another_stands_or_to_the_end_of_a_page(
    editor: Client,
) -> None:
    survey = a_survey()
    act(editor, survey, "miss", "to", before="satisfaction")
    assert keys(survey, 2)[:2] == ["miss", "satisfaction"]
    act(editor, survey, "miss", "to", to_page="0", before="")
    assert keys(survey, 0)[-1] == "miss"
    for where in ({"to_page": "9"}, {"before": "nobody"}, {}):
        assert "not there any more" in act(editor, survey, "miss", "to", **where)
    shown = act(editor, survey, "trouble", "to", to_page="2", before="")
    assert "has to stand before it" in shown and keys(survey, 0)[0] == "trouble"


def test_a_move_that_breaks_a_branch_is_refused_in_words(editor: Client) -> None:
    survey = a_survey()
    shown = act(editor, survey, "trouble", "down")
    assert "has to stand before it" in shown
    assert keys(survey, 0)[0] == "trouble"


def test_a_question_that_others_hang_on_is_not_deleted(editor: Client) -> None:
    survey = a_survey()
    shown = act(editor, survey, "trouble", "drop")
    assert "shown by the answer to this question" in shown
    assert "trouble" in keys(survey, 0)


def test_a_question_is_deleted_unless_somebody_just_changed_it(editor: Client) -> None:
    survey = a_survey()
    assert "a moment ago" in act(editor, survey, "miss", "drop", moved_seen="older")
    assert "miss" in keys(survey, 2)
    act(editor, survey, "miss", "drop")
    assert "miss" not in keys(survey, 2)


def test_what_is_gone_is_said(editor: Client) -> None:
    survey = a_survey()
    assert "not there any more" in act(editor, survey, "nobody", "up")
    assert "not there any more" in act(editor, survey, "miss", "sideways")


def test_the_order_of_a_survey_that_was_asked_changes_in_a_new_version(editor: Client) -> None:
    survey = a_wave().survey
    act(editor, survey, "miss", "up")
    assert survey.versions.count() == 2


def test_what_is_typed_into_an_open_question_outlives_a_move(editor: Client) -> None:
    survey = a_survey()
    shown = act(
        editor, survey, "miss", "up", key="comment", kind="text", seen="x", title_ja="書きかけ",
    )  # fmt: skip
    assert "書きかけ" in shown
    assert keys(survey, 2)[2] == "miss"


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_those_who_may_not_define_move_nothing(client: Client, role: str) -> None:
    survey = a_survey()
    client.force_login(a_user(role=role))
    address = reverse("surveys:change_order", args=[survey.pk])
    assert client.post(address, {"moved": "miss", "step": "up"}).status_code == 403
