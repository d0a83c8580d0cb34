"""JSON lines in columns: known names at once into typed fields, whatever differs line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from banso.listen.events import segment
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.lines import LOST
from banso.listen.imports.reading.rows_of_json import as_text
from banso.listen.imports.reading.shapes import COLUMN_LIMIT
from banso.listen.loads.reading.cutting import LONGEST, Piece, pieces
from banso.listen.loads.reading.shapes import (
    SEGMENT,
    Block,
    Blocks,
    Form,
    Original,
    Place,
    Rows,
    Spoiled,
)
from banso.listen.loads.reading.streams import Stream

WIRE = ("event_id", "account", "user", "role", "name", "time", "properties")
NOT_EVENTS = ("identify", "group", "page", "screen", "alias")
"""Calls of a Segment source that no event comes of."""

_raw = msgspec.json.Decoder(dict[str, msgspec.Raw])
_any = msgspec.json.Decoder()
_message = msgspec.json.Decoder(segment.Message)
_encode = msgspec.json.Encoder().encode
_NO_NUMBER = re.compile(rb"\b(?:NaN|-?Infinity)\b")
_NONE = msgspec.Raw()
Value = str | int | float | None


class Fields:
    """The names that lines have; those in ``typed`` become values, the others stay JSON."""

    def __init__(self, header: Sequence[str], typed: Iterable[str]) -> None:
        self.typed = [name for name in dict.fromkeys(typed) if name in set(header)]
        self.names: list[str] = list(dict.fromkeys(header))
        self._made()

    def _made(self) -> None:
        fields: list[tuple[str, Any, Any]] = []
        for number, name in enumerate(self.names):
            kind = (Value, None) if name in self.typed else (msgspec.Raw, _NONE)
            fields.append((f"f{number}", *kind))
        struct = msgspec.defstruct(
            "Line",
            fields,
            rename={f"f{number}": name for number, name in enumerate(self.names)},
            forbid_unknown_fields=True,
            gc=False,
        )
        self.attributes = [name for name, *_ in fields]
        self.decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(struct)

    def learn(self, names: Iterable[str]) -> None:
        """Read names that came up as columns from the next piece on."""
        new = [name for name in dict.fromkeys(names) if name not in self.names]
        if new and len(self.names) + len(new) <= COLUMN_LIMIT:
            self.names += new
            self._made()


@dataclass
class _Read:
    columns: Sequence[Sequence[Any]]
    numbers: list[int] | np.ndarray
    names: list[str]
    spoiled: list[tuple[int, Original, Fault]] = field(default_factory=list)
    lines: list[bytes] | None = None
    extra: pa.Array | None = None
    passed: int = 0


def blocks(path: Path, form: Form, place: Place, *, typed: Sequence[str]) -> Blocks:
    """The objects from ``place`` on, a piece of the file at a time; the first line is row 1."""
    at, rows = place.at, place.rows
    fields = Fields(form.header, typed)
    with Stream(path, form.packing, at=at) as stream:
        for piece in pieces(stream, form.encoding, at=at, quoted=False):
            if piece.too_long:
                why = fault("record_too_long", most=LONGEST >> 20)
                found, count = _Read([[]] * len(fields.names), [], fields.names, [(1, "", why)]), 1
            else:
                count = piece.text.count(b"\n") + (not piece.text.endswith(b"\n"))
                found = _read(piece, form, fields, count)
            yield _block(found, fields, Place(piece.end, rows + count), rows, piece, stream.told)
            rows += count


def _block(
    found: _Read, fields: Fields, end: Place, before: int, piece: Piece, read_bytes: int
) -> Block:
    numbers = np.asarray(found.numbers, dtype=np.int64)
    columns, raw = {}, set()
    for name, values in zip(found.names, found.columns, strict=True):
        if name in fields.typed:
            columns[name] = _typed(values)
        else:
            raw.add(name)
            columns[name] = raw_texts(values)

    def original(place: int) -> Original:
        if found.lines is None:
            found.lines = piece.text.split(b"\n")
        return _original(found.lines[int(numbers[place]) - 1])

    rows = Rows(len(numbers), columns, frozenset(raw), found.extra, original)
    spoiled = [Spoiled(before + number, line, why) for number, line, why in found.spoiled]
    return Block(rows, numbers + before, end, read_bytes, spoiled, found.passed)


def _original(line: bytes) -> Original:
    try:
        value = _any.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else line.decode(errors="replace")


def _typed(values: Sequence[Value]) -> pa.Array:
    """Texts, or whole numbers where all are; anything mixed as texts."""
    kinds = set(map(type, values)) - {type(None)}
    try:
        if kinds <= {str}:
            return pa.array(values, pa.string())
        if kinds == {int}:
            return pa.array(values, pa.int64())
        if kinds <= {int, float}:
            return pa.array(values, pa.float64())
    except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
        pass
    return pa.array([None if value is None else as_text(value) for value in values], pa.string())


def raw_texts(values: Sequence[msgspec.Raw]) -> pa.Array:
    """JSON as it stood in the lines, which holds no line end; nothing where the name was not."""
    if not values:
        return pa.array([], pa.string())
    return pa.array(b"\n".join(values).decode().split("\n"), pa.string())


def _read(piece: Piece, form: Form, fields: Fields, count: int) -> _Read:
    if form.kind != SEGMENT and not piece.lossy:
        try:
            lines = fields.decoder.decode_lines(piece.text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            lines = []
        if len(lines) == count:
            columns = [list(map(attrgetter(field), lines)) for field in fields.attributes]
            return _Read(columns, np.arange(1, count + 1), fields.names)
    return _one_by_one(piece, form, fields)


def _one_by_one(piece: Piece, form: Form, fields: Fields) -> _Read:
    lines = piece.text.split(b"\n")
    found = _Read([], [], fields.names, lines=lines)
    items: list[dict[str, msgspec.Raw]] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        item = _item(line, form, lossy=piece.lossy)
        if isinstance(item, Fault):
            found.spoiled.append((number, _original(line), item))
        elif item is None:
            found.passed += 1
        else:
            items.append(item)
            numbers.append(number)
    fields.learn(name for item in items for name in item)
    found.names, found.numbers = fields.names, numbers
    typed = set(fields.typed)
    found.columns = [
        [_value(item.get(name)) for item in items]
        if name in typed
        else [item.get(name, _NONE) for item in items]
        for name in fields.names
    ]
    found.extra = _extra(items, set(fields.names))
    return found


def _extra(items: list[dict[str, msgspec.Raw]], known: set[str]) -> pa.Array | None:
    """Members under names beyond the limit of columns, as the inside of an object."""
    if all(item.keys() <= known for item in items):
        return None
    inside = [
        b",".join(_encode(name) + b":" + bytes(item[name]) for name in item if name not in known)
        for item in items
    ]
    return pa.array([text.decode() or None for text in inside], pa.string())


def _item(line: bytes, form: Form, *, lossy: bool) -> dict[str, msgspec.Raw] | Fault | None:
    """The members of a line's object, why it is none, or None for a call that is no event."""
    text = line.decode(errors="replace")
    if lossy and LOST in text:
        return fault("unreadable_characters")
    try:
        if form.kind == SEGMENT:
            return _of_segment(line)
        return _raw.decode(line)
    except msgspec.ValidationError as error:
        return fault("not_an_object", text=text) if form.kind != SEGMENT else _said(error)
    except RecursionError:
        return fault("props_too_deep")
    except (msgspec.MsgspecError, ValueError):
        return fault("json_no_number" if _NO_NUMBER.search(line) else "not_json", text=text)


def wire_texts(calls: Iterable[bytes]) -> list[list[str]]:
    """Segment's track calls as texts in the order of ``WIRE``; what is none is left out."""
    form = Form(SEGMENT, header=WIRE)
    items = (_item(call, form, lossy=False) for call in calls)
    return [
        [as_text(_value(item.get(name))) for name in WIRE]
        for item in items
        if isinstance(item, dict)
    ]


def _said(error: Exception) -> Fault:
    return fault("segment_unfit", said=str(error))


def _of_segment(line: bytes) -> dict[str, msgspec.Raw] | None:
    message = _message.decode(line)
    if message.type in NOT_EVENTS:
        return None
    event = segment.event_of(message)
    return _raw.decode(_encode(event))


def _value(raw: msgspec.Raw | None) -> Value:
    if raw is None:
        return None
    try:
        value = _any.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return bytes(raw).decode(errors="replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return as_text(value) if isinstance(value, bool) else value
