"""A survey as plain HTML pages, for browsers in which our script does not run.

Each question's input is named ``a.`` and its key; ``seen`` names the questions a page showed, so
that one which an answer has just opened is asked before the next page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from banso.listen.surveys.checking import OTHER, visible
from banso.listen.surveys.definition import Definition, Question, words

PREFIX, OWN = "a.", "o."


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """One question as the template shows it."""

    question: Question
    title: str
    help: str
    options: list[Option] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    text: str = ""
    own: str = ""
    fault: str = ""

    @property
    def name(self) -> str:
        return PREFIX + self.question.key

    @property
    def own_name(self) -> str:
        return OWN + self.question.key

    @property
    def is_own(self) -> bool:
        return bool(self.own)


def pages_shown(definition: Definition, answers: Mapping[str, Any]) -> list[int]:
    """The numbers of the pages that ask something after these answers."""
    shown = visible(definition, answers)
    return [
        number
        for number, page in enumerate(definition.pages)
        if any(question.key in shown for question in page.questions)
    ]


def asked_on(
    definition: Definition,
    number: int,
    answers: Mapping[str, Any],
    language: str,
    faults: Mapping[str, str],
) -> list[Asked]:
    shown = visible(definition, answers)
    return [
        _asked(question, answers.get(question.key), language, faults.get(question.key, ""))
        for question in definition.pages[number].questions
        if question.key in shown
    ]


def _asked(question: Question, value: Any, language: str, fault: str) -> Asked:
    given = value if isinstance(value, list) else [] if value is None else [value]
    own = next((one for one in given if isinstance(one, str) and one.startswith(OTHER)), "")
    if question.kind == "scale":
        offered = [(str(n), str(n)) for n in range(question.low, question.high + 1)]
    else:
        offered = [(one.value, words(one.label, language) or one.value) for one in question.choices]
    chosen = {str(one) for one in given}
    return Asked(
        question,
        title=words(question.title, language) or question.key,
        help=words(question.help, language),
        options=[Option(value, label, value in chosen) for value, label in offered],
        ends=[words(end, language) for end in question.ends[:2]],
        text=str(value) if question.kind == "text" and value is not None else "",
        own=own.removeprefix(OTHER),
        fault=fault,
    )


def answers_in(definition: Definition, given: QueryDict) -> dict[str, Any]:
    """What a page sent, by question; None for a question that was shown and left empty."""
    asked = {question.key: question for question in definition.questions}
    seen = dict.fromkeys(key for key in given.getlist("seen") if key in asked)
    return {key: _answer(asked[key], given) for key in seen}


def _answer(question: Question, given: QueryDict) -> Any:
    values = given.getlist(PREFIX + question.key)
    own = given.get(OWN + question.key, "").strip()
    if question.kind == "text":
        return values[-1] if values and values[-1].strip() else None
    if question.kind == "scale":
        text = values[-1] if values else ""
        return int(text) if text.isdecimal() and len(text) < 4 else text or None
    # the box beside "other" is empty, or the text was typed without ticking it
    chosen = [value for value in values if value != OTHER]
    if question.other and own and (OTHER in values or question.kind == "choices" or not chosen):
        chosen = [*(chosen if question.kind == "choices" else []), OTHER + own]
    if question.kind == "choices":
        return list(dict.fromkeys(chosen)) or None
    return chosen[-1] if chosen else None


def opened_since(asked: Sequence[Asked], given: QueryDict) -> bool:
    """Whether the page shows a question now that it did not show when it was sent."""
    seen = set(given.getlist("seen"))
    return any(one.question.key not in seen for one in asked)
