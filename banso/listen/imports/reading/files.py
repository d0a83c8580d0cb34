"""Look at a file once to learn its form, then read its rows."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from banso.listen.imports.reading import rows_of_json, separated, workbooks
from banso.listen.imports.reading.faults import Unreadable, unreadable
from banso.listen.imports.reading.lines import BLOCK, TOO_LONG, Lines, open_bytes
from banso.listen.imports.reading.shapes import (
    COLUMN_LIMIT,
    CSV,
    EXCEL,
    JSON_ARRAY,
    JSON_LINES,
    Chunks,
    Shape,
    column_names,
)

ENCODINGS = ("utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be", "euc_jp")
DELIMITERS = (",", "\t", ";", "|")
SAMPLE_LINES = 60
NAMED_BY = 1_000
"""JSON objects that are looked at for the names of the columns."""

_MAGIC = {
    b"\xd0\xcf\x11\xe0": "old_excel",
    b"%PDF": "not_a_table",
    b"\x89PNG": "not_a_table",
    b"\xff\xd8\xff": "not_a_table",
    b"GIF8": "not_a_table",
    b"PAR1": "not_a_table",
    b"7z\xbc\xaf": "not_a_table",
    b"Rar!": "not_a_table",
}


def look(path: Path, *, encoding: str = "") -> Shape:
    """The form of the file; ``encoding`` overrides the guess. Raises Unreadable with what to do."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        raise unreadable("empty")
    gzipped = head.startswith(b"\x1f\x8b")
    if gzipped:
        head = _first_inside(path)
    for magic, code in _MAGIC.items():
        if head.startswith(magic):
            raise unreadable(code)
    if head.startswith(b"PK"):
        if gzipped:
            raise unreadable("not_a_table")
        return _excel(path)
    return _text(path, encoding or guess_encoding(path, gzipped=gzipped), gzipped=gzipped)


def _first_inside(path: Path) -> bytes:
    try:
        with open_bytes(path, gzipped=True) as stream:
            return stream.read(8)
    except (OSError, EOFError) as error:
        raise unreadable("gzip_broken") from error


def read(path: Path, shape: Shape, *, size: int, after: int = 0) -> Chunks:
    """The rows in chunks of ``size``, without those up to row number ``after``."""
    if shape.form == EXCEL:
        return workbooks.chunks(path, shape, size=size, after=after)
    if shape.form == CSV:
        return separated.chunks(path, shape, size=size, after=after)
    return rows_of_json.chunks(path, shape, size=size, after=after)


def guess_encoding(path: Path, *, gzipped: bool = False) -> str:
    """By byte-order mark, else the first of UTF-8 and cp932 in which every byte of the file has a
    meaning.
    """
    with open_bytes(path, gzipped=gzipped) as stream:
        head = stream.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if b"\0" in head:
        return _without_mark(head)
    lost = {name: _lost(path, name, gzipped) for name in ("utf-8-sig", "cp932")}
    for name, (wrong, _) in lost.items():
        if not wrong:
            return name
    # a few broken characters spoil their rows, not the file; much valid UTF-8 is never chance
    for name, (wrong, beyond_ascii) in lost.items():
        if wrong * 50 <= beyond_ascii:
            return name
    raise unreadable("unknown_encoding")


def _without_mark(head: bytes) -> str:
    """UTF-16 without a byte-order mark: the zero bytes of ASCII stand all on one side."""
    even = head[: len(head) // 2 * 2]
    low, high = even[0::2].count(0), even[1::2].count(0)
    encoding = "utf-16-le" if high > low else "utf-16-be"
    text = even.decode(encoding, errors="replace")
    strange = sum(1 for letter in text if letter < " " and letter not in "\t\r\n")
    if strange or text.count("\ufffd") > len(text) / 100:
        raise unreadable("not_a_table")
    return encoding


def _lost(path: Path, encoding: str, gzipped: bool) -> tuple[int, int]:
    """How many characters cannot be read, and how many are not ASCII."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    wrong = beyond = 0
    with open_bytes(path, gzipped=gzipped) as stream:
        try:
            while block := stream.read(BLOCK):
                text = decoder.decode(block)
                if not text.isascii():
                    wrong += text.count("\ufffd")
                    beyond += len(text) - len(text.encode("ascii", "ignore"))
        except (OSError, EOFError) as error:
            raise unreadable("gzip_broken") from error
    return wrong, beyond


def _excel(path: Path) -> Shape:
    rows = [cells for cells, _ in islice(workbooks.sheet_rows(path), SAMPLE_LINES)]
    header_row = _header_row(rows)
    return Shape(EXCEL, header_row=header_row, header=_header(rows[header_row - 1]))


def _text(path: Path, encoding: str, *, gzipped: bool) -> Shape:
    lines = Lines(path, encoding=encoding, gzipped=gzipped)
    try:
        sample = list(islice(lines, SAMPLE_LINES))
    except (LookupError, UnicodeError) as error:
        raise unreadable("unknown_encoding") from error
    finally:
        lines.close()
    start = next((line.strip() for line in sample if line.strip()), "").lstrip("\ufeff")
    if not start:
        raise unreadable("empty")
    if start.startswith("{"):
        return _json(path, encoding, JSON_LINES, gzipped)
    if re.match(r"\[\s*(\{|$)", start):
        return _json(path, encoding, JSON_ARRAY, gzipped)
    if start[:100].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise unreadable("a_web_page")
    return _separated(sample, encoding, gzipped)


def _separated(sample: list[str], encoding: str, gzipped: bool) -> Shape:
    delimiter, rows = max(
        ((mark, _cells(sample, mark)) for mark in DELIMITERS), key=lambda pair: _regularity(pair[1])
    )
    header_row = _header_row(rows)
    header = _header(rows[header_row - 1])
    return Shape(CSV, encoding, delimiter, gzipped, header_row, header)


def _cells(sample: list[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader((s for s in sample if s != TOO_LONG), delimiter=delimiter))
    except csv.Error:
        return rows
    return rows


def _regularity(rows: list[list[str]]) -> tuple[float, int]:
    """How well a delimiter explains the lines: the commonest width above one, and how common it
    is.
    """
    widths = Counter(len(row) for row in rows if row)
    wide = [(count, width) for width, count in widths.items() if width > 1]
    if not wide:
        return 0.0, 0
    count, width = max(wide)
    return round(count / sum(widths.values()), 1), width


def _header_row(rows: list[list[str]]) -> int:
    """The first row as wide as most rows: titles above a table are narrower."""
    filled = [len([cell for cell in row if cell.strip()]) for row in rows]
    usual = Counter(count for count in filled if count).most_common(1)
    if not usual:
        raise unreadable("empty")
    wanted = max(usual[0][0] * 0.6, 1)
    return next(place for place, count in enumerate(filled, start=1) if count >= wanted)


def _header(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > COLUMN_LIMIT:
        raise unreadable("too_many_columns", limit=COLUMN_LIMIT)
    return column_names([cell.lstrip("\ufeff") for cell in cells])


def _json(path: Path, encoding: str, form: str, gzipped: bool) -> Shape:
    names: dict[str, None] = {}
    lines = Lines(path, encoding=encoding, gzipped=gzipped)
    try:
        for row, _text, _wrong in islice(_items(lines, form), NAMED_BY):
            names.update(dict.fromkeys(row or ()))
    finally:
        lines.close()
    if not names:
        raise unreadable("not_json_rows")
    if len(names) > COLUMN_LIMIT:
        raise unreadable("too_many_columns", limit=COLUMN_LIMIT)
    return Shape(form, encoding, gzipped=gzipped, header_row=0, header=tuple(names))


def _items(lines: Lines, form: str) -> Iterator[rows_of_json.Item]:
    return rows_of_json.items(lines, form)


def sample_rows(path: Path, shape: Shape, most: int) -> list[list[str]]:
    """The first rows as lists of cells, for guessing and for showing."""
    for chunk in read(path, shape, size=most):
        return [chunk.row(index) for index in range(len(chunk.numbers))]
    return []


__all__ = ["ENCODINGS", "Unreadable", "guess_encoding", "look", "read", "sample_rows"]
