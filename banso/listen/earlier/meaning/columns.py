"""What each column of a file of answers is, and which value of ours each of its values means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from banso.listen.imports.meaning.values import plain
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.surveys.meanings import MEANINGS

LEFT_OUT, ROW_ID, ACCOUNT, PERSON = "", "row_id", "account", "person"
ANSWERED_ON, LANGUAGE, OWN = "answered_on", "language", "own"
WHO = (ACCOUNT, PERSON)
ONCE = (ROW_ID, ACCOUNT, ANSWERED_ON, LANGUAGE)
MEANING, QUESTION = "meaning:", "question:"
MOST_VALUES = 40
"""Different values of a column that are looked at; more of them are texts."""
LONGEST_VALUE = 200
UNKNOWN, EMPTY = "?", "-"
"""What the page says for a value of which we do not know yet, or shall not know, what it means."""


@dataclass(frozen=True)
class Column:
    """``goes``: where to: one of the words above, "meaning:satisfaction" (of a new survey) or
    "question:key" (of one that is there). ``values``: plain text of the file -> our value, "" to
    leave the answer empty. ``split``: what separates several choices in one cell.
    ``span``: the file's own scale, such as "1-7", where it has numbers.
    """

    name: str
    goes: str = LEFT_OUT
    kind: str = "text"
    low: int = 1
    high: int = 5
    values: dict[str, str] = field(default_factory=dict)
    split: str = ""
    span: str = ""
    order: str = "mdy"

    @property
    def meaning(self) -> str:
        return self.goes.removeprefix(MEANING) if self.goes.startswith(MEANING) else ""

    @property
    def question(self) -> str:
        return self.goes.removeprefix(QUESTION) if self.goes.startswith(QUESTION) else ""

    @property
    def is_question(self) -> bool:
        return self.goes == OWN or bool(self.meaning or self.question)


@dataclass(frozen=True)
class Columns:
    """``survey``: the one whose questions are filled, 0 for a new one called ``survey_name``;
    ``wave``: one of it that this file corrects, 0 for a new one. ``answered_on``: the day where no
    column says it.
    """

    columns: tuple[Column, ...]
    survey: int = 0
    survey_name: str = ""
    wave: int = 0
    wave_name: str = ""
    source: str = ""
    answered_on: str = ""
    is_anonymous: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Columns:
        return cls(**dict(kept) | {"columns": tuple(Column(**one) for one in kept["columns"])})

    def for_header(self, header: Sequence[str]) -> Columns:
        """The same columns in the order of another file."""
        known = {column.name: column for column in self.columns}
        return replace(self, columns=tuple(known.get(name, Column(name)) for name in header))

    def at(self, goes: str) -> list[int]:
        """The places of the columns that go there."""
        return [place for place, column in enumerate(self.columns) if column.goes == goes]

    @property
    def says_who(self) -> bool:
        return not self.is_anonymous and any(column.goes in WHO for column in self.columns)


def problems(mapping: Columns) -> list[Fault]:
    """What keeps the mapping from being used, each as a sentence about the whole file."""
    goes = [column.goes for column in mapping.columns]
    found = [] if any(c.is_question for c in mapping.columns) else [fault("no_question")]
    found += [fault("goes_twice", goes=one) for one in ONCE if goes.count(one) > 1]
    single = {
        one
        for one in goes
        if one.startswith((MEANING, QUESTION))
        and not (one.startswith(MEANING) and MEANINGS[one.removeprefix(MEANING)].several)
    }
    found += [fault("goes_twice", goes=one) for one in sorted(single) if goes.count(one) > 1]
    if ANSWERED_ON not in goes and not mapping.answered_on:
        found.append(fault("when_missing"))
    if not mapping.survey and not mapping.survey_name.strip():
        found.append(fault("name_missing"))
    if not mapping.wave and not mapping.wave_name.strip():
        found.append(fault("wave_name_missing"))
    if not mapping.is_anonymous and not set(goes) & set(WHO):
        found.append(fault("nobody_answered"))
    return found


def parts_of(text: str, split: str) -> list[str]:
    """The choices of one cell, without empty and repeated ones."""
    parts = text.replace("\n", split).split(split) if split else [text]
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def said(text: str) -> str:
    """A value as it is compared with others."""
    return plain(" ".join(text.split()))[:LONGEST_VALUE]
