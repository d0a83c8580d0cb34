"""Sound bodies wait in the inbox as they came; the compaction makes columns of them.

Several bodies share an inbox row: ``meta`` says where each ends and what its events need besides
themselves: the moment of arrival, and the key of the batch that gives ids to those without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from banso.listen.events.intake import micros
from banso.listen.events.soundness import Plain, decoded
from banso.listen.events.wire import Event
from banso.shared.lake.inbox import Row
from banso.shared.lake.rules import ARRIVING

FORMAT = "wire"
MOST_ROWS = 20_000
MOST_BYTES = 8 * 1024 * 1024
_CODEC = pa.Codec("zstd", compression_level=1)
_encode_lines = msgspec.json.Encoder().encode_lines


@dataclass(slots=True)
class Body:
    """A sound request, as it came."""

    source: str
    data: bytes
    rows: int
    lines: bool
    batch_key: str
    now_us: int


def packed(bodies: Sequence[Body]) -> list[Row]:
    """The inbox rows that hold the bodies: those of one source share rows of bounded size."""
    rows: list[Row] = []
    by_source: dict[str, list[Body]] = {}
    for body in bodies:
        by_source.setdefault(body.source, []).append(body)
    for group in by_source.values():
        first = size = events = 0
        for place, body in enumerate(group):
            size, events = size + len(body.data), events + body.rows
            if place > first and (size > MOST_BYTES or events > MOST_ROWS):
                rows.append(_row(group[first:place]))
                first, size, events = place, len(body.data), body.rows
        rows.append(_row(group[first:]))
    return rows


def _row(bodies: Sequence[Body]) -> Row:
    joined = b"".join([body.data for body in bodies])
    return Row(
        source=bodies[0].source,
        rows=sum(body.rows for body in bodies),
        payload=_CODEC.compress(joined, asbytes=True),
        unpacked_bytes=len(joined),
        format=FORMAT,
        meta={
            "bytes": len(joined),
            "bodies": [[len(b.data), int(b.lines), b.now_us, b.batch_key] for b in bodies],
        },
    )


def rows_of_payload(
    payload: bytes, meta: dict[str, Any], source: str, received_at: datetime
) -> pa.Table:
    """The events of an inbox row as the lake takes them."""
    data = memoryview(_CODEC.decompress(payload, meta["bytes"]))
    events: list[Event | Plain] = []
    ids: list[str | int | None] = []
    nows: list[int] = []
    start = 0
    for size, lines, now_us, batch_key in meta["bodies"]:
        found = decoded(bytes(data[start : start + size]), lines=bool(lines))
        start += size
        events += found
        nows += [now_us] * len(found)
        if batch_key and found[0].event_id is None:
            ids += [f"{batch_key}:{place}" for place in range(len(found))]
        else:
            ids += [event.event_id for event in found]
    return _table(events, ids, nows)


def _table(events: list[Event | Plain], ids: list[str | int | None], nows: list[int]) -> pa.Table:
    users = [event.user for event in events]
    columns = (
        ids,
        [event.account for event in events],
        users if all(isinstance(user, str) for user in users) else _texts(users),
        [event.role or None for event in events],
        [event.name for event in events],
        _moments([event.time for event in events], nows),
        _objects([event.properties or None for event in events]),
    )
    arrays = [pa.array(c, f.type) for c, f in zip(columns, ARRIVING, strict=True)]
    return pa.Table.from_arrays(arrays, schema=ARRIVING)


def _texts(values: list[str | int | None]) -> list[str | None]:
    return [None if value is None else str(value) for value in values]


def _objects(given: list[Any]) -> list[bytes | None]:
    """JSON objects as they are kept; the encoder writes no line end within one."""
    lines = _encode_lines(given).split(b"\n")[: len(given)]
    return [None if line == b"null" else line for line in lines]


def _moments(times: list[Any], nows: list[int]) -> list[int] | npt.NDArray[np.int64]:
    if set(map(type, times)) != {int}:
        return [micros(time, now) for time, now in zip(times, nows, strict=True)]
    given = np.array(times, np.int64)
    unit = np.where(given < 100_000_000_000, 1_000_000, 1000)
    return given * np.where(given < 100_000_000_000_000, unit, 1)
