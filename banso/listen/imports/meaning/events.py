"""Event rows as columns: what the lake takes, without one Python object per event where it can be
helped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from banso.listen.imports.meaning.kinds import EVENTS, PROP
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
    """Read a chunk; events later than ``latest`` are refused, as are those without account, time
    or name.
    """
    faults: dict[int, list[Fault]] = {}
    for place, number in enumerate(chunk.numbers):
        if number in duplicates:
            faults.setdefault(place, []).append(fault("duplicate_id", first=duplicates[number]))
    texts = {target: _texts(chunk, mapping, target, faults) for target in TEXTS}
    times = _times(chunk, mapping, zone, latest, faults)
    count = len(chunk.numbers)

    def column(target: str, otherwise: str | None = None) -> pa.Array:
        found = texts[target]
        return pa.array([otherwise] * count, pa.string()) if found is None else found

    table = pa.table(
        {
            "event_id": column("event_id"),
            "account_key": column("account"),
            "user_key": column("user_key"),
            "role": column("role"),
            "name": column("name", mapping.event_name or None),
            "ts_us": times,
            "props": pa.array(_props(chunk, mapping) or [None] * count, pa.string()),
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
) -> pa.Array | None:
    """A column as trimmed texts with nulls for empty cells; faults stand by the place of their
    row.
    """
    place = mapping.place_of(target)
    if place is None:
        return None
    limit, column = TEXTS[target], mapping.columns[place].name
    found = pc.utf8_trim_whitespace(pa.array(chunk.columns[place], pa.string()))
    empty = pc.equal(found, "")
    if pc.any(empty).as_py():
        instead = mapping.event_name if target == "name" and mapping.event_name else None
        found = pc.if_else(empty, pa.scalar(instead, pa.string()), found)
    if (pc.max(pc.utf8_length(found)).as_py() or 0) > limit:
        for at in pc.indices_nonzero(pc.greater(pc.utf8_length(found), limit)).to_pylist():
            why = fault("text_too_long", limit=limit, length=len(found[at].as_py())).at(column)
            faults.setdefault(at, []).append(why)
    if target in ("account", "name") and found.null_count:
        for at in pc.indices_nonzero(pc.is_null(found)).to_pylist():
            faults.setdefault(at, []).append(fault("cell_missing", targets=target, kind=EVENTS))
    return found


def _times(
    chunk: Chunk, mapping: Mapping, zone: tzinfo, latest: datetime, faults: dict[int, list[Fault]]
) -> pa.Array:
    place = mapping.place_of("time")
    if place is None:
        return pa.nulls(len(chunk.numbers), pa.int64())
    column = mapping.columns[place]
    times = iso_times(chunk.columns[place], zone)
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


def iso_times(texts: Sequence[str] | pa.Array, zone: tzinfo) -> pa.Array | None:
    """Micros of a column that is ISO throughout, all with a zone or all without; None when it is
    not.
    """
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
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
    return (pc.min(times).as_py() or 0) >= 0


def prop_parser(column: Column) -> Callable[[str], Any]:
    """Numbers as numbers where they are; anything else stays the text it is."""

    def parse(text: str) -> Any:
        if column.kind == "number":
            found = number_value(text)
            return text.strip() if isinstance(found, Fault) else found
        if column.kind == "choice" and plain(text) in ("true", "false", "yes", "no"):
            return boolean_value(text)
        word = choice_value(text) if column.kind == "choice" else text.strip()
        return text[:2_000] if isinstance(word, Fault) else (word or None)

    return parse


def _props(chunk: Chunk, mapping: Mapping) -> list[str | None] | None:
    places = [(at, column) for at, column in mapping.places(PROP) if at < len(chunk.columns)]
    if not places:
        return None
    columns = [
        parsed(chunk.columns[at], _fragment(column.key, prop_parser(column)))[0]
        for at, column in places
    ]
    joined = map(",".join, map(partial(filter, None), zip(*columns, strict=True)))
    return [f"{{{inside}}}" if inside else None for inside in joined]


def _fragment(key: str, parse: Callable[[str], Any]) -> Callable[[str], str]:
    """A cell as its part of a JSON object; empty when there is no value."""
    before = _encode(key).decode()

    def written(text: str) -> str:
        value = parse(text)
        return "" if value is None else f"{before}:{_encode(value).decode()}"

    return written
