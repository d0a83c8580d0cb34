"""Look at a file once to learn its form, from its beginning alone, whatever its size."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from banso.listen.events.segment import KINDS
from banso.listen.imports.reading import files, shapes
from banso.listen.imports.reading.faults import unreadable
from banso.listen.imports.reading.rows_of_json import as_text
from banso.listen.loads.reading import jsonlines, separated, tables
from banso.listen.loads.reading.shapes import (
    CSV,
    JSON_LINES,
    PARQUET,
    SEGMENT,
    Blocks,
    Form,
    Place,
)
from banso.listen.loads.reading.streams import Stream, packing_of

LOOKED_AT = 4 << 20
SAMPLE = 1_000
LIKE_ALL = 0.8
_any = msgspec.json.Decoder()


@dataclass(frozen=True)
class Looked:
    """The form of a file and its first rows as texts, in the order of the header."""

    form: Form
    rows: list[list[str]]


def look(path: Path, *, encoding: str = "") -> Looked:
    """Raises Unreadable with what to do; ``encoding`` overrides the guess."""
    with path.open("rb") as file:
        magic = file.read(4)
    if not magic:
        raise unreadable("empty")
    if magic.startswith(b"PK"):
        raise unreadable("excel_here")
    if magic == b"PAR1":
        return _parquet(path)
    if path.suffix.lower() in (".parquet", ".pq"):
        raise unreadable("parquet_is_none")
    packing = packing_of(path)
    with Stream(path, packing) as stream:
        head = stream.read(LOOKED_AT)
    return _text(_whole_lines(head) if len(head) == LOOKED_AT else head, packing, encoding)


def read(path: Path, form: Form, place: Place, *, typed: Sequence[str]) -> Blocks:
    """The rows behind ``place`` in blocks; ``typed`` are the columns whose values are wanted."""
    if form.kind == PARQUET:
        return tables.blocks(path, form, place)
    if form.kind == CSV:
        return separated.blocks(path, form, place)
    return jsonlines.blocks(path, form, place, typed=typed)


def _whole_lines(head: bytes) -> bytes:
    end = head.rfind(b"\n") + 1
    return head[: end + end % 2] if end and b"\0" in head[:4096] else head[: end or None]


def _parquet(path: Path) -> Looked:
    with tables.opened(path) as file:
        header = shapes.column_names([str(name) for name in file.schema_arrow.names])
        if not file.metadata.num_rows:
            raise unreadable("empty")
        batch = next(file.iter_batches(SAMPLE, use_threads=False))
        rows = [[_cell(value) for value in row.values()] for row in _dicts(batch, header)]
    return Looked(Form(PARQUET, header=header), rows)


def _dicts(batch: Any, header: Sequence[str]) -> list[dict[str, Any]]:
    return list(batch.rename_columns(list(header)).to_pylist())


def _cell(value: Any) -> str:
    return as_text(tables.plain(value))[: shapes.CELL_LIMIT]


def _text(head: bytes, packing: str, encoding: str) -> Looked:
    """The form that the reader of imports finds in a copy of the beginning."""
    with tempfile.NamedTemporaryFile(prefix="banso-head-") as copy:
        copy.write(head)
        copy.flush()
        found = files.look(Path(copy.name), encoding=encoding)
        if found.form == shapes.EXCEL:
            raise unreadable("excel_here")
        if found.form == shapes.JSON_ARRAY:
            raise unreadable("json_array")
        if found.form == shapes.CSV:
            rows = files.sample_rows(Path(copy.name), found, SAMPLE)
    known = _encoding(found.encoding, head)
    if found.form == shapes.CSV:
        form = Form(CSV, packing, known, found.delimiter, found.header_row, found.header)
        return Looked(form, rows)
    return _json(head, Form(JSON_LINES, packing, known, header_row=0))


def _encoding(name: str, head: bytes) -> str:
    """One that needs no byte-order mark, so that reading can begin anywhere."""
    if name == "utf-16":
        return "utf-16-be" if head.startswith(b"\xfe\xff") else "utf-16-le"
    return "utf-8" if name == "utf-8-sig" else name


def _json(head: bytes, form: Form) -> Looked:
    lines = head.decode(form.encoding, errors="replace").lstrip("\ufeff").split("\n")
    objects = [found for line in lines[:SAMPLE] if (found := _object(line)) is not None]
    if not objects:
        raise unreadable("not_json_rows")
    if sum(map(_is_segment, objects)) >= LIKE_ALL * len(objects):
        calls = [msgspec.json.encode(row) for row in objects]
        form = replace(form, kind=SEGMENT, header=jsonlines.WIRE)
        return Looked(form, jsonlines.wire_texts(calls))
    header = tuple(dict.fromkeys(name for row in objects for name in row))
    if len(header) > shapes.COLUMN_LIMIT:
        raise unreadable("too_many_columns", limit=shapes.COLUMN_LIMIT)
    rows = [[_cell(row.get(name)) for name in header] for row in objects]
    return Looked(replace(form, header=header), rows)


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = _any.decode(line) if line.strip() else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_segment(row: dict[str, Any]) -> bool:
    is_call = row.get("type") in (*KINDS, *jsonlines.NOT_EVENTS)
    return is_call and bool({"messageId", "userId", "anonymousId", "groupId"} & row.keys())
