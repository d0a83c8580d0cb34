from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.definition import Definition, Question
from banso.listen.surveys.editing import drop_question, put_question, question_of, stamp
from banso.listen.surveys.models import Survey
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.tests.builders import a_survey, a_wave
from banso.listen.surveys.writes import change_definition
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(a_user(role="analyst"))
    return client


def url(survey: Survey) -> str:
    return reverse("surveys:save_question", args=[survey.pk])


def now(survey: Survey) -> Definition:
    return definition_of(newest_version(survey))


def question(survey: Survey, key: str) -> Question:
    found = question_of(now(survey), key)
    assert found is not None
    return found


def form(survey: Survey, key: str, **changes: Any) -> dict[str, Any]:
    """What the browser sends for a scale that is open and was changed so."""
    one = question(survey, key)
    return {
        "key": key, "seen": stamp(one), "kind": one.kind, "meaning": one.meaning,
        "title_ja": one.title["ja"], "title_en": one.title["en"], "required": "on",
        "low": one.low, "high": one.high, "do": "save",
    } | changes  # fmt: skip


NEW = {
    "is_new": "1", "page": "2", "kind": "choice", "meaning": "", "title_ja": "ご利用の頻度は?",
    "title_en": "How often?", "choice_value": ["c1", "c2", "c3"], "choice_ja": ["毎日", "", "週1"],
    "choice_en": ["Daily", "", "Weekly"], "do": "save",
}  # fmt: skip


def test_a_changed_question_is_kept_in_its_place(editor: Client) -> None:
    survey = a_survey()
    response = editor.post(url(survey), form(survey, "intent", title_en="Will you stay?"))
    assert response["Location"].endswith("?question=intent")
    assert question(survey, "intent").title["en"] == "Will you stay?"
    assert [entry.kind for entry in Entry.objects.order_by("pk")][-1] == "survey.changed"


def test_a_new_question_gets_a_key_of_its_own_and_empty_rows_are_left_out(editor: Client) -> None:
    survey = a_survey()
    editor.post(url(survey), NEW)
    added = now(survey).pages[2].questions[-1]
    assert added.key == "q1"
    assert [choice.value for choice in added.choices] == ["c1", "c3"]
    change_definition(by=None, survey=survey, change=lambda d: drop_question(d, "q1"))
    editor.post(url(survey), NEW)
    assert now(survey).pages[2].questions[-1].key == "q1"


def test_the_key_of_a_question_that_was_asked_is_not_given_again(editor: Client) -> None:
    survey = a_wave().survey
    change_definition(by=None, survey=survey, change=lambda d: drop_question(d, "satisfaction"))
    again = form(survey, "intent", is_new="1", page="2", meaning="satisfaction", do="save")
    editor.post(url(survey), again)
    added = now(survey).pages[2].questions[-1]
    assert (added.meaning, added.key) == ("satisfaction", "q1")


def test_the_first_change_after_asking_begins_a_version(editor: Client) -> None:
    survey = a_wave().survey
    editor.post(url(survey), form(survey, "intent", title_en="Will you stay?"))
    editor.post(url(survey), form(survey, "intent", title_en="Will you really stay?"))
    assert [v.number for v in survey.versions.order_by("number")] == [1, 2]
    first = survey.versions.get(number=1)
    assert "go on using" in str(first.definition)


def test_saving_what_is_there_already_changes_nothing(editor: Client) -> None:
    survey = a_wave().survey
    before = form(survey, "answer_comment", do="save", long="on",
                  branch_question=["trouble", "consulted"],
                  branch_0_values="yes", branch_1_values="yes")  # fmt: skip
    del before["required"]
    editor.post(url(survey), before)
    assert survey.versions.count() == 1


def test_a_fault_is_said_and_nothing_typed_is_lost(editor: Client) -> None:
    survey = a_survey()
    sent = form(survey, "intent", low="9", high="2", title_ja="書きかけの設問")
    shown = editor.post(url(survey), sent, headers=HTMX).content.decode()
    assert "A scale runs between 0 and 10" in shown
    assert "書きかけの設問" in shown
    assert question(survey, "intent").low == 1


def test_two_people_change_two_questions_and_neither_loses_anything(editor: Client) -> None:
    survey = a_survey()
    mine, theirs = (
        form(survey, "intent", title_en="Mine?"),
        form(survey, "miss", title_en="Theirs?"),
    )
    editor.post(url(survey), theirs)
    editor.post(url(survey), mine)
    assert question(survey, "intent").title["en"] == "Mine?"
    assert question(survey, "miss").title["en"] == "Theirs?"


def test_two_people_change_one_question_and_both_wordings_are_shown(editor: Client) -> None:
    survey = a_survey()
    mine = form(survey, "intent", title_en="Mine?")
    editor.post(url(survey), form(survey, "intent", title_en="Theirs?"))
    response = editor.post(url(survey), mine, headers=HTMX)
    shown = response.content.decode()
    assert "Somebody changed this question" in shown
    assert "Mine?" in shown and "Theirs?" in shown
    assert question(survey, "intent").title["en"] == "Theirs?"
    editor.post(url(survey), mine | {"seen": response.context["opened"].seen})
    assert question(survey, "intent").title["en"] == "Mine?"


def test_a_question_deleted_meanwhile_can_be_put_back(editor: Client) -> None:
    survey = a_survey()
    mine = form(survey, "comment", title_en="Mine?", page="2", long="on")
    change_definition(by=None, survey=survey, change=lambda d: drop_question(d, "comment"))
    response = editor.post(url(survey), mine, headers=HTMX)
    shown = response.content.decode()
    assert "Somebody deleted this question" in shown and "Mine?" in shown
    editor.post(url(survey), mine | {"seen": "gone"})
    assert question(survey, "comment").title["en"] == "Mine?"


def test_a_draft_changes_the_preview_and_nothing_else(editor: Client) -> None:
    survey = a_survey()
    sent = form(survey, "miss", title_en="A draft?", do="draft")
    shown = editor.post(url(survey), sent, headers=HTMX).content.decode()
    assert "A draft?" in shown and 'id="preview-data"' in shown and 'id="editor"' not in shown
    assert question(survey, "miss").title["en"] != "A draft?"


def test_a_draft_of_a_hidden_question_comes_with_the_answers_that_open_it(editor: Client) -> None:
    survey = a_survey()
    response = editor.get(reverse("surveys:survey_edit", args=[survey.pk]) + "?question=channel")
    preview = response.context["preview"]
    assert (preview["answers"], preview["page"]) == ({"trouble": "yes", "consulted": "yes"}, 1)


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("add_choice", ["c1", "c2", "c3", "c4"]),
        ("drop-0", ["c2", "c3"]),
        ("down-0", ["c2", "c1", "c3"]),
        ("up-2", ["c1", "c3", "c2"]),
        ("up-0", ["c1", "c2", "c3"]),
        ("drop-99", ["c1", "c2", "c3"]),
        ("drop-²", ["c1", "c2", "c3"]),
    ],
)
def test_choices_are_added_removed_and_moved_before_saving(
    editor: Client, do: str, values: list[str]
) -> None:
    survey = a_survey()
    response = editor.post(url(survey), NEW | {"do": do}, headers=HTMX)
    rows = response.context["form"]["choices"]
    assert [row["choice"].value for row in rows] == values
    assert question_of(now(survey), "q1") is None


def test_a_meaning_brings_what_it_needs(editor: Client) -> None:
    survey = a_survey(definition=Definition([]))
    chosen = {"is_new": "1", "page": "0", "kind": "choice", "do": "shape", "title_ja": "困りごと?"}
    by = {**HTMX, "HX-Trigger-Name": "meaning"}
    response = editor.post(url(survey), chosen | {"meaning": "trouble"}, headers=by)
    assert [c.value for c in response.context["opened"].question.choices] == ["yes", "no"]
    response = editor.post(url(survey), chosen | {"meaning": "recommend"}, headers=by)
    opened = response.context["opened"].question
    assert (opened.kind, opened.low, opened.high) == ("scale", 0, 10)
    response = editor.post(
        url(survey), chosen | {"meaning": "recommend", "kind": "text"},
        headers={**HTMX, "HX-Trigger-Name": "kind"},
    )  # fmt: skip
    assert response.context["opened"].question.meaning == ""


def test_a_branch_is_offered_only_on_earlier_questions_that_are_no_texts(editor: Client) -> None:
    survey = a_survey()
    sent = form(survey, "satisfaction", do="add_branch")
    response = editor.post(url(survey), sent, headers=HTMX)
    [row] = response.context["form"]["branches"]
    assert [key for key, _title, _on in row["questions"]] == [
        "trouble", "trouble_kind", "consulted", "channel", "why_not", "answer",
    ]  # fmt: skip


def test_a_branch_on_a_scale_is_kept(editor: Client) -> None:
    survey = a_survey()
    sent = form(
        survey, "intent", branch_question="satisfaction", branch_0_low="4", branch_0_high=""
    )
    editor.post(url(survey), sent)
    [branch] = question(survey, "intent").shown_if
    assert (branch.question, branch.low, branch.high, branch.values) == (
        "satisfaction",
        4,
        None,
        [],
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "page"}, {"kind": "scale", "low": "x" * 9}, {"meaning": "no such meaning"},
        {"title_ja": "\x00", "title_en": ""}, {"title_ja": "あ" * 1_000_000},
        {"branch_question": "nobody"}, {"branch_question": "recommend", "branch_0_low": "0"},
        {"page": "-1", "is_new": "1"}, {"page": "99", "is_new": "1"}, {"key": "nobody", "seen": ""},
    ],
)  # fmt: skip
def test_hostile_forms_are_refused_in_words(editor: Client, changes: dict[str, str]) -> None:
    survey = a_survey()
    before = now(survey)
    response = editor.post(url(survey), form(survey, "intent") | changes, headers=HTMX)
    assert response.status_code == 200
    if changes != {"kind": "page"}:
        assert 'role="alert"' in response.content.decode()
        assert now(survey) == before


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_those_who_may_not_define_change_nothing(client: Client, role: str) -> None:
    survey = a_survey()
    client.force_login(a_user(role=role))
    assert client.post(url(survey), form(survey, "intent", title_en="x")).status_code == 403


def test_a_hundred_questions_are_the_most(editor: Client) -> None:
    texts = [Question(f"t{n}", "text", {"ja": "x"}) for n in range(100)]
    definition = Definition([])
    for one in texts:
        definition = put_question(definition, one, 0)
    survey = a_survey(definition=definition)
    shown = editor.post(url(survey), NEW | {"page": "0"}, headers=HTMX).content.decode()
    assert "more than 100 questions" in shown
