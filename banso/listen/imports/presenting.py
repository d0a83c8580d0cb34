"""What the pages of an import show, ready for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from banso.listen.imports.applying import MONEY
from banso.listen.imports.labels import field_label, target_choices
from banso.listen.imports.meaning.events import prop_parser
from banso.listen.imports.meaning.guess import Sampled
from banso.listen.imports.meaning.kinds import CUSTOM, PROP, target_of
from banso.listen.imports.meaning.mappings import Column, Mapping
from banso.listen.imports.meaning.rows import parser
from banso.listen.imports.meaning.values import Parse, moment_value
from banso.listen.imports.models import ImportRun
from banso.listen.imports.reading.faults import Fault
from banso.listen.imports.sentences import sentence, sentence_of
from banso.shared.users.reads import organisation

SAMPLES = 4
LOOKED_AT = 400


@dataclass(frozen=True)
class Sample:
    """A cell as it stands in the file, as it is understood, and what is wrong with it."""

    text: str
    meant: str
    wrong: str = ""


@dataclass(frozen=True)
class Line:
    """One column of the file on the mapping page."""

    place: int
    column: Column
    samples: list[Sample]
    faulty: int
    asks_order: bool
    is_own: bool
    is_prop: bool
    filled: int


def lines(mapping: Mapping, columns: Sequence[Sampled]) -> list[Line]:
    zone = ZoneInfo(organisation().time_zone)
    return [_line(n, mapping, c, columns[n], zone) for n, c in enumerate(mapping.columns)]


def _line(place: int, mapping: Mapping, column: Column, sampled: Sampled, zone: ZoneInfo) -> Line:
    parse = _parse(mapping, column, zone)
    texts = [text for text in sampled.texts[:LOOKED_AT] if text.strip()]
    found = {text: parse(text) for text in dict.fromkeys(texts)} if parse else {}
    wrong = [text for text, value in found.items() if isinstance(value, Fault)]
    chosen = [
        *wrong[:1],
        *(text for text in found or dict.fromkeys(texts) if text not in wrong[:1]),
    ]
    samples = [_sample(text, found.get(text)) for text in chosen[:SAMPLES]]
    target = target_of(mapping.kind, column.target)
    is_date = (target is not None and target.form in ("date", "moment")) or (
        column.target == CUSTOM and column.kind == "date"
    )
    return Line(
        place,
        column,
        samples,
        sum(1 for text in texts if text in wrong),
        is_date and not sampled.order.settled,
        column.target == CUSTOM,
        column.target == PROP,
        sampled.filled,
    )


def _parse(mapping: Mapping, column: Column, zone: ZoneInfo) -> Parse | None:
    if not column.target:
        return None
    if column.target == PROP:
        return prop_parser(column)
    target = target_of(mapping.kind, column.target)
    if target and target.form == "moment":
        return moment_value(column.order, zone)
    return parser(column, mapping, MONEY)


def _sample(text: str, value: Any) -> Sample:
    if isinstance(value, Fault):
        return Sample(text[:60], "", sentence(value))
    meant = shown(value)
    return Sample(text[:60], meant if meant != text.strip() else "")


def shown(value: Any) -> str:
    """A value as its reader writes it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(value, "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, tuple):
        return f"{number_format(value[0], force_grouping=True)} {value[1]}".strip()
    return str(value)[:60]


@dataclass(frozen=True)
class ShownRow:
    """A row of a dry run: refused or remarked with sentences, or changed with old and new."""

    number: int
    id: str
    name: str
    sentences: list[str]
    changes: list[tuple[str | Promise, str, str]]


def shown_rows(run: ImportRun, name: str) -> list[ShownRow]:
    return [
        ShownRow(
            row["row"],
            str(row.get("id", "")),
            str(row.get("name", "")),
            [sentence_of(found) for found in row.get("faults", [])],
            [(field_label(f), shown(old), shown(new)) for f, old, new in row.get("changes", [])],
        )
        for row in run.preview.get(name, [])
    ]


def run_context(run: ImportRun) -> dict[str, Any]:
    """What the pages of the dry run and of the import show."""
    return {
        "run": run,
        "is_events": run.kind == "events",
        "refused_rows": sorted(shown_rows(run, "refused"), key=lambda row: row.number)[:50],
        "changed_rows": shown_rows(run, "changed"),
        "created_rows": shown_rows(run, "created")[:5],
        "noticed_rows": shown_rows(run, "noticed"),
        "unknown_keys": sorted(run.preview.get("unknown_keys", {}).items(), key=lambda kv: -kv[1]),
        "error": sentence_of(run.error) if run.error else "",
        "to_import": run.created + run.changed,
    }


def mapping_context(mapping: Mapping, columns: Sequence[Sampled]) -> dict[str, Any]:
    return {
        "mapping": mapping,
        "lines": lines(mapping, columns),
        "targets": target_choices(mapping.kind),
        "terms": list(enumerate(mapping.terms.items())),
        "left_out": sum(1 for column in mapping.columns if not column.target),
    }
