"""How the bytes of a file become rows, and a block of rows on its way through a load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from banso.listen.imports.reading.faults import Fault

PARQUET, CSV, JSON_LINES, SEGMENT = "parquet", "csv", "jsonl", "segment"
PLAIN, GZIP, ZSTD = "", "gzip", "zstd"
Original = dict[str, Any] | str


@dataclass(frozen=True)
class Form:
    """What a file is; ``packing`` is how it is compressed as a whole."""

    kind: str
    packing: str = PLAIN
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1
    header: tuple[str, ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"header": list(self.header)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Form:
        return cls(**(kept | {"header": tuple(kept["header"])}))


@dataclass(frozen=True)
class Place:
    """Where in a file the next block begins: ``at`` is a byte of the unpacked file, or a row of a
    Parquet file; ``rows`` counts what stands before it, as row numbers do.
    """

    at: int = 0
    rows: int = 0


@dataclass(frozen=True)
class Spoiled:
    """A row that could not be read as cells."""

    number: int
    original: Original
    fault: Fault


@dataclass
class Rows:
    """Rows by columns. Columns named in ``json`` hold JSON texts, the others values; ``extra``
    holds members of an object, ``"k":1``, that belong to no column.
    """

    count: int
    columns: dict[str, pa.Array]
    json: frozenset[str] = frozenset()
    extra: pa.Array | None = None
    original: Callable[[int], Original] = lambda _place: {}


@dataclass
class Block:
    """Rows with their numbers in the file, what was spoiled between them, and where they end."""

    rows: Rows
    numbers: npt.NDArray[np.int64]
    end: Place
    read_bytes: int
    spoiled: list[Spoiled] = field(default_factory=list)
    passed: int = 0


Blocks = Iterator[Block]
