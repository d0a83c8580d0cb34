"""CSV, TSV and their like: records with quoted cells, each with its number, faults kept to their
row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.lines import LOST, TOO_LONG, Lines
from banso.listen.imports.reading.shapes import CELL_LIMIT, Chunks, Gather, Shape

Batch = tuple[list[list[str]], Fault | None]
"""Records that follow each other, or one that is spoiled."""

csv.field_size_limit(CELL_LIMIT)


class _Feed:
    """Lines for csv.reader that can be given back: a quote that never closes must not eat the
    file.
    """

    def __init__(self, lines: Lines) -> None:
        self.blocks = lines.blocks()
        self.queue: deque[str] = deque()
        self.used: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not self.queue:
            self.queue.extend(next(self.blocks)[0])
        line = self.queue.popleft()
        self.used.append(line)
        return line if line is TOO_LONG else line + "\n"

    def give_back(self) -> None:
        """All lines of the record that failed but its first."""
        self.queue.extendleft(reversed(self.used[1:]))


def records(lines: Lines, delimiter: str) -> Iterator[Batch]:
    """Every record of the file in order, blank ones too, so that counting them gives the row
    number.

    A block without quotes is split without csv.reader, which is several times faster.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    for block, plain in feed.blocks:
        if plain:
            yield [line.split(delimiter) for line in block], None
            continue
        feed.queue.extend(block)
        while feed.queue:
            feed.used.clear()
            try:
                cells = next(reader)
            except csv.Error as error:
                yield [[]], _why(feed.used, error)
                feed.give_back()
                reader = csv.reader(feed, delimiter=delimiter, strict=True)
                continue
            if TOO_LONG in cells:
                yield [[]], fault("cell_too_big", limit=CELL_LIMIT)
            elif lines.lossy and any(LOST in cell for cell in cells):
                yield [cells], fault("unreadable_characters")
            else:
                yield [cells], None


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
    number = 0
    try:
        for batch, wrong in records(lines, shape.delimiter):
            if not wrong and number >= shape.header_row and _regular(batch, width):
                for start in range(0, len(batch), size):
                    part = batch[start : start + size]
                    gather.add_rows(number + start + 1, part)
                    if gather.held >= size:
                        yield gather.take(lines.share)
                number += len(batch)
                continue
            for cells in batch:
                number += 1
                if number > shape.header_row and _one(gather, number, cells, wrong):
                    yield gather.take(lines.share)
        if gather.held:
            yield gather.take(1.0)
    finally:
        lines.close()


def _regular(batch: list[list[str]], width: int) -> bool:
    """Many rows, all as wide as the header and none of them blank."""
    return (
        len(batch) > 1
        and width > 1
        and set(map(len, batch)) == {width}
        and [""] * width not in batch
    )


def _one(gather: Gather, number: int, cells: list[str], wrong: Fault | None) -> bool:
    """Keep a row as good or spoiled, or pass over a blank one; True when the chunk is full."""
    if not wrong and not any(cells):
        return False
    if not wrong and len(cells) != gather.width:
        cells, wrong = _fit(cells, gather.width)
    return gather.spoil(number, cells, wrong) if wrong else gather.add(number, cells)


def _fit(cells: list[str], width: int) -> tuple[list[str], Fault | None]:
    """Cells missing at the end are empty; cells too many are only harmless when they are empty."""
    if len(cells) < width:
        return cells + [""] * (width - len(cells)), None
    if not any(cells[width:]):
        return cells[:width], None
    return cells, fault("too_many_cells", found=len(cells), wanted=width)
