"""Sent events become rows of the lake: moments, ids, duplicates, and why one is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa

from banso.listen.events.wire import Event, Read
from banso.shared.lake.rules import ARRIVING, DAY_US

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# a time of the year 1970 is a zero, or seconds that were taken for milliseconds
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
EARLIEST_SECONDS = 31_536_000
MICRO = timedelta(microseconds=1)
MOST_PROPERTIES_BYTES = 64 * 1024
MOST_DEPTH = 20
_encode = msgspec.json.Encoder().encode


class Unfit(Exception):
    """An event cannot be kept; the first argument is its path, the second says why."""


@dataclass
class Rows:
    """What is kept of a request, column by column, and how many were there before."""

    columns: list[list[Any]] = field(default_factory=lambda: [[] for _ in ARRIVING])
    duplicate: int = 0

    @property
    def count(self) -> int:
        return len(self.columns[0])

    def table(self) -> pa.Table:
        arrays = [pa.array(c, f.type) for c, f in zip(self.columns, ARRIVING, strict=True)]
        return pa.Table.from_arrays(arrays, schema=ARRIVING)


def rows_of(
    read: Read[Event], *, now: datetime, batch_key: str, homes: Mapping[str, str], has_nul: bool
) -> Rows:
    """The rows of what was read; what cannot be kept is added to ``read.refused``."""
    kept = Rows()
    add = [column.append for column in kept.columns]
    now_us = micros(now, 0)
    seen: set[Any] = set()
    for index, event in read.items:
        try:
            row = _row(event, now_us, homes)
            if has_nul:
                _refuse_nul(row)
        except Unfit as unfit:
            read.refuse(index, *unfit.args)
            continue
        if row[0] is None and batch_key:
            row = (f"{batch_key}:{index}", *row[1:])
        identity = row[0] or row
        if identity in seen:
            kept.duplicate += 1
            continue
        seen.add(identity)
        for append, value in zip(add, row, strict=True):
            append(value)
    return kept


Row = tuple[str | None, str, str | None, str | None, str, int, str | None]


def _row(event: Event, now_us: int, homes: Mapping[str, str]) -> Row:
    user = None if event.user is None else str(event.user)
    account = homes.get(user or "") if event.account is None else str(event.account)
    if account is None:
        if user is None:
            raise Unfit("", "names neither account nor user: add the id of the customer")
        raise Unfit("", f"has no account, and the user {user!r} belongs to no single customer")
    if not event.name.strip() or not account.strip():
        raise Unfit(".account" if event.name.strip() else ".name", "is blank")
    ts_us = micros(event.time, now_us)
    if ts_us < EARLIEST_SECONDS * 1_000_000:
        raise Unfit(".time", "lies before 1971: check the unit")
    if ts_us > now_us + DAY_US:
        raise Unfit(".time", "lies more than a day ahead: check the clock and the unit")
    event_id = None if event.event_id is None else str(event.event_id)
    props = _object(event.properties) if event.properties else None
    return event_id, account, user, event.role or None, event.name, ts_us, props


def micros(time: datetime | float | None, now_us: int) -> int:
    """Microseconds since 1970; numbers are seconds, milliseconds or microseconds by their size."""
    if time is None:
        return now_us
    if isinstance(time, datetime):
        return (time - EPOCH) // MICRO
    size = abs(time)
    factor = 1_000_000 if size < 100_000_000_000 else 1000 if size < 100_000_000_000_000 else 1
    return round(time * factor)


def _object(properties: dict[str, Any]) -> str:
    try:
        text = _encode(properties)
    except (OverflowError, ValueError, RecursionError) as error:
        raise Unfit(".properties", "cannot be kept as JSON") from error
    if len(text) > MOST_PROPERTIES_BYTES:
        raise Unfit(".properties", f"are larger than {MOST_PROPERTIES_BYTES // 1024} kB")
    if text.count(b"{") + text.count(b"[") > MOST_DEPTH and depth(properties) > MOST_DEPTH:
        raise Unfit(".properties", f"are nested more than {MOST_DEPTH} deep")
    return text.decode()


def depth(value: Any) -> int:
    """How deep objects and arrays stand within each other."""
    deep, level = 0, [value]
    while level := [part for part in level if isinstance(part, dict | list)]:
        deep += 1
        level = [inner for part in level for inner in _inside(part)]
    return deep


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _refuse_nul(row: Row) -> None:
    names = (".event_id", ".account", ".user", ".role", ".name")
    for name, text in zip(names, row[:5], strict=True):
        if text and "\0" in text:
            raise Unfit(name, "has a NUL character")
    props = row[6]
    if props and "\\u0000" in props and nul_inside(msgspec.json.decode(props)):
        raise Unfit(".properties", "have a NUL character")


def nul_inside(value: Any) -> bool:
    """Whether a text or key somewhere in a JSON value holds a NUL."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or nul_inside(part) for key, part in value.items())
    return isinstance(value, list) and any(map(nul_inside, value))
