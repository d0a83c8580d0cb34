"""What the pages and the command show of a load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.imports.labels import target_label
from banso.listen.imports.meaning.kinds import EVENTS, PROP, SKIP
from banso.listen.imports.meaning.mappings import Column
from banso.listen.imports.reading.faults import Fault
from banso.listen.loads import reads, refused
from banso.listen.loads.drafting import Sample
from banso.listen.loads.meaning.converting import Converted, Converter
from banso.listen.loads.meaning.guess import SPREAD, TARGETS, faults_of
from banso.listen.loads.models import AT_WORK, RESUMABLE, Load
from banso.listen.loads.reads import Progress
from banso.listen.loads.sentences import sentence, sentence_of
from banso.shared.figures import figure

EXAMPLES = 3
SHOWN = 8
LISTED = 50
PLACES: tuple[tuple[str, str | Promise], ...] = (
    (SKIP, gettext_lazy("— leave out —")),
    *((target, target_label(target, EVENTS)) for target in TARGETS),
    (SPREAD, gettext_lazy("The properties, as one object")),
    (PROP, gettext_lazy("A property of the event")),
)


@dataclass(frozen=True)
class Line:
    """One column of the files on the page of the columns."""

    place: int
    column: Column
    examples: list[str]


@dataclass(frozen=True)
class Event:
    """A row of the preview as the lake would hold it, or why it would not."""

    number: int
    wrong: str = ""
    account: str = ""
    is_known: bool = True
    user: str = ""
    name: str = ""
    at: str = ""
    props: str = ""


def duration(seconds: float) -> str:
    """How long something takes, as one says it."""
    if seconds < 90:
        return _("%(n)s s") % {"n": max(round(seconds), 1)}
    if seconds < 5400:
        return _("%(n)s min") % {"n": round(seconds / 60)}
    return _("%(n)s h") % {"n": figure(seconds / 3600, 1, grouped=False)}


def megabytes(size: int) -> str:
    return figure(size / 1_000_000, 1 if size < 10_000_000 else 0)


def counts_line(load: Load) -> str:
    """What became of the rows, in one line."""
    said = {"accepted": f"{load.accepted:,}", "refused": f"{load.refused:,}"}
    parts = [_("%(accepted)s events, %(refused)s rows refused") % said]
    if load.passed:
        parts.append(_("%(n)s calls that are no events") % {"n": f"{load.passed:,}"})
    if load.left_out:
        parts.append(_("%(n)s numbers left out (NaN or infinite)") % {"n": f"{load.left_out:,}"})
    return ", ".join(parts)


def progress_line(load: Load, progress: Progress) -> str:
    words = _(
        "%(rows)s rows, %(read)s of %(total)s MB, %(rate)s rows/s, %(left)s left, "
        "%(refused)s refused"
    )
    return words % {
        "rows": f"{load.rows:,}",
        "read": megabytes(progress.read_bytes),
        "total": megabytes(progress.total_bytes),
        "rate": f"{load.rate:,.0f}",
        "refused": f"{load.refused:,}",
        "left": duration(progress.seconds_left) if progress.seconds_left is not None else "–",
    }


def run_context(load: Load) -> dict[str, Any]:
    """What the page of a load shows while it runs and afterwards."""
    progress = reads.progress_of(load)
    kept = refused.lines(load.refused_path, length=load.refused_bytes, most=LISTED)
    is_silent = reads.is_silent(load)
    return {
        "load": load,
        "source": load.mapping.get("source", ""),
        "progress": progress,
        "left": duration(progress.seconds_left) if progress.seconds_left is not None else "",
        "read_mb": megabytes(progress.read_bytes),
        "total_mb": megabytes(progress.total_bytes),
        "rate": round(load.rate),
        "worked": duration(load.worked_seconds),
        "is_at_work": load.state in AT_WORK,
        "is_silent": is_silent,
        "may_resume": load.state in RESUMABLE or (is_silent and load.state == "running"),
        "refused_rows": list(kept),
        "most_kept": refused.MOST_ROWS,
        "unknown_keys": sorted(load.unknown_keys.items(), key=lambda pair: -pair[1])[:20],
        "error": sentence_of(load.error) if load.error else "",
    }


def mapping_context(load: Load, sample: Sample, converter: Converter) -> dict[str, Any]:
    """What the page of the columns shows: each with examples, and the first rows as events."""
    mapping = converter.mapping
    wrong = faults_of(mapping)
    return {
        "load": load,
        "mapping": mapping,
        "lines": [
            Line(place, column, _examples(sample, column.name))
            for place, column in enumerate(mapping.columns)
        ],
        "places": PLACES,
        "problems": [sentence(found) for found in wrong],
        "preview": [] if wrong else preview(sample, converter),
        "form": sample.form,
    }


def _examples(sample: Sample, name: str) -> list[str]:
    texts = dict.fromkeys(text for text in sample.texts(name) if text.strip())
    return [text[:60] for text in islice(texts, EXAMPLES)]


def preview(sample: Sample, converter: Converter) -> list[Event]:
    """The first rows as the lake would hold them."""
    block = sample.block(converter.typed())
    if block is None:
        return []
    converted = converter.convert(block)
    shown = [
        *_events(converted, converter.zone),
        *(Event(one.number, _said(one.faults)) for one in converted.refused[:SHOWN]),
    ]
    return sorted(shown, key=lambda event: event.number)[:SHOWN]


def _said(faults: Sequence[Fault]) -> str:
    return " ".join(sentence(found) for found in faults)


def _events(converted: Converted, zone: tzinfo) -> list[Event]:
    rows = converted.table.slice(0, SHOWN).to_pylist()
    return [
        Event(
            int(number),
            account=row["account_key"],
            is_known=row["account_key"] not in converted.unknown,
            user=row["user_key"] or "",
            name=row["name"],
            at=date_format(_moment(row["ts_us"], zone), "SHORT_DATETIME_FORMAT"),
            props=(row["props"] or "")[:120],
        )
        for number, row in zip(converted.numbers[:SHOWN], rows, strict=True)
    ]


def _moment(micros: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).astimezone(zone)
