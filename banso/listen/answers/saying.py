"""Answers in words: what was asked, what was answered, and what it means. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from banso.listen.surveys.checking import OTHER
from banso.listen.surveys.definition import Definition, Question, words
from banso.listen.surveys.meanings import MEANINGS

LINE = tuple(key for key, one in MEANINGS.items() if one.high)
"""The scales that one line of time shows, whatever survey they come from."""


@dataclass(frozen=True)
class Said:
    """One question of a survey and its answer; ``of``: the end of the scale, 0 without one."""

    key: str
    title: str
    meaning: str
    text: str
    of: int = 0
    is_long: bool = False


def said_of(definition: Definition, answers: Mapping[str, Any], language: str) -> list[Said]:
    """The questions that were answered, in the order they were asked."""
    return [
        _said(question, answers[question.key], language)
        for question in definition.questions
        if question.key in answers
    ]


def _said(question: Question, value: Any, language: str) -> Said:
    title = words(question.title, language)
    if question.kind == "scale":
        return Said(question.key, title, question.meaning, str(value), question.high)
    if question.kind == "text":
        return Said(question.key, title, question.meaning, str(value), is_long=True)
    values = value if isinstance(value, list) else [value]
    labels = {one.value: words(one.label, language) or one.value for one in question.choices}
    text = " / ".join(labels.get(one, one.removeprefix(OTHER)) for one in values)
    return Said(question.key, title, question.meaning, text)
