"""Which rows repeat an id of an earlier row, in memory that hardly grows: hashes are sorted in
parts on disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

PARTS = 64
SPILL_ROWS = 400_000
PAIR = np.dtype([("key", "<i8"), ("row", "<i8")])


class RepeatedKeys:
    """Give it the keys of all rows, then ask which rows came again and where the first one is."""

    def __init__(self) -> None:
        self.held: list[np.ndarray] = []
        self.rows = 0
        self.folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> RepeatedKeys:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self.folder:
            self.folder.cleanup()

    def add(self, numbers: Sequence[int], keys: Sequence[str]) -> None:
        """Rows with an empty key repeat nothing."""
        pairs = np.empty(len(keys), dtype=PAIR)
        pairs["key"] = np.fromiter(map(hash, keys), dtype=np.int64, count=len(keys))
        pairs["row"] = numbers
        empty = hash("")
        pairs = pairs[pairs["key"] != empty] if "" in keys else pairs
        self.held.append(pairs)
        self.rows += len(pairs)
        if self.rows >= SPILL_ROWS:
            self._spill()

    def _spill(self) -> None:
        if not self.held:
            return
        if self.folder is None:
            self.folder = tempfile.TemporaryDirectory(prefix="banso-keys-")
        pairs = np.concatenate(self.held)
        part = pairs["key"] & (PARTS - 1)
        for number in range(PARTS):
            with Path(self.folder.name, str(number)).open("ab") as file:
                pairs[part == number].tofile(file)
        self.held, self.rows = [], 0

    def found(self) -> np.ndarray:
        """Pairs (row, first row) of the rows that repeat, by row."""
        if self.folder is None:
            parts = [_repeats(np.concatenate(self.held))] if self.held else []
        else:
            self._spill()
            names = (Path(self.folder.name, str(number)) for number in range(PARTS))
            parts = [_repeats(np.fromfile(name, dtype=PAIR)) for name in names]
        if not parts:
            return np.empty((0, 2), dtype=np.int64)
        every = np.concatenate(parts)
        return every[np.argsort(every[:, 0], kind="stable")]


def _repeats(pairs: np.ndarray) -> np.ndarray:
    """Sorted by key and row, a row repeats when the one before it has its key."""
    pairs = pairs[np.lexsort((pairs["row"], pairs["key"]))]
    keys, rows = pairs["key"], pairs["row"]
    begins = np.ones(len(keys), dtype=np.bool_)
    begins[1:] = keys[1:] != keys[:-1]
    first = rows[begins][np.cumsum(begins) - 1] if len(keys) else rows
    return np.column_stack((rows[~begins], first[~begins])).astype(np.int64)


class Repeats:
    """The found pairs, asked chunk by chunk."""

    def __init__(self, pairs: np.ndarray) -> None:
        self.pairs = pairs

    def among(self, first: int, last: int) -> dict[int, int]:
        """Row -> first row with the same id, for the rows from ``first`` to ``last``."""
        rows = self.pairs[:, 0]
        low, high = np.searchsorted(rows, first), np.searchsorted(rows, last, side="right")
        return {int(row): int(earlier) for row, earlier in self.pairs[low:high]}
