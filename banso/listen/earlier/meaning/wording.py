"""The questions of a survey that a file of answers stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from banso.listen.earlier.meaning.columns import QUESTION, Column, Columns, said
from banso.listen.earlier.meaning.guess import Seen, values_of
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Choice, Definition, Page, Question, Words
from banso.listen.surveys.meanings import MEANINGS

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
LONGEST_TITLE, LONGEST_LABEL, LONGEST_CHOICE = 1000, 200, 60


def wording(mapping: Columns, seen: Sequence[Seen]) -> Definition:
    """One page with a question for each column that is one, titled as the column is."""
    asked = [
        question_of(column, one, key)
        for column, one, key in zip(mapping.columns, seen, keys(mapping.columns), strict=True)
        if column.is_question
    ]
    return Definition([Page(asked)], title=words_of(mapping.survey_name.strip()))


def keys(columns: Sequence[Column]) -> list[str]:
    """The key of the question that each column fills, "" where it fills none."""
    found: list[str] = []
    for place, column in enumerate(columns, start=1):
        key = column.question or column.meaning or (f"column_{place}" if column.is_question else "")
        if key and not column.question and key in found:
            key = f"{key}_{place}"
        found.append(key)
    return found


def as_questions(columns: Sequence[Column]) -> dict[str, Column]:
    """The columns of a file that made a survey, by name, as those of one that fills it."""
    return {
        column.name: replace(column, goes=QUESTION + key) if key else column
        for column, key in zip(columns, keys(columns), strict=True)
    }


def words_of(text: str) -> Words:
    return {"ja" if _JAPANESE.search(text) else "en": text[:LONGEST_TITLE]}


def question_of(column: Column, seen: Seen, key: str) -> Question:
    title = words_of(column.name)
    if column.kind == "scale":
        return Question(
            key, "scale", title, meaning=column.meaning, low=column.low, high=column.high
        )
    if column.kind == "text":
        return Question(key, "text", title, meaning=column.meaning, long=True)
    fixed = MEANINGS[column.meaning].values if column.meaning else ()
    choices = _fixed(column, fixed) if fixed else _free(column, seen)
    return Question(
        key,
        "choices" if column.kind == "choices" else "choice",
        title,
        meaning=column.meaning,
        choices=choices,
        other=not fixed,
    )


def _fixed(column: Column, values: Sequence[str]) -> list[Choice]:
    """Those that the meaning knows, in the words of the template."""
    asked = TEMPLATE.definition.meaning(column.meaning)
    labels = {one.value: one.label for one in asked.choices} if asked else {}
    return [Choice(value, labels.get(value, {})) for value in values]


def _free(column: Column, seen: Seen) -> list[Choice]:
    """Each value of the file, or the value of ours that it means."""
    found: dict[str, Choice] = {}
    asked = TEMPLATE.definition.meaning(column.meaning) if column.meaning else None
    labels = {one.value: one.label for one in asked.choices} if asked else {}
    for text in values_of(seen, column.split):
        value = column.values.get(said(text), choice_value(text))
        if value:
            label = labels.get(value) or words_of(text[:LONGEST_LABEL])
            found.setdefault(value, Choice(value, label))
    return list(found.values())[:LONGEST_CHOICE]


def choice_value(text: str) -> str:
    """What a choice of the file is kept as."""
    return " ".join(text.split())[:100]
