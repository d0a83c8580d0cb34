"""What the pages of earlier surveys show, ready for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from banso.listen.earlier.labels import KINDS, goes_groups
from banso.listen.earlier.meaning import columns as goes
from banso.listen.earlier.meaning.columns import (
    EMPTY,
    UNKNOWN,
    Column,
    Columns,
    parts_of,
    said,
)
from banso.listen.earlier.meaning.guess import Seen, values_of
from banso.listen.earlier.meaning.wording import choice_value, keys
from banso.listen.earlier.meaning.words import SPANS
from banso.listen.earlier.models import EarlierRun
from banso.listen.earlier.reads import (
    definition_for,
    runs_of_file,
    surveys_to_fill,
    target_of,
    waves_to_correct,
)
from banso.listen.earlier.rules import may_go_on, may_undo
from banso.listen.earlier.sentences import sentence_of
from banso.listen.imports.labels import ENCODING_CHOICES, ORDERS
from banso.listen.imports.meaning.dates import order_of
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Question, words
from banso.listen.surveys.meanings import MEANINGS
from banso.listen.surveys.models import Leaf

SAMPLES = 4


@dataclass(frozen=True)
class Value:
    """A value of the file, how often it stands there, and what it means: ``ours``."""

    number: int
    text: str
    count: int
    ours: str


@dataclass(frozen=True)
class Line:
    """One column of the file on the page of the columns."""

    place: int
    column: Column
    samples: list[str]
    kinds: Sequence[tuple[str, str | Promise]]
    asks_order: bool
    options: list[tuple[str, str]]
    values: list[Value]

    @property
    def unknown(self) -> int:
        return sum(1 for value in self.values if value.ours == UNKNOWN)


def lines(mapping: Columns, seen: Sequence[Seen], language: str) -> list[Line]:
    asked = {one.key: one for one in definition_for(mapping, seen).questions}
    fills = keys(mapping.columns)
    return [
        _line(place, column, one, asked.get(fills[place]), language)
        for place, (column, one) in enumerate(zip(mapping.columns, seen, strict=True))
    ]


def _line(place: int, column: Column, seen: Seen, question: Question | None, language: str) -> Line:
    options = _options(question, language) if question else []
    asked = TEMPLATE.definition.meaning(column.meaning) if column.meaning else None
    if asked and asked.choices:
        options = list(dict([*_options(asked, language), *options]).items())
    free = question is not None and question.other and not (column.question or asked)
    return Line(
        place,
        column,
        [text[:80] for text in seen.texts[:SAMPLES]],
        _kinds(column),
        column.goes == goes.ANSWERED_ON and not order_of(seen.texts).settled,
        options,
        [] if free or not options else _values(column, seen, question),
    )


def _kinds(column: Column) -> Sequence[tuple[str, str | Promise]]:
    if column.goes == goes.OWN:
        return KINDS
    able = MEANINGS[column.meaning].kinds if column.meaning else ()
    return [pair for pair in KINDS if pair[0] in able] if len(able) > 1 else ()


def _options(question: Question, language: str) -> list[tuple[str, str]]:
    if question.kind == "scale":
        return [(str(number), str(number)) for number in range(question.low, question.high + 1)]
    return [(one.value, words(one.label, language) or one.value) for one in question.choices]


def _values(column: Column, seen: Seen, question: Question | None) -> list[Value]:
    known = {one.value for one in question.choices} if question else set()
    found = []
    for number, text in enumerate(values_of(seen, column.split)):
        plain = choice_value(text)
        ours = column.values.get(said(text), plain if plain in known else UNKNOWN)
        count = sum(n for whole, n in seen.values if text in parts_of(whole, column.split))
        found.append(Value(number, text, count, ours or EMPTY))
    if column.kind == "scale":
        found.sort(key=lambda value: -float(value.ours) if value.ours.isdecimal() else 99)
    return sorted(found, key=lambda value: value.ours != UNKNOWN)


def columns_context(run: EarlierRun, mapping: Columns, seen: Sequence[Seen]) -> dict[str, Any]:
    language = (get_language() or "en")[:2]
    shown = lines(mapping, seen, language)
    return {
        "run": run,
        "mapping": mapping,
        "lines": shown,
        "unknown": sum(line.unknown for line in shown),
        "groups": goes_groups(target_of(mapping), language),
        "surveys": surveys_to_fill(),
        "waves": waves_to_correct(mapping.survey) if mapping.survey else [],
        "orders": ORDERS,
        "encodings": ENCODING_CHOICES if run.upload.shape["form"] != "xlsx" else (),
        "has_day": goes.ANSWERED_ON in [column.goes for column in mapping.columns],
        "has_id": any(column.goes in (goes.ROW_ID, goes.PERSON) for column in mapping.columns),
        "before": list(runs_of_file(run)[:3]),
        "EMPTY": EMPTY,
        "UNKNOWN": UNKNOWN,
        "spans": [(f"{low}-{high}", f"{low}–{high}") for low, high in SPANS],
    }


@dataclass(frozen=True)
class Row:
    number: int
    sentences: list[str]


def _rows(run: EarlierRun, name: str) -> list[Row]:
    rows = [
        Row(one["row"], [sentence_of(found) for found in one["faults"]])
        for one in run.preview.get(name, [])
    ]
    return sorted(rows, key=lambda row: row.number)[:50]


def run_context(run: EarlierRun) -> dict[str, Any]:
    """What the pages of the dry run and of the outcome show."""
    labels = dict(Leaf.choices)
    leaves = run.preview.get("leaves", {})
    days = [date.fromisoformat(day) for day in run.preview.get("days", [])]
    return {
        "run": run,
        "mapping": Columns.from_json(run.mapping),
        "refused_rows": _rows(run, "refused"),
        "noticed_rows": _rows(run, "noticed"),
        "unknown_accounts": _most(run.preview.get("unknown_account", {})),
        "unknown_people": _most(run.preview.get("unknown_person", {})),
        "leaves": [(label, leaves[key]) for key, label in labels.items() if key in leaves],
        "days": days,
        "error": sentence_of(run.error) if run.error else "",
        "to_bring": run.created + run.changed + run.aside,
        "may_go_on": may_go_on(run),
        "may_undo": may_undo(run),
    }


def _most(counted: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:12]
