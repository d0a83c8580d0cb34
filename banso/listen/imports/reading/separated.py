"""CSV, TSV and their like: records with quoted cells, each with its number, faults kept to their row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.lines import LOST, TOO_LONG, Lines
from banso.listen.imports.reading.shapes import CELL_LIMIT, Chunks, Gather, Shape

Record = tuple[list[str], Fault | None]

csv.field_size_limit(CELL_LIMIT)


class _Feed:
    """Lines for csv.reader that can be given back: a quote that never closes must not eat the file."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.again: deque[str] = deque()
        self.used: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.lines)
        self.used.append(line)
        return line

    def give_back(self) -> None:
        """All lines of the record that failed but its first."""
        self.again.extendleft(reversed(self.used[1:]))


def records(lines: Lines, delimiter: str) -> Iterator[Record]:
    """Every record of the file in order, blank ones too, so that counting them gives the row number."""
    feed = _Feed(iter(lines))
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.used.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield [], _why(feed.used, error)
            feed.give_back()
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            continue
        if TOO_LONG in cells:
            yield [], fault("cell_too_big", limit=CELL_LIMIT)
        elif lines.lossy and any(LOST in cell for cell in cells):
            yield cells, fault("unreadable_characters")
        else:
            yield cells, None


def _why(used: list[str], error: csv.Error) -> Fault:
    if any(line == TOO_LONG for line in used):
        return fault("cell_too_big", limit=CELL_LIMIT)
    if "field larger" in str(error) or "unexpected end" in str(error):
        return fault("quote_not_closed", text=used[0] if used else "")
    return fault("quote_misplaced", text=used[0] if used else "")


def chunks(path: Path, shape: Shape, *, size: int, after: int) -> Chunks:
    """The rows below the header, ``size`` at a time, without those up to row number ``after``."""
    lines = Lines(path, encoding=shape.encoding, gzipped=shape.gzipped)
    width = len(shape.header)
    gather = Gather(width, size, after)
    try:
        for number, (cells, wrong) in enumerate(records(lines, shape.delimiter), start=1):
            if number <= shape.header_row or (not wrong and not any(cells)):
                continue
            if not wrong and len(cells) != width:
                cells, wrong = _fit(cells, width)
            full = gather.spoil(number, cells, wrong) if wrong else gather.add(number, cells)
            if full:
                yield gather.take(lines.share)
        if gather.held:
            yield gather.take(1.0)
    finally:
        lines.close()


def _fit(cells: list[str], width: int) -> tuple[list[str], Fault | None]:
    """Cells missing at the end are empty; cells too many are only harmless when they are empty."""
    if len(cells) < width:
        return cells + [""] * (width - len(cells)), None
    if not any(cells[width:]):
        return cells[:width], None
    return cells, fault("too_many_cells", found=len(cells), wanted=width)
