from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.definition import Definition
from banso.listen.surveys.editing import stamp
from banso.listen.surveys.models import Survey
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.tests.builders import a_survey
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def now(survey: Survey) -> Definition:
    return definition_of(newest_version(survey))


def act(client: Client, survey: Survey, step: str, at: int = 0, **more: str) -> str:
    pages = now(survey).pages
    seen = stamp(pages[at]) if at < len(pages) else ""
    sent = {"step": step, "at": str(at), "at_seen": seen, **more}
    address = reverse("surveys:change_pages", args=[survey.pk])
    return client.post(address, sent, headers={"HX-Request": "true"}).content.decode()


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(a_user(role="manager"))
    return client


def test_pages_are_added_named_moved_and_deleted(editor: Client) -> None:
    survey = a_survey()
    act(editor, survey, "add")
    act(editor, survey, "title", 3, page_title_ja="最後に", page_title_en="Finally")
    assert now(survey).pages[3].title == {"ja": "最後に", "en": "Finally"}
    act(editor, survey, "up", 3)
    assert now(survey).pages[2].title["ja"] == "最後に"
    act(editor, survey, "to", 2, to="0")
    assert now(survey).pages[0].title["ja"] == "最後に"
    act(editor, survey, "to", 0, to="3")
    assert now(survey).pages[3].title["ja"] == "最後に"
    act(editor, survey, "drop", 3)
    assert len(now(survey).pages) == 3
    before = now(survey)
    for to in ("9", "-1", ""):
        act(editor, survey, "to", 0, to=to, page_title_ja="誤り")
        assert now(survey) == before


def test_a_page_with_questions_is_not_deleted(editor: Client) -> None:
    survey = a_survey()
    before = now(survey)
    act(editor, survey, "drop", 1, page_title_ja=before.pages[1].title["ja"],
        page_title_en=before.pages[1].title["en"])  # fmt: skip
    assert now(survey) == before


def test_a_page_move_that_breaks_a_branch_is_refused(editor: Client) -> None:
    survey = a_survey()
    assert "has to stand before it" in act(editor, survey, "down", 0)


def test_a_title_is_kept_in_the_form_when_the_pages_changed_meanwhile(editor: Client) -> None:
    survey = a_survey()
    shown = act(editor, survey, "title", 1, page_title_ja="私の題", at_seen="older")
    assert "not there any more" in shown and "私の題" in shown
    assert "not there any more" in act(editor, survey, "up", 9)


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_those_who_may_not_define_change_no_page(client: Client, role: str) -> None:
    survey = a_survey()
    client.force_login(a_user(role=role))
    address = reverse("surveys:change_pages", args=[survey.pk])
    assert client.post(address, {"step": "add"}).status_code == 403
