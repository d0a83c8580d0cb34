"""The form of a file: how its bytes become a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from banso.listen.imports.reading.faults import Fault

CELL_LIMIT = 1_000_000
"""Characters in one cell and in one line; more is refused before it is held in memory."""

COLUMN_LIMIT = 1_000
CSV, EXCEL, JSON_LINES, JSON_ARRAY = "csv", "xlsx", "jsonl", "json"


@dataclass(frozen=True)
class Shape:
    form: str
    encoding: str = "utf-8"
    delimiter: str = ","
    gzipped: bool = False
    header_row: int = 1
    header: tuple[str, ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"header": list(self.header)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Shape:
        return cls(**(kept | {"header": tuple(kept["header"])}))


@dataclass
class Spoiled:
    """A row that could not be read as cells."""

    number: int
    cells: list[str]
    fault: Fault


@dataclass
class Chunk:
    """Rows by columns: ``columns[c][i]`` is the text of column c in the row ``numbers[i]`` of the
    file.
    """

    numbers: list[int]
    columns: list[Sequence[str]]
    spoiled: list[Spoiled]
    share: float = 0.0

    def row(self, index: int) -> list[str]:
        return [column[index] for column in self.columns]

    @property
    def last(self) -> int:
        """The number of the last row, read or spoiled."""
        ends = [self.numbers[-1]] if self.numbers else []
        return max(ends + [row.number for row in self.spoiled], default=0)

    @property
    def size(self) -> int:
        return len(self.numbers) + len(self.spoiled)


Chunks = Iterator[Chunk]


def column_names(cells: list[str]) -> tuple[str, ...]:
    """Names that are there and differ: an empty one becomes its place, a repeated one gets a
    number.
    """
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        wanted = " ".join(cell.split())[:200] or f"#{place}"
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted} ({number})", number + 1
        names.append(name)
    return tuple(names)


class Gather:
    """Collects rows into chunks of columns and skips those that were done before."""

    def __init__(self, width: int, size: int, after: int) -> None:
        self.width, self.size, self.after = width, size, after
        self.numbers: list[int] = []
        self.rows: list[list[str]] = []
        self.spoiled: list[Spoiled] = []
        self.held = 0

    def add(self, number: int, cells: list[str]) -> bool:
        """Keep a row; True when the chunk is full."""
        if number > self.after:
            self.numbers.append(number)
            self.rows.append(cells)
            self.held += 1
        return self.held >= self.size

    def add_rows(self, first: int, rows: list[list[str]]) -> None:
        """Keep consecutive rows, all of the right width."""
        if first <= self.after:
            rows = rows[self.after - first + 1 :]
            first = self.after + 1
        self.rows += rows
        self.numbers += range(first, first + len(rows))
        self.held += len(rows)

    def spoil(self, number: int, cells: list[str], fault: Fault) -> bool:
        if number > self.after:
            self.spoiled.append(Spoiled(number, cells, fault))
            self.held += 1
        return self.held >= self.size

    def take(self, share: float) -> Chunk:
        columns: list[Sequence[str]] = list(zip(*self.rows, strict=True))
        chunk = Chunk(self.numbers, columns or [()] * self.width, self.spoiled, share)
        self.numbers, self.rows, self.spoiled, self.held = [], [], [], 0
        return chunk
