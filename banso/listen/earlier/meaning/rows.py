"""One row of a file as answers: pure; who gave them is looked up afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from banso.listen.earlier.meaning import columns as goes
from banso.listen.earlier.meaning.columns import Column, Columns, parts_of, said
from banso.listen.earlier.meaning.wording import choice_value, keys
from banso.listen.earlier.meaning.words import on_scale
from banso.listen.imports.meaning.dates import day_of
from banso.listen.imports.meaning.values import is_nothing
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.surveys.checking import (
    LONGEST_OTHER,
    LONGEST_TEXT,
    OTHER,
    Figures,
    checked,
    figures,
)
from banso.listen.surveys.definition import Definition, Question

EARLIEST = date(1980, 1, 1)


@dataclass
class Given:
    """What a row says. ``external_id`` names it: by a column, by who answered when, or by its
    number.
    """

    number: int
    cells: list[str]
    external_id: str = ""
    account: str = ""
    people: list[str] = field(default_factory=list)
    on: date | None = None
    language: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    says: Figures | None = None
    unseen: list[tuple[str, str]] = field(default_factory=list)
    """(column, value) of values that stand in no map yet."""


class Reader:
    """Reads the rows of one file into the questions of one definition."""

    def __init__(self, mapping: Columns, definition: Definition, *, today: date) -> None:
        self.mapping, self.definition, self.today = mapping, definition, today
        self.asked = {question.key: question for question in definition.questions}
        self.keys = keys(mapping.columns)
        self.fallback = date.fromisoformat(mapping.answered_on) if mapping.answered_on else None
        self.places = {
            one: mapping.at(one)
            for one in (goes.ROW_ID, goes.ACCOUNT, goes.PERSON, goes.ANSWERED_ON, goes.LANGUAGE)
        }

    def read(self, number: int, cells: Sequence[str]) -> Given:
        given = Given(number, list(cells))
        for column, text in zip(self.mapping.columns, cells, strict=True):
            if len(text) > LONGEST_TEXT:
                said_so = fault("text_too_long", limit=LONGEST_TEXT, length=len(text))
                given.faults.append(said_so.at(column.name))
        if given.faults:
            return given
        self._who(given)
        self._when(given)
        self._answers(given)
        given.original = {
            column.name: text
            for column, text in zip(self.mapping.columns, cells, strict=True)
            if text.strip() and not (self.mapping.is_anonymous and column.goes in _PERSONAL)
        }
        return given

    def _texts(self, given: Given, goes_to: str) -> list[str]:
        found = (given.cells[place].strip() for place in self.places[goes_to])
        return [text for text in found if not is_nothing(text)]

    def _who(self, given: Given) -> None:
        if self.mapping.is_anonymous:
            return
        given.account = next(iter(self._texts(given, goes.ACCOUNT)), "")
        given.people = self._texts(given, goes.PERSON)
        given.language = next(iter(self._texts(given, goes.LANGUAGE)), "")[:8].lower()
        if not given.account and not given.people:
            given.faults.append(fault("who_missing"))
        named = next(iter(self._texts(given, goes.ROW_ID)), "")
        given.external_id = named[:200] or self._name_of(given)

    def _name_of(self, given: Given) -> str:
        """Whoever stands once in a file is told by who they are; others by the row's number."""
        if not given.people:
            return f"row {given.number}"
        words = [said(given.account), *(said(text) for text in given.people)]
        return "who " + hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]

    def _when(self, given: Given) -> None:
        text = next(iter(self._texts(given, goes.ANSWERED_ON)), "")
        given.on = self.fallback
        if text:
            column = self.mapping.columns[self.places[goes.ANSWERED_ON][0]]
            given.on = day_of(text, column.order)
            if given.on is None:
                given.faults.append(fault("not_a_date", text=text).at(column.name))
            elif not EARLIEST <= given.on <= self.today:
                given.faults.append(fault("day_out_of_range", text=text).at(column.name))
        elif given.on is None:
            given.faults.append(fault("day_missing"))

    def _answers(self, given: Given) -> None:
        raw: dict[str, Any] = {}
        for column, key, text in zip(self.mapping.columns, self.keys, given.cells, strict=True):
            if key in self.asked and not _is_empty(column, text):
                value = self._value(column, self.asked[key], text, given)
                if value not in (None, "", []):
                    raw[key] = value
        if given.faults:
            return
        found = checked(self.definition, raw, whole=False)
        titles = dict(zip(self.keys, (c.name for c in self.mapping.columns), strict=True))
        for one in found.faults:
            name = titles.get(one.question, "")
            if one.reason == "hidden_question":
                given.notices.append(fault("hidden_by_branch").at(name))
            else:
                given.faults.append(fault("not_an_answer", text=str(raw[one.question])).at(name))
        if not found.answers and not given.faults:
            given.faults.append(fault("no_answers"))
        given.answers = found.answers
        given.says = figures(self.definition, found.answers)

    def _value(self, column: Column, question: Question, text: str, given: Given) -> Any:
        if question.kind == "text":
            return text.strip()
        if question.kind == "scale":
            return self._number(column, question, text, given)
        parts = parts_of(text, column.split if question.kind == "choices" else "")
        values = [self._choice(column, question, part, given) for part in parts]
        kept = list(dict.fromkeys(value for value in values if value))
        return kept if question.kind == "choices" else next(iter(kept), None)

    def _number(self, column: Column, question: Question, text: str, given: Given) -> int | None:
        value = column.values.get(said(text))
        if value is None and column.span:
            low, high = question.low, question.high
            value = on_scale([text], low=low, high=high, span=column.span).get(said(text))
        if value is None:
            self._unknown(column, text, given, "off_the_scale")
        return int(value) if value else None

    def _choice(self, column: Column, question: Question, text: str, given: Given) -> str | None:
        value = column.values.get(said(text))
        if value is not None:
            return value
        plain = choice_value(text)
        if any(one.value == plain for one in question.choices):
            return plain
        if question.other:
            return OTHER + text[:LONGEST_OTHER]
        self._unknown(column, text, given, "unknown_value")
        return None

    def _unknown(self, column: Column, text: str, given: Given, code: str) -> None:
        given.unseen.append((column.name, text))
        given.faults.append(fault(code, text=text).at(column.name))


def _is_empty(column: Column, text: str) -> bool:
    """ "None" may be an answer ("any trouble?"), where the column knows it."""
    return not text.strip() or (is_nothing(text) and said(text) not in column.values)


_PERSONAL = (goes.ACCOUNT, goes.PERSON, goes.ROW_ID)


def repeated_key(given_cells: Sequence[str], places: Mapping[str, Sequence[int]]) -> str:
    """What tells one answer of a file from another before anybody is looked up; "" for nothing."""
    ids = [said(given_cells[place]) for place in places[goes.ROW_ID]]
    if any(ids):
        return "id " + "\n".join(ids)
    people = [said(given_cells[place]) for place in places[goes.PERSON]]
    if any(people):
        return "who " + "\n".join([*(said(given_cells[p]) for p in places[goes.ACCOUNT]), *people])
    return ""
