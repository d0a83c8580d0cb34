"""The inbox: what was accepted, as it is stored and read back for the compaction."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import pyarrow as pa
from django.db import connection, transaction

from banso.shared import clock
from banso.shared.journal.reads import held_jobs
from banso.shared.journal.writes import enqueue
from banso.shared.lake import packing, registry, rules
from banso.shared.lake.models import Batch

ARROW = "arrow"
COMPACT = "lake.compact"
REST = timedelta(seconds=1)
_COLUMNS = ("source", "format", "meta", "rows", "unpacked_bytes", "payload", "received_at")
_PLACES = f"({', '.join(['%s'] * len(_COLUMNS))})"
_INSERT = f"INSERT INTO {Batch._meta.db_table} ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608
_encode = msgspec.json.Encoder().encode
# SQLite lets waiting threads sleep; a lock lets those of one process go on at once
turn = threading.Lock()


class Unreadable(Exception):
    """An inbox row cannot be read back whole: it stays where it is, nothing is lost."""


@dataclass(frozen=True)
class Row:
    """What becomes one inbox row."""

    source: str
    rows: int
    payload: bytes
    unpacked_bytes: int
    format: str = ARROW
    meta: dict[str, Any] = field(default_factory=dict)


def store(rows: Sequence[Row], *, ask: bool) -> bool:
    """Keep rows together: on disk when this returns; whether the compaction was asked for."""
    with turn:
        if not ask:  # one statement is a transaction of its own
            _insert(rows)
            return False
        with transaction.atomic():
            _insert(rows)
            return ask_for_compaction()


def _insert(rows: Sequence[Row]) -> None:
    """One statement, written out: Django's own way costs more than the sync to disk."""
    received_at = connection.ops.adapt_datetimefield_value(clock.now())
    values: list[Any] = []
    for row in rows:
        meta = _encode(row.meta).decode()
        values += (row.source, row.format, meta, row.rows, row.unpacked_bytes, row.payload)
        values.append(received_at)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + ", ".join([_PLACES] * len(rows)), values)


def ask_for_compaction() -> bool:
    """Owe a compaction after a short rest, so that it finds many events and leaves time to others.

    False while one is running, which may have looked before the last rows came: ask again later.
    """
    if held_jobs().filter(key=COMPACT).exists():
        return False
    enqueue(COMPACT, key=COMPACT, after=clock.now() + REST)
    return True


def rows_in(batch: Batch) -> pa.Table:
    """The events of an inbox row, exactly as many as were acknowledged, or ``Unreadable``."""
    payload = bytes(batch.payload)
    if batch.format == ARROW:
        table = packing.unpacked(payload)
    else:
        decode = registry.decoder_of(batch.format)
        if decode is None:
            raise Unreadable(
                f"Inbox row {batch.pk} has the format {batch.format!r}, which no installed app "
                "reads: start the version of Banso that wrote it."
            )
        table = decode(payload, batch.meta, batch.source, batch.received_at)
    if table.num_rows != batch.rows:
        raise Unreadable(
            f"Inbox row {batch.pk} from {batch.source!r} gives {table.num_rows} events and "
            f"{batch.rows} were acknowledged: it stays in the inbox; please report this."
        )
    return table.cast(rules.ARRIVING)
