from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.rules import whole_number
from banso.listen.imports.meaning.dates import DAY_FIRST, MONTH_FIRST
from banso.listen.imports.meaning.kinds import CUSTOM, PROP, TARGETS
from banso.listen.imports.meaning.mappings import Column, Mapping, key_of
from banso.shared.fields.models import Kind as FieldKind
from banso.shared.fields.models import KnownWhen
from banso.shared.money import CURRENCIES


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A file input that takes several; gives the list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(SeveralFilesField, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    file = SeveralFilesField(
        label=_("Files"),
        error_messages={"required": _("Choose a file first."), "empty": _("The file is empty.")},
        widget=SeveralFiles(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.json,.jsonl,.ndjson,.gz", "class": "drop-files"}
        ),
    )


def mapping_given(given: QueryDict, before: Mapping, names: Sequence[str]) -> Mapping:
    """The mapping as the form says it; what the form does not show stays as it was."""
    known = {column.name: column for column in before.columns}
    taken: set[str] = set()
    columns = []
    for place, name in enumerate(names):
        column = _column(given, place, known.get(name, Column(name)), before.kind, taken)
        if column.key:
            taken.add(column.key)
        columns.append(column)
    words = list(before.terms)
    terms = {
        word: _months(given.get(f"term-{n}"), before.terms[word]) for n, word in enumerate(words)
    }
    currency = given.get("currency", before.currency).upper()
    return replace(
        before,
        columns=tuple(columns),
        source=(given.get("source", "").strip() or before.source)[:40],
        currency=currency if currency in CURRENCIES else before.currency,
        event_name=given.get("event_name", before.event_name).strip()[:200],
        snapshot_on=_day(given.get("snapshot_on"), before.snapshot_on),
        terms=terms,
    )


def _column(given: QueryDict, place: int, column: Column, kind: str, taken: set[str]) -> Column:
    targets = {"", CUSTOM, PROP, *(target.key for target in TARGETS[kind])}
    target = given.get(f"target-{place}", column.target)
    target = target if target in targets else column.target
    order = given.get(f"order-{place}", column.order)
    order = order if order in (MONTH_FIRST, DAY_FIRST) else column.order
    if target not in (CUSTOM, PROP):
        kept = column.key if target == column.target else ""
        return replace(column, target=target, key=kept, order=order)
    value_kind = given.get(f"kind-{place}", column.kind)
    known_when = given.get(f"known-{place}", column.known_when)
    return Column(
        column.name,
        target,
        column.key or key_of(column.name, taken),
        value_kind if value_kind in FieldKind.values else column.kind,
        known_when if known_when in KnownWhen.values else column.known_when,
        order,
    )


def _months(text: str | None, before: int) -> int:
    months = whole_number(text or "")
    return months if months and months <= 120 else before


def _day(text: str | None, before: str) -> str:
    if text is None:
        return before
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return ""
