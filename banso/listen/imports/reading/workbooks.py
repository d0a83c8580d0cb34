"""Excel workbooks (.xlsx): the first sheet with a table, read row by row, hostile files turned
away first.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from banso.listen.imports.reading.faults import unreadable
from banso.listen.imports.reading.rows_of_json import as_text
from banso.listen.imports.reading.shapes import CELL_LIMIT, COLUMN_LIMIT, Chunks, Gather, Shape

UNPACKED_LIMIT = 1 << 30
STRINGS_LIMIT = 200 << 20
PARTS_LIMIT = 10_000
ROWS_LIMIT = 1_048_576
"""Excel writes no more; a made-up row number would have openpyxl give blank rows up to it."""
BLOCK = 1 << 20


def refuse_hostile(path: Path) -> None:
    """A workbook that would unpack to more than we hold, or with a cell no Excel writes, is not
    opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise unreadable("zip_without_workbook")
            if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
                raise unreadable("too_much_inside")
            for part in parts:
                if part.filename.startswith("xl/sharedStrings") and part.file_size > STRINGS_LIMIT:
                    raise unreadable("too_much_inside")
                if part.filename.endswith(".xml") and part.file_size > CELL_LIMIT:
                    _refuse_giant_cell(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise unreadable("workbook_broken") from error


def _refuse_giant_cell(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Text between two tags longer than a cell may be would be held in memory as a whole."""
    run = 0
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            first = block.find(b"<")
            run += len(block) if first < 0 else first
            if run > CELL_LIMIT:
                raise unreadable("workbook_cell_too_big")
            if first >= 0:
                run = len(block) - block.rfind(b"<")


def sheet_rows(path: Path) -> Iterator[tuple[list[str], float]]:
    """The cells of each row as text, and how much of the sheet was read."""
    refuse_hostile(path)
    # by its bytes: uploads have names without an ending, which openpyxl refuses to open
    stream = path.open("rb")
    try:
        book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        stream.close()
        raise unreadable("workbook_broken") from error
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet = next(iter(sheets or book.worksheets), None)
        if sheet is None:
            raise unreadable("empty")
        total = max(sheet.max_row or 1, 1)
        sheet.reset_dimensions()  # some programs write a wrong size; rows beyond it count, too
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > ROWS_LIMIT:
                raise unreadable("too_much_inside")
            yield [cell_text(value) for value in row[:COLUMN_LIMIT]], min(number / total, 1.0)
    except (SyntaxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise unreadable("workbook_broken") from error
    finally:
        book.close()
        stream.close()


def cell_text(value: Any) -> str:
    """What the cell holds as text; a formula stays its text and is never worked out."""
    if isinstance(value, datetime):
        whole_day = value.time() == time(0)
        return (
            value.date().isoformat() if whole_day else value.isoformat(sep=" ", timespec="seconds")
        )
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if value.__class__.__name__ in ("ArrayFormula", "DataTableFormula"):
        return str(getattr(value, "text", None) or "=")
    return as_text(value)


def chunks(path: Path, shape: Shape, *, size: int, after: int) -> Chunks:
    width = len(shape.header)
    gather = Gather(width, size, after)
    for number, (cells, share) in enumerate(sheet_rows(path), start=1):
        if number <= shape.header_row or not any(cells):
            continue
        fitted = cells[:width] + [""] * (width - len(cells))
        if gather.add(number, fitted):
            yield gather.take(share)
    if gather.held:
        yield gather.take(1.0)
