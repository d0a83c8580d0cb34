"""What of an answered form may be kept: checked again on the server, whatever the browser did.

Pure: no Django. Answers are {question key: value}: a text for a choice or a text, a list of texts
for several choices, a whole number for a scale. A choice of one's own is "other:" and the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from banso.listen.surveys.definition import Condition, Definition, Fault, Question
from banso.listen.surveys.meanings import CHOSEN, MEANINGS, SCALES, leaf_of

LONGEST_TEXT, LONGEST_OTHER = 10_000, 200
OTHER = "other:"


@dataclass(frozen=True, slots=True)
class Checked:
    """``answers``: what may be kept, faulty ones left out; ``faults``: why the others may not."""

    answers: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)


def holds(condition: Condition, question: Question, value: Any) -> bool:
    if value is None:
        return False
    if question.kind == "scale":
        low = question.low if condition.low is None else condition.low
        high = question.high if condition.high is None else condition.high
        return isinstance(value, int) and low <= value <= high
    given = value if isinstance(value, list) else [value]
    return any(one in condition.values for one in given)


def visible(definition: Definition, answers: Mapping[str, Any]) -> dict[str, Question]:
    """The questions these answers lead to; a hidden one's answer opens nothing."""
    shown: dict[str, Question] = {}
    for question in definition.questions:
        opened = (
            condition.question in shown
            and holds(condition, shown[condition.question], answers.get(condition.question))
            for condition in question.shown_if
        )
        if all(opened):
            shown[question.key] = question
    return shown


def checked(definition: Definition, answers: Mapping[str, Any], *, whole: bool) -> Checked:
    """``whole``: the form is handed in, so that a required answer that is missing is a fault."""
    known = {question.key for question in definition.questions}
    found = [Fault(str(key)[:80], "unknown_question") for key in answers if key not in known]
    kept: dict[str, Any] = {}
    for question in definition.questions:
        value = answers.get(question.key)
        if value in (None, "", []):
            continue
        fault = _fault(question, value)
        if fault:
            found.append(Fault(question.key, fault))
        else:
            kept[question.key] = value.strip() if isinstance(value, str) else value
    shown = visible(definition, kept)
    found += [Fault(key, "hidden_question") for key in kept if key not in shown]
    kept = {key: value for key, value in kept.items() if key in shown}
    if whole:
        faulty = {fault.question for fault in found}
        missing = (q.key for q in shown.values() if q.required and q.key not in kept)
        found += [Fault(key, "missing") for key in missing if key not in faulty]
    return Checked(kept, found)


def _fault(question: Question, value: Any) -> str:
    """Why a value cannot answer a question; "" when it can."""
    if question.kind == "scale":
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_whole and question.low <= value <= question.high else "not_on_the_scale"
    if question.kind == "text":
        if not isinstance(value, str) or "\x00" in value:
            return "not_a_text"
        return "text_too_long" if len(value) > LONGEST_TEXT else ""
    if question.kind == "choice":
        return _fault_of_choice(question, value)
    if not isinstance(value, list) or len(value) > len(question.choices) + 1:
        return "unknown_choice"
    if any(not isinstance(one, str) for one in value) or len(set(value)) < len(value):
        return "unknown_choice"
    return next((f for f in (_fault_of_choice(question, one) for one in value) if f), "")


def _fault_of_choice(question: Question, value: Any) -> str:
    if not isinstance(value, str):
        return "unknown_choice"
    if value in {choice.value for choice in question.choices}:
        return ""
    if not (question.other and value.startswith(OTHER)) or "\x00" in value:
        return "unknown_choice"
    return "text_too_long" if len(value) > LONGEST_OTHER + len(OTHER) else ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What answers say by meaning: the leaf, a number for each scale, and the chosen values."""

    leaf: str
    scales: dict[str, int]
    chosen: list[tuple[str, str]]


def figures(definition: Definition, answers: Mapping[str, Any]) -> Figures:
    """``answers`` as ``checked`` gives them."""
    by_meaning = {
        question.meaning: answers[question.key]
        for question in definition.questions
        if question.meaning in MEANINGS and question.key in answers
    }
    chosen: list[tuple[str, str]] = []
    for meaning in CHOSEN:
        value = by_meaning.get(meaning, [])
        values = value if isinstance(value, list) else [value]
        chosen += [(meaning, OTHER if one.startswith(OTHER) else one) for one in values]
    leaf = leaf_of(*(by_meaning.get(key) for key in ("trouble", "consulted", "answer")))
    return Figures(leaf, {key: by_meaning[key] for key in SCALES if key in by_meaning}, chosen)
