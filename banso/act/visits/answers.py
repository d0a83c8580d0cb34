"""What somebody answered, in words: question by question, as it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from banso.listen.surveys.checking import OTHER
from banso.listen.surveys.definition import Question, words
from banso.listen.surveys.models import Response
from banso.listen.surveys.reads import definition_of


@dataclass(frozen=True)
class Told:
    question: str
    answer: str
    is_text: bool


def told(response: Response, language: str) -> list[Told]:
    """The questions that were answered with their answers, in the order of the survey."""
    return [
        Told(
            words(question.title, language),
            _in_words(question, response.answers[question.key], language),
            question.kind == "text",
        )
        for question in definition_of(response.version).questions
        if question.key in response.answers
    ]


def _in_words(question: Question, value: Any, language: str) -> str:
    if question.kind == "scale":
        return f"{value} / {question.high}"
    labels = {one.value: words(one.label, language) or one.value for one in question.choices}
    given = value if isinstance(value, list) else [value]
    return " · ".join(labels.get(one) or str(one).removeprefix(OTHER) for one in given)
