"""CSV, TSV and their like in columns of texts; rows that do not fit are told one by one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.lines import LOST
from banso.listen.imports.reading.lines import Lines as FileLines
from banso.listen.imports.reading.separated import records
from banso.listen.loads.reading.cutting import LONGEST, Piece, pieces
from banso.listen.loads.reading.shapes import Block, Blocks, Form, Place, Rows, Spoiled
from banso.listen.loads.reading.streams import Stream


class _Lines(FileLines):
    """The lines of one piece, for the reader that checks every quote."""

    def __init__(self, piece: Piece) -> None:
        self.text, self.lossy = piece.text.decode(), piece.lossy

    def blocks(self) -> Iterator[tuple[list[str], bool]]:
        lines = self.text.split("\n")
        yield [line.removesuffix("\r") for line in lines[: -1 if not lines[-1] else None]], False


@dataclass
class _Read:
    """A piece as columns; ``numbers`` counts from 1 within the piece, ``spoiled`` does, too."""

    columns: list[pa.Array]
    numbers: np.ndarray
    records: int
    spoiled: list[tuple[int, list[str], Fault]] = field(default_factory=list)


def blocks(path: Path, form: Form, place: Place) -> Blocks:
    """The rows from ``place`` on, a piece of the file at a time."""
    at, rows, header = place.at, place.rows, form.header
    with Stream(path, form.packing, at=at) as stream:
        for piece in pieces(stream, form.encoding, at=at, quoted=True):
            if piece.too_long:
                found = _Read([pa.array([], pa.string())] * len(header), _numbers(0), 1)
                found.spoiled = [(1, [], fault("record_too_long", most=LONGEST >> 20))]
            else:
                found = _read(piece, form)
            yield _block(found, form, Place(piece.end, rows + found.records), rows, stream.told)
            rows += found.records


def _block(found: _Read, form: Form, end: Place, before: int, read_bytes: int) -> Block:
    header, numbers = form.header, found.numbers + before
    columns = dict(zip(header, found.columns, strict=True))
    if before < form.header_row:
        keep = pa.array(numbers > form.header_row)
        columns = {name: column.filter(keep) for name, column in columns.items()}
        numbers = numbers[numbers > form.header_row]
    spoiled = [
        Spoiled(before + number, _named(header, cells), why)
        for number, cells, why in found.spoiled
        if before + number > form.header_row
    ]

    def original(place: int) -> dict[str, Any]:
        return {name: column[place].as_py() for name, column in columns.items()}

    rows = Rows(len(numbers), columns, original=original)
    return Block(rows, numbers, end, read_bytes, spoiled)


def _named(header: tuple[str, ...], cells: list[str]) -> dict[str, Any]:
    named = dict(zip(header, cells, strict=False))
    return named | {f"#{n + 1}": cells[n] for n in range(len(header), len(cells))}


def _read(piece: Piece, form: Form) -> _Read:
    """At once where every line is a record, else record by record."""
    found = None if piece.lossy else _at_once(piece.text, form)
    return found or _one_by_one(piece, form)


def _at_once(text: bytes, form: Form) -> _Read | None:
    """By Arrow, which forgives stray quotes: None where one may have joined lines to a cell."""
    names = [f"c{n}" for n in range(len(form.header))]
    wrong: list[tuple[int, str]] = []

    def skip(row: Any) -> str:
        wrong.append((row.number, row.text))
        return "skip"

    quotes = text.count(b'"')
    if quotes % 2:
        return None
    try:
        table = pcsv.read_csv(
            pa.py_buffer(text),
            read_options=pcsv.ReadOptions(
                column_names=names, use_threads=False, block_size=len(text) + 1
            ),
            parse_options=pcsv.ParseOptions(
                delimiter=form.delimiter,
                newlines_in_values=quotes > 0,
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        ).combine_chunks()
    except pa.ArrowInvalid:
        return None
    counted = table.num_rows + len(wrong)
    if quotes and counted != text.count(b"\n") + (not text.endswith(b"\n")):
        return None
    numbers = _numbers(counted)
    if wrong:
        numbers = np.delete(numbers, [number - 1 for number, _ in wrong])
    columns = [_one_array(table.column(n)) for n in range(len(names))]
    found = _Read(columns, numbers, counted)
    for number, line in wrong:
        _mend(found, number, next(csv.reader([line], delimiter=form.delimiter), []), form)
    return _without_blank(_with_mended(found))


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [_NONE])


_NONE = pa.array([], pa.string())


def _numbers(count: int) -> np.ndarray:
    return np.arange(1, count + 1, dtype=np.int64)


_SHORT = Fault("short")


def _mend(found: _Read, number: int, cells: list[str], form: Form) -> None:
    """Cells missing at the end are empty; cells too many are only harmless when they are empty."""
    width = len(form.header)
    if not any(cells[width:]):
        fitted = (cells + [""] * width)[:width]
        found.spoiled.append((number, fitted, _SHORT))
    else:
        why = fault("too_many_cells", found=len(cells), wanted=width)
        found.spoiled.append((number, cells, why))


def _with_mended(found: _Read) -> _Read:
    """Rows that only lacked cells go back to the others, at their end."""
    mended = [(number, cells) for number, cells, why in found.spoiled if why is _SHORT]
    if mended:
        found.spoiled = [one for one in found.spoiled if one[2] is not _SHORT]
        added = [number for number, _ in mended]
        found.numbers = np.concatenate([found.numbers, np.array(added, dtype=np.int64)])
        more = zip(*(cells for _, cells in mended), strict=True)
        found.columns = [
            pa.concat_arrays([column, pa.array(texts, pa.string())])
            for column, texts in zip(found.columns, more, strict=True)
        ]
    return found


def _without_blank(found: _Read) -> _Read:
    """Blank lines count as rows, as an editor counts them, and hold nothing."""
    blank = None
    for column in found.columns:
        empty = pc.equal(column, "")
        if blank is not None:
            empty = pc.and_(blank, empty)
        blank = empty
        if not pc.any(blank).as_py():
            return found
    if blank is not None:
        keep = pc.invert(blank)
        found.columns = [column.filter(keep) for column in found.columns]
        found.numbers = found.numbers[keep.to_numpy(zero_copy_only=False)]
    return found


def _one_by_one(piece: Piece, form: Form) -> _Read:
    width, number = len(form.header), 0
    rows: list[list[str]] = []
    numbers: list[int] = []
    found = _Read([], _numbers(0), 0)
    for batch, why in records(_Lines(piece), form.delimiter):
        for cells in batch:
            number += 1
            if why:
                found.spoiled.append((number, cells or [why.said.get("text", "")], why))
            elif len(cells) == width and not (piece.lossy and LOST in "".join(cells)):
                rows.append(cells)
                numbers.append(number)
            else:
                _mend(found, number, cells, form)
    found.columns = [
        pa.array(texts, pa.string())
        for texts in (zip(*rows, strict=True) if rows else [()] * width)
    ]
    found.numbers, found.records = np.array(numbers, dtype=np.int64), number
    return _without_blank(_with_mended(found))
