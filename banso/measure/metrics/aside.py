"""Answers that come for some customers after the other, put aside until their day is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from banso.measure.metrics import grid
from banso.measure.metrics.world import Values
from banso.shared.lake import engine


class Aside:
    """A file for each day in a folder that goes with the block; memory holds one part at a time."""

    def __init__(self, parts: Iterable[Mapping[int, pa.Table]]) -> None:
        self._parts = parts
        self._stack = ExitStack()
        self._paths: dict[int, Path] = {}

    def __enter__(self) -> Aside:
        folder = Path(self._stack.enter_context(TemporaryDirectory(dir=engine.spill())))
        with ExitStack() as writers:
            opened: dict[int, pq.ParquetWriter] = {}
            for part in self._parts:
                for day, table in part.items():
                    if day not in opened:
                        self._paths[day] = folder / f"{day}.parquet"
                        writer = pq.ParquetWriter(self._paths[day], table.schema)
                        opened[day] = writers.enter_context(writer)
                    opened[day].write_table(table)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def values(self, day: int, columns: Mapping[str, str]) -> dict[str, Values]:
        """The day's values, by the names that are given to columns."""
        if not columns:
            return {}
        table = pq.read_table(self._paths[day])
        return {
            key: Values(grid.numbers(table, column), np.asarray(grid.flags(table, column)))
            for key, column in columns.items()
        }
