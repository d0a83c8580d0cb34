from __future__ import annotations

import pytest

from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.checking import checked, figures, visible
from banso.listen.surveys.definition import as_document, faults, fingerprint, parse
from banso.listen.surveys.tests.builders import CALM, PLEASED, SILENT

SURVEY = TEMPLATE.definition


def test_the_experience_survey_can_be_asked_and_reads_back_as_it_was() -> None:
    assert faults(SURVEY) == []
    assert parse(as_document(SURVEY)) == SURVEY


@pytest.mark.parametrize(
    ("answers", "leaf"), [(CALM, "no_trouble"), (PLEASED, "above"), (SILENT, "not_consulted")]
)
def test_a_whole_form_is_kept_and_finds_its_leaf(answers: dict[str, object], leaf: str) -> None:
    found = checked(SURVEY, answers, whole=True)
    assert found.faults == []
    assert found.answers == answers
    assert figures(SURVEY, found.answers).leaf == leaf


def test_branches_open_the_questions_that_follow() -> None:
    assert "trouble_kind" not in visible(SURVEY, CALM)
    assert {"channel", "answer"} <= set(visible(SURVEY, PLEASED))
    assert "why_not" in visible(SURVEY, SILENT)


@pytest.mark.parametrize(
    ("change", "question", "reason"),
    [
        ({"channel": ["csm"]}, "channel", "hidden_question"),
        ({"satisfaction": 6}, "satisfaction", "not_on_the_scale"),
        ({"satisfaction": True}, "satisfaction", "not_on_the_scale"),
        ({"satisfaction": "5"}, "satisfaction", "not_on_the_scale"),
        ({"trouble": "perhaps"}, "trouble", "unknown_choice"),
        ({"comment": "あ" * 10_001}, "comment", "text_too_long"),
        ({"comment": ["text"]}, "comment", "not_a_text"),
        ({"nobody_asked": "1"}, "nobody_asked", "unknown_question"),
        ({"intent": None}, "intent", "missing"),
    ],
)
def test_what_may_not_be_kept_is_named(
    change: dict[str, object], question: str, reason: str
) -> None:
    found = checked(SURVEY, {**CALM, **change}, whole=True)
    assert (question, reason) in [(fault.question, fault.reason) for fault in found.faults]
    assert question not in found.answers


def test_a_page_may_lack_what_comes_later() -> None:
    assert checked(SURVEY, {"trouble": "yes"}, whole=False).faults == []


def test_wording_and_choices_make_a_question_the_same() -> None:
    question = SURVEY.meaning("satisfaction")
    assert question is not None
    document = as_document(SURVEY)
    assert fingerprint(parse(document).meaning("satisfaction")) == fingerprint(question)  # type: ignore[arg-type]
    document["pages"][2]["questions"][0]["title"]["ja"] = "満足ですか?"
    assert fingerprint(parse(document).meaning("satisfaction")) != fingerprint(question)  # type: ignore[arg-type]


def test_a_branch_may_only_look_back() -> None:
    document = as_document(SURVEY)
    document["pages"][0]["questions"][0]["shown_if"] = [{"question": "intent", "low": 1}]
    assert ("trouble", "condition_on_later") in [
        (fault.question, fault.reason) for fault in faults(parse(document))
    ]
