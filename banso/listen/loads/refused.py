"""The file of refused rows of a load: each with its file, row number, reasons and contents, to be
mended and loaded again.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from banso.listen.imports.reading.rows_of_json import as_text
from banso.listen.loads.meaning.converting import Refused
from banso.listen.loads.meaning.guess import OURS
from banso.listen.loads.sentences import sentence_of
from banso.shared.spreadsheets import BOM, safe_cell

MOST_ROWS = 100_000
MOST_BYTES = 256 << 20
MOST_CELL = 10_000
"""Characters of a value that are kept; a longer one is cut and must be filled in by hand."""
FILE, ROW, REASON, TEXT = (f"{OURS}{word}" for word in ("file", "row", "reason", "text"))
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True)
class Line:
    """A refused row as it is kept."""

    file: str
    number: int
    faults: list[dict[str, Any]]
    original: dict[str, Any] | str

    @property
    def reason(self) -> str:
        return " ".join(sentence_of(found) for found in self.faults)

    def cells(self) -> dict[str, Any]:
        return {TEXT: self.original} if isinstance(self.original, str) else self.original


class RefusedRows:
    """Appends to the file, which is first cut to what the last transaction counted."""

    def __init__(self, path: Path, *, length: int, kept: int) -> None:
        self.path, self.length, self.kept = path, length, kept
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, refused: Sequence[Refused]) -> tuple[int, int]:
        """Make the rows durable; the length of the file and the rows in it, which the caller's
        transaction keeps.
        """
        room = MOST_ROWS - self.kept if self.length < MOST_BYTES else 0
        some = sorted(refused, key=lambda one: one.number)[: max(room, 0)]
        if not some:
            return self.length, self.kept
        with self.path.open("ab") as file:
            file.truncate(self.length)
        with self.path.open("r+b") as file:
            file.seek(self.length)
            for one in some:
                file.write(_encode(_kept(name, one)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self.length, self.kept = file.tell(), self.kept + len(some)
        return self.length, self.kept


def _kept(name: str, one: Refused) -> dict[str, Any]:
    whys = [found.as_json() for found in one.faults[:5]]
    return {"file": name, "row": one.number, "why": whys, "was": _cut(one.original)}


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MOST_CELL else value[:MOST_CELL] + "…"
    if isinstance(value, dict):
        if len(_encode(value)) <= MOST_CELL:
            return value
        return {key: _cut(part) for key, part in value.items()}
    if isinstance(value, list):
        return value if len(_encode(value)) <= MOST_CELL else _cut(_encode(value).decode())
    return value


def lines(path: Path, *, length: int, most: int = MOST_ROWS) -> Iterator[Line]:
    """The kept rows, without what a transaction that was cut off may have left behind them."""
    if not length or not path.exists():
        return
    read = 0
    with path.open("rb") as file:
        for _ in range(most):
            text = file.readline()
            read += len(text)
            if not text or read > length:
                return
            row = _decode(text)
            yield Line(row["file"], row["row"], row["why"], row["was"])


def as_json_lines(path: Path, *, length: int) -> Iterator[bytes]:
    """Each row as it was, with our columns, which a load passes over."""
    for line in lines(path, length=length):
        ours = {FILE: line.file, ROW: line.number, REASON: line.reason}
        yield _encode(line.cells() | ours) + b"\n"


def as_csv(path: Path, *, length: int) -> Iterator[str]:
    """The same as a table: the columns of the first rows, others as they come are left out."""
    header: dict[str, None] = {}
    for line in lines(path, length=length, most=1_000):
        header.update(dict.fromkeys(line.cells()))
    names = list(header)[:1_000]
    yield BOM + _row([*names, FILE, ROW, REASON])
    for line in lines(path, length=length):
        cells = line.cells()
        texts = [as_text(cells.get(name)) for name in names]
        yield _row([*texts, line.file, str(line.number), line.reason])


def _row(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
