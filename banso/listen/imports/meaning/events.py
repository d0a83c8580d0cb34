"""Event rows as columns: what the lake takes, without one Python object per event where it can be helped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from banso.listen.imports.meaning.kinds import PROP
from banso.listen.imports.meaning.mappings import Column, Mapping
from banso.listen.imports.meaning.rows import Refusal, choice_value
from banso.listen.imports.meaning.values import (
    boolean_value,
    moment_value,
    number_value,
    parsed,
    plain,
)
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.shapes import Chunk

TEXTS = {"account": 200, "name": 200, "event_id": 200, "user_key": 200, "role": 60}
_encode = msgspec.json.Encoder().encode


@dataclass
class Events:
    """What a chunk holds for the lake; ``account_key`` stands in ``table`` as the file wrote it."""

    table: pa.Table
    numbers: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def convert_events(
    chunk: Chunk, mapping: Mapping, *, zone: tzinfo, latest: datetime, duplicates: dict[int, int]
) -> Events:
    """Read a chunk; events later than ``latest`` are refused, as are those without account, time or name."""
    faults: dict[int, list[Fault]] = {}
    for place, number in enumerate(chunk.numbers):
        if number in duplicates:
            faults.setdefault(place, []).append(fault("duplicate_id", first=duplicates[number]))
    columns = {target: _texts(chunk, mapping, target, faults) for target in TEXTS}
    times = _times(chunk, mapping, zone, latest, faults)
    props = _props(chunk, mapping)
    count = len(chunk.numbers)
    table = pa.table(
        {
            "event_id": pa.array(columns["event_id"] or [None] * count, pa.string()),
            "account_key": pa.array(columns["account"] or [None] * count, pa.string()),
            "user_key": pa.array(columns["user_key"] or [None] * count, pa.string()),
            "role": pa.array(columns["role"] or [None] * count, pa.string()),
            "name": pa.array(columns["name"] or [mapping.event_name or None] * count, pa.string()),
            "ts_us": times,
            "props": pa.array(props or [None] * count, pa.string()),
        }
    )
    refused = [Refusal(s.number, s.cells, [s.fault]) for s in chunk.spoiled]
    refused += [
        Refusal(chunk.numbers[at], chunk.row(at), why) for at, why in sorted(faults.items())
    ]
    numbers = chunk.numbers
    if faults:
        good = [at not in faults for at in range(count)]
        table = table.filter(pa.array(good))
        numbers = [number for number, fine in zip(numbers, good, strict=True) if fine]
    return Events(table, numbers, refused)


def _texts(
    chunk: Chunk, mapping: Mapping, target: str, faults: dict[int, list[Fault]]
) -> list[str | None] | None:
    place = mapping.place_of(target)
    if place is None:
        return None
    limit = TEXTS[target]
    found: list[str | None] = [text.strip() or None for text in chunk.columns[place]]
    column = mapping.columns[place].name
    if max(map(len, chunk.columns[place]), default=0) > limit:
        for at, text in enumerate(found):
            if text and len(text) > limit:
                why = fault("text_too_long", limit=limit, length=len(text)).at(column)
                faults.setdefault(at, []).append(why)
    if target in ("account", "name") and None in found:
        if target == "name" and mapping.event_name:
            return [text or mapping.event_name for text in found]
        for at, text in enumerate(found):
            if text is None:
                faults.setdefault(at, []).append(fault("cell_missing", targets=target))
    return found


def _times(
    chunk: Chunk, mapping: Mapping, zone: tzinfo, latest: datetime, faults: dict[int, list[Fault]]
) -> pa.Array:
    place = mapping.place_of("time")
    if place is None:
        return pa.nulls(len(chunk.numbers), pa.int64())
    column = mapping.columns[place]
    times = _iso_times(chunk.columns[place], zone)
    if times is None:
        moments, wrong = parsed(chunk.columns[place], moment_value(column.order, zone))
        for at, why in wrong.items():
            faults.setdefault(at, []).append(why.at(column.name))
        times = pa.array([_micros(moment) for moment in moments], pa.int64())
    limit = _micros(latest) or 0
    if times.null_count or (len(times) and (pc.max(times).as_py() or 0) > limit):
        for at, micros in enumerate(times.to_pylist()):
            if micros is None and at not in faults:
                faults.setdefault(at, []).append(fault("cell_missing", targets="time"))
            elif micros is not None and micros > limit:
                why = fault("future_event", text=chunk.columns[place][at].strip()).at(column.name)
                faults.setdefault(at, []).append(why)
    return times


def _micros(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    seconds = int(moment.timestamp() // 1)
    return seconds * 1_000_000 + moment.microsecond


def _iso_times(texts: Sequence[str], zone: tzinfo) -> pa.Array | None:
    """Micros of a column that is ISO throughout, all with a zone or all without; None when it is not."""
    array = pa.array(texts, pa.string())
    for zoned in (False, True):
        try:
            if zoned:
                return pc.cast(pc.cast(array, pa.timestamp("us", "UTC")), pa.int64())
            local = pc.cast(array, pa.timestamp("us"))
            moment = pc.assume_timezone(
                local, str(zone), ambiguous="earliest", nonexistent="latest"
            )
            found = pc.cast(pc.cast(moment, pa.timestamp("us", "UTC")), pa.int64())
            return found if _in_range(found) else None
        except (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError):
            continue
    return None


def _in_range(times: pa.Array) -> bool:
    return not len(times) or (pc.min(times).as_py() or 0) >= 0


def prop_parser(column: Column) -> Callable[[str], Any]:
    """Numbers as numbers where they are; anything else stays the text it is."""

    def parse(text: str) -> Any:
        if column.kind == "number":
            found = number_value(text)
            return text.strip() if isinstance(found, Fault) else found
        if column.kind == "choice" and plain(text) in ("true", "false", "yes", "no"):
            return boolean_value(text)
        found = choice_value(text) if column.kind == "choice" else text.strip()
        return text[:2_000] if isinstance(found, Fault) else (found or None)

    return parse


def _props(chunk: Chunk, mapping: Mapping) -> list[str | None] | None:
    places = [(at, column) for at, column in mapping.places(PROP) if at < len(chunk.columns)]
    if not places:
        return None
    keys = [column.key for _, column in places]
    values = [parsed(chunk.columns[at], prop_parser(column))[0] for at, column in places]
    result: list[str | None] = []
    for line in zip(*values, strict=True):
        found = {key: value for key, value in zip(keys, line, strict=True) if value is not None}
        result.append(_encode(found).decode() if found else None)
    return result
