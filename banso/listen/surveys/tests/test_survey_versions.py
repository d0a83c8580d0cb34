from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from msgspec.structs import replace

from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.comparing import compared, same_throughout
from banso.listen.surveys.definition import Definition, Question
from banso.listen.surveys.editing import drop_question, move_question, put_question, question_of
from banso.listen.surveys.tests.builders import a_wave
from banso.listen.surveys.writes import save_definition
from banso.shared.users.tests.builders import a_user

SURVEY = TEMPLATE.definition


def asked_so(key: str, **changes: Any) -> Definition:
    question = question_of(SURVEY, key)
    assert question is not None
    return put_question(SURVEY, replace(question, **changes), 0)


def state(new: Definition, key: str) -> tuple[str, tuple[str, ...]]:
    one = next(one for one in compared(SURVEY, new) if one.question.key == key)
    return one.state, one.parts


def test_two_equal_versions_have_the_same_questions() -> None:
    assert {one.state for one in compared(SURVEY, SURVEY)} == {"same"}


def test_another_wording_is_another_question() -> None:
    new = asked_so("satisfaction", title={"ja": "満足ですか?", "en": "Are you satisfied?"})
    assert state(new, "satisfaction") == ("changed", ("title_ja", "title_en"))
    assert "satisfaction" not in same_throughout([SURVEY, new])


def test_a_branch_or_a_place_leaves_a_question_the_same() -> None:
    assert state(asked_so("why_not", required=True), "why_not") == ("same", ("required",))
    moved = move_question(SURVEY, "miss", -1)
    assert state(moved, "miss") == ("same", ("place",))
    assert "miss" in same_throughout([SURVEY, moved])


def test_a_question_keeps_its_place_when_the_one_before_it_goes() -> None:
    assert state(drop_question(SURVEY, "miss"), "comment") == ("same", ())


def test_new_and_dropped_questions_are_named() -> None:
    new = put_question(drop_question(SURVEY, "miss"), Question("q1", "text", {"ja": "他には?"}), 2)
    states = {one.question.key: one.state for one in compared(SURVEY, new)}
    assert (states["q1"], states["miss"], states["intent"]) == ("new", "dropped", "same")


def test_nothing_is_the_same_throughout_no_versions() -> None:
    assert same_throughout([]) == set()


@pytest.mark.django_db
def test_the_page_says_what_stayed_the_same_and_what_did_not(client: Client) -> None:
    survey = a_wave().survey
    new = asked_so("miss", title={"ja": "困りますか?", "en": "Would you miss it?"})
    save_definition(by=None, survey=survey, definition=new)
    client.force_login(a_user(role="csm"))
    response = client.get(reverse("surveys:survey_versions", args=[survey.pk]))
    shown = response.content.decode()
    assert "Version 2 against version 1" in shown
    newest = response.context["newest"]
    assert [(count, state) for _said, count, state in newest["counts"]] == [
        (11, "same"), (1, "changed"),
    ]  # fmt: skip
    assert "asked differently" in shown and "Japanese wording" in shown


@pytest.mark.django_db
def test_one_version_needs_no_comparison(client: Client) -> None:
    survey = a_wave().survey
    client.force_login(a_user(role="viewer"))
    shown = client.get(reverse("surveys:survey_versions", args=[survey.pk])).content.decode()
    assert "There is only one version" in shown
