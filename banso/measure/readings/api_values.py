"""Values of metrics as the API and its downloads give them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.measure.metrics.customers import customers
from banso.measure.metrics.models import AccountMeasures, MetricDefinition
from banso.measure.metrics.reads import measures_of, values_at
from banso.measure.readings.reads import course_of_account, readable_metrics, today
from banso.measure.readings.rules import Band, band_of
from banso.shared.keys.problems import Refused
from banso.shared.lake.days import day_number, day_of

CHUNK = 5_000
EARLIEST = date(1980, 1, 1)
Value = tuple[float | None, bool]


@dataclass(frozen=True)
class Course:
    """The weekly values of one customer, oldest first, the present one last."""

    days: list[date]
    values: dict[str, list[float | None]]
    present: dict[str, Value]
    bands: dict[str, Band | None]


def chosen(keys: str) -> list[MetricDefinition]:
    """The metrics with these keys (commas between), all without; an unknown one is refused."""
    wanted = list(dict.fromkeys(key for key in keys.split(",") if key))
    found = readable_metrics()
    if not wanted:
        return found
    by_key = {definition.key: definition for definition in found}
    for key in wanted:
        if key not in by_key:
            raise Refused(
                422,
                _("There is no metric %(key)s.") % {"key": repr(key)[:90]},
                extra={"errors": [{"in": "query", "field": "keys"}]},
            )
    return [by_key[key] for key in wanted]


def day_asked(day: date | None) -> date | None:
    """None for the present; a day before it that can be measured."""
    last = today()
    if day is None or day == last:
        return None
    if not EARLIEST <= day < last:
        raise Refused(
            422,
            _("Values are there from %(first)s to %(last)s.")
            % {"first": EARLIEST.isoformat(), "last": last.isoformat()},
            extra={"errors": [{"in": "query", "field": "day"}]},
        )
    return day


def values_of(
    ids: Sequence[int], definitions: Sequence[MetricDefinition], day: date | None
) -> dict[int, dict[str, Value]]:
    """account id -> value and "not yet" by key; None where there is no value."""
    if day is None:
        return {pk: _kept(found, definitions) for pk, found in measures_of(ids).items()}
    if not ids or not definitions:
        return {}
    people = customers(list(ids))
    as_of = day_number(day) + 1
    found = values_at(definitions=definitions, rows=people.rows([as_of])).sort_by("row_id")
    there = people.are(people.ids, np.full(len(people.ids), as_of))
    columns = {
        d.key: (found[d.key].to_pylist(), found[f"{d.key}__censored"].to_pylist())
        for d in definitions
    }
    return {
        int(pk): {
            key: (values[place], bool(waits[place])) if there[place] else (None, False)
            for key, (values, waits) in columns.items()
        }
        for place, pk in enumerate(people.ids)
    }


def _kept(found: AccountMeasures, definitions: Sequence[MetricDefinition]) -> dict[str, Value]:
    values = ((d.key, found.values.get(d.key) or {}) for d in definitions)
    return {key: (value.get("v"), bool(value.get("c"))) for key, value in values}


def course(account_id: int, definitions: Sequence[MetricDefinition], *, weeks: int) -> Course:
    """The last weeks of one customer and now, with what is usual for it by its own past."""
    keys = [definition.key for definition in definitions]
    table = course_of_account(account_id, keys=keys, weeks=weeks)
    days = [day_of(number - 1) for number in table["day"].to_pylist()]
    values: dict[str, list[float | None]] = {key: table[key].to_pylist() for key in keys}
    present = values_of([account_id], definitions, None).get(account_id, {})
    bands = {key: band_of(line[:-1]) for key, line in values.items()}
    return Course(days, values, present, bands)


def chunks(
    definitions: Sequence[MetricDefinition], day: date | None
) -> Iterator[list[tuple[int, str, str, dict[str, Value]]]]:
    """Every customer with its values, some thousands at a time."""
    last = 0
    while True:
        accounts = Account.objects.filter(pk__gt=last).order_by("pk")
        rows = list(accounts.values_list("pk", "source", "external_id")[:CHUNK])
        if not rows:
            return
        last = rows[-1][0]
        values = values_of([row[0] for row in rows], definitions, day)
        yield [(*row, values.get(row[0], {})) for row in rows]


def header(definitions: Sequence[MetricDefinition]) -> list[str]:
    named = [name for d in definitions for name in (d.key, f"{d.key}__not_yet")]
    return ["account_id", "source", "external_id", *named]


def csv_rows(definitions: Sequence[MetricDefinition], day: date | None) -> Iterator[list[object]]:
    for rows in chunks(definitions, day):
        for pk, source, external_id, values in rows:
            line: list[object] = [pk, source, external_id]
            for definition in definitions:
                value, waits = values.get(definition.key, (None, False))
                line += [value, int(waits)]
            yield line


class _Sink:
    """A file that gives away what was written since it was last asked."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._written += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def parquet(definitions: Sequence[MetricDefinition], day: date | None) -> Iterator[bytes]:
    """The same as a Parquet file, a row group for each part."""
    names = header(definitions)
    kinds = [pa.int64(), pa.string(), pa.string()]
    kinds += [pa.float64(), pa.bool_()] * len(definitions)
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for rows in chunks(definitions, day):
            writer.write_table(_table(rows, definitions, schema))
            yield sink.taken()
    yield sink.taken()


def _table(rows: Sequence[Any], definitions: Sequence[MetricDefinition], schema: Any) -> pa.Table:
    columns: list[list[Any]] = [[row[place] for row in rows] for place in range(3)]
    for definition in definitions:
        values = [row[3].get(definition.key, (None, False)) for row in rows]
        columns += [[value for value, _waits in values], [waits for _value, waits in values]]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
