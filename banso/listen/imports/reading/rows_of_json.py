"""JSON lines, and one JSON array of objects: each object is a row, one level of nesting becomes
``a.b``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.lines import LOST, TOO_LONG, Lines
from banso.listen.imports.reading.shapes import CELL_LIMIT, JSON_ARRAY, Chunks, Gather, Shape

Item = tuple[dict[str, str] | None, str, Fault | None]
"""The row's cells by name, the text it came from, and what is wrong with it."""


def items(lines: Lines, form: str) -> Iterator[Item]:
    return _of_array(lines) if form == JSON_ARRAY else _of_lines(lines)


def _of_lines(lines: Lines) -> Iterator[Item]:
    for line in lines:
        if line == TOO_LONG:
            yield None, "", fault("cell_too_big", limit=CELL_LIMIT)
        elif not line.strip():
            yield {}, "", None
        elif lines.lossy and LOST in line:
            yield None, line, fault("unreadable_characters")
        else:
            yield _parsed(line)


def _parsed(text: str) -> Item:
    try:
        return _as_row(json.loads(text), text)
    except (ValueError, RecursionError):
        return None, text, fault("not_json", text=text)


def _of_array(lines: Lines) -> Iterator[Item]:
    """Objects between [ and ], one at a time; after a broken one the rest cannot be told apart."""
    decoder, buffer, at, begun = json.JSONDecoder(), "", 0, False
    blocks = lines.texts()
    while True:
        while at < len(buffer) and (buffer[at].isspace() or buffer[at] in ",\ufeff" or not begun):
            begun = begun or buffer[at] == "["
            at += 1
        if at < len(buffer) and buffer[at] == "]":
            return
        try:
            value, end = decoder.raw_decode(buffer, at)
            yield _as_row(value, buffer[at:end])
            at = end
            continue
        except (ValueError, RecursionError):
            rest = buffer[at:]
        more = next(blocks, None)
        if more is None or len(rest) > CELL_LIMIT:
            if rest.strip():
                yield None, rest[:1000], fault("json_broken_here")
            return
        buffer, at = rest + more, 0


def _as_row(value: Any, text: str) -> Item:
    if not isinstance(value, dict):
        return None, text, fault("not_an_object", text=text)
    row: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            row.update({f"{name}.{key}": as_text(part) for key, part in inner.items()})
        else:
            row[name] = as_text(inner)
    return _storable(row, text) if "\\u" in text else (row, text, None)


def _storable(row: dict[str, str], text: str) -> Item:
    """Escapes may write half a character, which no file holds, and NUL, which no database holds."""
    try:
        "".join((*row, *row.values())).encode()
    except UnicodeEncodeError:
        return None, text, fault("unreadable_characters")
    kept = {name.replace("\0", ""): cell.replace("\0", "") for name, cell in row.items()}
    return kept, text, None


def as_text(value: Any) -> str:
    """A JSON or Excel value as the text a CSV would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def chunks(path: Path, shape: Shape, *, size: int, after: int) -> Chunks:
    """The objects as rows; the first one is row 1."""
    lines = Lines(path, encoding=shape.encoding, gzipped=shape.gzipped)
    names = shape.header
    gather = Gather(len(names), size, after)
    try:
        for number, (row, text, wrong) in enumerate(items(lines, shape.form), start=1):
            if row is None or wrong:
                full = gather.spoil(number, [text[:1000]], wrong or fault("not_json", text=text))
            elif row:
                full = gather.add(number, [row.get(name, "") for name in names])
            else:
                continue
            if full:
                yield gather.take(lines.share)
        if gather.held:
            yield gather.take(1.0)
    finally:
        lines.close()
