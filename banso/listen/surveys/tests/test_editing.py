from __future__ import annotations

import pytest

from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.checking import visible
from banso.listen.surveys.definition import Choice, Definition, Page, Question
from banso.listen.surveys.editing import (
    Gone,
    add_page,
    drop_page,
    drop_question,
    free_name,
    move_page,
    move_question,
    opening,
    place_question,
    put_question,
    stamp,
    title_page,
    untranslated,
)

SURVEY = TEMPLATE.definition
NEW = Question("q1", "text", {"ja": "他には?"})


def keys(definition: Definition) -> list[list[str]]:
    return [[one.key for one in page.questions] for page in definition.pages]


SMALL = Definition(
    [
        Page([Question("a", "text", {"ja": "A"}), Question("b", "text", {"ja": "B"})]),
        Page([Question("c", "text", {"ja": "C"})]),
    ]
)


@pytest.mark.parametrize(
    ("key", "step", "after"),
    [
        ("b", -1, [["b", "a"], ["c"]]),
        ("a", 1, [["b", "a"], ["c"]]),
        ("b", 1, [["a"], ["b", "c"]]),
        ("c", -1, [["a", "b", "c"], []]),
        ("a", -1, [["a", "b"], ["c"]]),
        ("c", 1, [["a", "b"], ["c"]]),
    ],
)
def test_a_question_moves_within_its_page_and_over_its_edges(
    key: str, step: int, after: list[list[str]]
) -> None:
    assert keys(move_question(SMALL, key, step)) == after


@pytest.mark.parametrize(
    ("key", "page", "before", "after"),
    [
        ("c", 0, "a", [["c", "a", "b"], []]),
        ("c", 1, "b", [["a", "c", "b"], []]),
        ("a", 0, "", [["b", "a"], ["c"]]),
        ("a", 1, "", [["b"], ["c", "a"]]),
        ("a", 0, "a", [["a", "b"], ["c"]]),
        ("b", 0, "", [["a", "b"], ["c"]]),
        ("a", 0, "b", [["a", "b"], ["c"]]),
    ],
)
def test_a_question_is_placed_in_front_of_another_or_last_on_a_page(
    key: str, page: int, before: str, after: list[list[str]]
) -> None:
    assert keys(place_question(SMALL, key, page, before)) == after


@pytest.mark.parametrize(("key", "page", "before"), [("x", 0, "a"), ("a", 0, "x"), ("a", 9, "")])
def test_nothing_is_placed_where_nothing_is(key: str, page: int, before: str) -> None:
    with pytest.raises(Gone):
        place_question(SMALL, key, page, before)


def test_a_question_is_put_in_place_or_at_the_end_of_a_page() -> None:
    assert keys(put_question(SMALL, NEW, 0)) == [["a", "b", "q1"], ["c"]]
    again = Question("a", "text", {"ja": "また"})
    assert put_question(SMALL, again, 1).pages[0].questions[0] == again
    assert keys(put_question(Definition([]), NEW, 0)) == [["q1"]]
    with pytest.raises(Gone):
        put_question(SMALL, NEW, 7)


def test_a_question_that_is_gone_cannot_be_dropped_or_moved() -> None:
    assert keys(drop_question(SMALL, "b")) == [["a"], ["c"]]
    with pytest.raises(Gone):
        drop_question(SMALL, "z")
    with pytest.raises(Gone):
        move_question(SMALL, "z", 1)


def test_pages_are_added_moved_named_and_dropped_only_when_empty() -> None:
    grown = add_page(SMALL)
    assert keys(move_page(grown, 2, -1)) == [["a", "b"], [], ["c"]]
    assert keys(move_page(grown, 0, -1)) == keys(grown)
    assert title_page(grown, 2, {"ja": "最後に"}).pages[2].title == {"ja": "最後に"}
    assert keys(drop_page(grown, 2)) == keys(SMALL)
    with pytest.raises(ValueError, match="has questions"):
        drop_page(grown, 0)
    with pytest.raises(Gone):
        title_page(SMALL, 2, {})


def test_a_name_is_never_used_again_for_something_else() -> None:
    assert free_name("q", "", {"q1", "q7", "intent", "quick"}) == "q8"
    assert free_name("q", "intent", {"q1", "intent"}) == "q2"
    assert free_name("q", "intent", set()) == "intent"


@pytest.mark.parametrize("question", list(SURVEY.questions), ids=lambda one: one.key)
def test_the_answers_that_open_a_question_do_open_it(question: Question) -> None:
    assert question.key in visible(SURVEY, opening(SURVEY, question.key))


def test_what_a_language_lacks_is_known() -> None:
    assert untranslated(SMALL, "en") == ["a", "b", "c"]
    assert untranslated(SMALL, "ja") == []
    choice = Question("d", "choice", {"ja": "D", "en": "D"}, choices=[Choice("c1", {"ja": "はい"})])
    assert untranslated(put_question(Definition([]), choice, 0), "en") == ["d"]


def test_the_stamp_of_a_question_changes_with_each_of_its_parts() -> None:
    assert stamp(NEW) == stamp(Question("q1", "text", {"ja": "他には?"}))
    assert stamp(NEW) != stamp(Question("q1", "text", {"ja": "他には?"}, required=True))
