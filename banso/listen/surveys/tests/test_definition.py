"""Each fault has its sentence in both languages, and what to do stands in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from banso.listen.surveys import definition as module
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Fault, as_document, faults, parse
from banso.listen.surveys.wording import REASONS, sentence

SURVEY = TEMPLATE.definition
TROUBLE, KIND, CONSULTED = (0, 0), (0, 1), (0, 2)
SATISFACTION = (2, 0)
WORDS = {"ja": "x" * 1001}
MANY = [{"value": f"c{n}", "label": {"ja": "x"}} for n in range(61)]


def changed(place: tuple[int, int], **fields: Any) -> list[Fault]:
    document = as_document(SURVEY)
    page, question = place
    document["pages"][page]["questions"][question].update(fields)
    return faults(parse(document))


def whole(**fields: Any) -> list[Fault]:
    return faults(parse({**as_document(SURVEY), **fields}))


def texts(n: int) -> dict[str, Any]:
    return {"questions": [{"key": f"t{i}", "kind": "text", "title": {"ja": "x"}} for i in range(n)]}


CASES = [
    ("no_questions", lambda: whole(pages=[])),
    ("too_many_questions", lambda: whole(pages=[texts(101)])),
    ("too_many_questions", lambda: whole(pages=[texts(1)] + [{"questions": []}] * 100)),
    ("words_too_long", lambda: whole(intro=WORDS)),
    ("words_too_long", lambda: whole(pages=[{**texts(1), "title": WORDS}])),
    ("bad_words", lambda: whole(title={"ja": "a\x00"})),
    ("bad_words", lambda: changed(TROUBLE, help={"fr": "aide"})),
    ("no_key", lambda: changed(KIND, key="")),
    ("key_twice", lambda: changed(KIND, key="trouble")),
    ("bad_key", lambda: changed(KIND, key="a}b")),
    ("bad_key", lambda: changed(KIND, key="x" * 61)),
    ("no_title", lambda: changed(KIND, title={"ja": " "})),
    ("title_too_long", lambda: changed(KIND, title=WORDS)),
    ("title_too_long", lambda: changed(KIND, choices=[{"value": "c1", "label": WORDS}])),
    ("title_too_long", lambda: changed(SATISFACTION, ends=[WORDS, {}])),
    ("needs_choices", lambda: changed(KIND, choices=[])),
    ("needs_choices", lambda: changed(KIND, choices=MANY)),
    ("choice_twice", lambda: changed(KIND, choices=[{"value": "a"}, {"value": "a"}])),
    ("bad_choice", lambda: changed(KIND, choices=[{"value": "it's"}])),
    ("bad_choice", lambda: changed(KIND, choices=[{"value": " a"}])),
    ("bad_choice", lambda: changed(KIND, choices=[{"value": "other"}])),
    ("bad_choice", lambda: changed(KIND, choices=[{"value": "other:x"}])),
    ("bad_choice", lambda: changed(KIND, choices=[{"value": "x" * 101}])),
    ("scale_out_of_range", lambda: changed(SATISFACTION, low=5, high=5)),
    ("scale_out_of_range", lambda: changed(SATISFACTION, low=-1)),
    ("scale_out_of_range", lambda: changed(SATISFACTION, high=11)),
    ("meaning_does_not_fit", lambda: changed(SATISFACTION, meaning="trouble")),
    ("meaning_does_not_fit", lambda: changed(SATISFACTION, meaning="happiness")),
    ("meaning_wants_choices", lambda: changed(TROUBLE, choices=[{"value": "maybe"}])),
    ("meaning_wants_scale", lambda: changed(SATISFACTION, high=7)),
    ("meaning_twice", lambda: changed((2, 1), meaning="satisfaction")),
    ("condition_on_later", lambda: changed(TROUBLE, shown_if=[{"question": "intent", "low": 1}])),
    ("condition_on_later", lambda: changed((2, 0), shown_if=[{"question": "answer_comment"}])),
    ("condition_empty", lambda: changed(KIND, shown_if=[{"question": "trouble", "values": []}])),
    ("condition_empty", lambda: changed(KIND, shown_if=[{"question": "trouble", "values": ["z"]}])),
    ("condition_empty", lambda: changed((2, 1), shown_if=[{"question": "satisfaction"}])),
    (
        "condition_empty",
        lambda: changed((2, 1), shown_if=[{"question": "satisfaction", "low": 4, "high": 2}]),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "made"), CASES)
def test_the_fault_is_found_and_said_in_both_languages(reason: str, made: Any) -> None:
    fault = next(fault for fault in made() if fault.reason == reason)
    said = {}
    for language in ("en", "ja"):
        with override(language):
            said[language] = sentence(fault, SURVEY)
    assert re.search(r"[ぁ-ん]", said["ja"])
    assert said["en"].endswith(".") and said["en"] != said["ja"]
    assert "%(" not in said["en"] + said["ja"]


def test_every_reason_has_a_case_and_a_sentence() -> None:
    source = Path(module.__file__).read_text("utf-8")
    reasons = set(re.findall(r'Fault\([^)]*?"([a-z_]+)"', source)) | {"key_twice", "no_key"}
    assert reasons == set(REASONS)
    assert {reason for reason, _made in CASES} == set(REASONS)
