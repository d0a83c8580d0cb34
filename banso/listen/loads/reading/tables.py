"""Parquet in columns of its own types, a bounded number of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from banso.listen.imports.reading.faults import unreadable
from banso.listen.loads.reading.shapes import Block, Blocks, Form, Place, Rows

MOST_ROWS = 100_000
MOST_BYTES = 32 << 20
BUFFER = 1 << 20


@contextmanager
def opened(path: Path) -> Iterator[pq.ParquetFile]:
    """The file, its faults as sentences."""
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise unreadable("parquet_broken", said=str(error)) from error


def blocks(path: Path, form: Form, place: Place) -> Blocks:
    """The rows from ``place.at`` on; row groups before it are not read."""
    with opened(path) as file:
        size = max(path.stat().st_size, 1)
        total = max(file.metadata.num_rows, 1)
        first = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            at = first
            first += rows
            if first <= place.at:
                continue
            for batch in file.iter_batches(
                _at_once(file, group), row_groups=[group], use_threads=False
            ):
                passed = min(max(place.at - at, 0), batch.num_rows)
                at += passed
                if passed < batch.num_rows:
                    part = batch.slice(passed)
                    yield _block(part, form, at, round(size * (at + part.num_rows) / total))
                    at += part.num_rows


def _at_once(file: pq.ParquetFile, group: int) -> int:
    """Rows that fit into memory well, by the size of the group before compression."""
    found = file.metadata.row_group(group)
    each = max(found.total_byte_size // max(found.num_rows, 1), 1)
    return int(max(1, min(MOST_ROWS, MOST_BYTES // each)))


def _block(batch: pa.RecordBatch, form: Form, at: int, read_bytes: int) -> Block:
    columns = dict(zip(form.header, batch.columns, strict=True))

    def original(place: int) -> dict[str, Any]:
        return {name: plain(column[place].as_py()) for name, column in columns.items()}

    numbers = np.arange(at + 1, at + batch.num_rows + 1, dtype=np.int64)
    end = at + batch.num_rows
    rows = Rows(batch.num_rows, columns, original=original)
    return Block(rows, numbers, Place(end, end), read_bytes)


def plain(value: Any) -> Any:
    """A value as JSON can hold it; a number that is none becomes nothing."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(float(value))
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str | int | None) else str(value)
