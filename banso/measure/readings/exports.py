"""All metrics of all customers as files: CSV for spreadsheets, Parquet for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import translation
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.wording import Words, sentence
from banso.measure.readings.reads import values_by_week
from banso.shared import clock
from banso.shared.lake.days import day_number
from banso.shared.spreadsheets import csv_lines
from banso.shared.users.reads import organisation

ROWS_AT_ONCE = 20_000
LANGUAGES = ("en", "ja")
Names = dict[int, tuple[str, str, str]]


def account_names() -> Names:
    """Source, external id and name of each customer."""
    rows = Account.objects.order_by().values_list("pk", "source", "external_id", "name")
    return {pk: (source, external_id, name) for pk, source, external_id, name in rows.iterator()}


def csv_of(weeks: Sequence[date], metrics: Sequence[MetricDefinition]) -> Iterator[str]:
    """A line for each customer and week; waiting times also say whether they still go on."""
    header = [_("Customer source"), _("External id"), _("Name"), _("Week")]
    for d in metrics:
        header += [d.name, *([_("%(name)s: not yet") % {"name": d.name}] if waits(d) else [])]
    return csv_lines(header, _csv_rows(weeks, metrics))


def _csv_rows(
    weeks: Sequence[date], metrics: Sequence[MetricDefinition]
) -> Iterator[tuple[Any, ...]]:
    names = account_names()
    for week, table in values_by_week(weeks, [d.key for d in metrics]):
        stamp = week.isoformat()
        for part in table.to_batches(max_chunksize=ROWS_AT_ONCE):
            columns = []
            for d in metrics:
                columns.append(part[d.key].to_pylist())
                if waits(d):
                    flags = part[f"{d.key}__censored"].to_pylist()
                    columns.append([_("yes") if flag else "" for flag in flags])
            ids = part["account_id"].to_pylist()
            for pk, *values in zip(ids, *columns, strict=True):
                if pk in names:
                    yield (*names[pk], stamp, *values)


def waits(definition: MetricDefinition) -> bool:
    """Whether its values may be waits that still go on."""
    return definition.shape.startswith("days_to_first")


def parquet_of(weeks: Sequence[date], metrics: Sequence[MetricDefinition]) -> Iterator[bytes]:
    """The same, typed, written while it is sent; each column says what it means."""
    names, schema, sink = account_names(), schema_of(metrics), _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for week, table in values_by_week(weeks, [d.key for d in metrics]):
            for start in range(0, table.num_rows, ROWS_AT_ONCE):
                writer.write_table(_typed(table.slice(start, ROWS_AT_ONCE), week, names, schema))
                yield sink.taken()
    yield sink.taken()


def _typed(table: pa.Table, week: date, names: Names, schema: pa.Schema) -> pa.Table:
    ids = table["account_id"].to_pylist()
    known = np.array([pk in names for pk in ids], dtype=bool)
    table = table.filter(pa.array(known))
    told = [names[pk] for pk in ids if pk in names]
    columns: dict[str, Any] = {
        name: pa.array([row[place] for row in told], pa.string())
        for place, name in enumerate(("source", "external_id", "name"))
    }
    columns["week"] = pa.array([week] * len(told), pa.date32())
    for field in schema:
        if field.name not in columns:
            asked = field.name.removesuffix(NOT_YET) + ("__censored" * field.name.endswith(NOT_YET))
            columns[field.name] = table[asked].combine_chunks().cast(field.type)
    return pa.table(columns, schema=schema)


NOT_YET = "__not_yet"


def schema_of(metrics: Sequence[MetricDefinition]) -> pa.Schema:
    """Columns by the metrics' keys; names, meaning and unit stand in each column's metadata."""
    told = {language: _sentences(metrics, language) for language in LANGUAGES}
    fields = [
        pa.field("source", pa.string(), nullable=False),
        pa.field("external_id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("week", pa.date32(), nullable=False, metadata={"about": "events before this day"}),
    ]
    for d in metrics:
        meaning = {f"definition_{language}": told[language][d.key] for language in LANGUAGES}
        about = {
            "name_en": d.name_en,
            "name_ja": d.name_ja,
            "unit": d.unit,
            "better": d.better,
            "shape": d.shape,
            "params": json.dumps(d.params, ensure_ascii=False, sort_keys=True),
            "version": str(d.version),
        }
        fields.append(pa.field(d.key, pa.float64(), metadata=about | meaning))
        if waits(d):
            still = {"about": "the wait still goes on: the value is the days so far"}
            fields.append(pa.field(f"{d.key}{NOT_YET}", pa.bool_(), metadata=still))
    made = {"made_by": "Banso", "made_at": clock.now().isoformat()}
    return pa.schema(fields, metadata=made | {"time_zone": organisation().time_zone})


def _sentences(metrics: Sequence[MetricDefinition], language: str) -> dict[str, str]:
    with translation.override(language):
        words = Words()
        return {d.key: sentence(d, words) for d in metrics}


class _Sink:
    """Takes what a writer writes, and gives it away piece by piece."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> int:
        block = bytes(data)
        self.parts.append(block)
        return len(block)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        found, self.parts = b"".join(self.parts), []
        return found


def file_name(weeks: Sequence[date]) -> str:
    """What the file is called without its ending; ``weeks`` are newest first."""
    days = sorted({min(weeks), max(weeks)}, key=day_number)
    return f"{_('Metrics')}-" + "-".join(day.strftime("%Y%m%d") for day in days)
