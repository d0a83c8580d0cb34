"""The last Mondays of many metrics in one small column: their names, then 32-bit numbers."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from django.db import models
from numpy.typing import NDArray

Series = dict[str, list[float | None]]
_LENGTH = struct.Struct("<HI")  # the format, and how long the names are
_FORMAT = 1


class SeriesField(models.BinaryField):  # type: ignore[type-arg] # generic only for the checker
    """``{key: [value or None, …]}``, all of one length, oldest first; seven digits are kept."""

    def from_db_value(self, value: Any, expression: object, connection: object) -> Series:
        return unpacked(bytes(value)) if value else {}

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        packed = value if isinstance(value, bytes) else _packed(value or {})
        return super().get_db_prep_value(packed, connection, prepared)


def packed_rows(keys: Sequence[str], values: NDArray[np.float64]) -> Iterator[bytes]:
    """A row's bytes for each row of values, shape (rows, keys, weeks)."""
    begin = _begin(keys)
    small = np.ascontiguousarray(values, dtype="<f4")
    return (begin + row.tobytes() for row in small)


def unpacked(value: bytes) -> Series:
    names, start = _names(value)
    numbers = np.frombuffer(value, dtype="<f4", offset=start).reshape(len(names), -1)
    found: Series = {}
    for name, line in zip(names, numbers, strict=True):
        found[name] = [None if v != v else _short(v) for v in line.tolist()]
    return found


def _packed(series: Mapping[str, Sequence[float | None]]) -> bytes:
    if not series:
        return b""
    weeks = max(map(len, series.values()))
    lines = np.full((1, len(series), weeks), np.nan)
    for number, line in enumerate(series.values()):
        if line:
            lines[0, number, -len(line) :] = [np.nan if v is None else v for v in line]
    return next(packed_rows(list(series), lines))


def _begin(keys: Sequence[str]) -> bytes:
    names = msgspec.msgpack.encode(list(keys))
    return _LENGTH.pack(_FORMAT, len(names)) + names


def _names(value: bytes) -> tuple[list[str], int]:
    _format, length = _LENGTH.unpack_from(value)
    start = _LENGTH.size + length
    return _read_names(value[_LENGTH.size : start]), start


@lru_cache(maxsize=64)
def _read_names(told: bytes) -> list[str]:
    return msgspec.msgpack.decode(told, type=list[str])


def _short(value: float) -> float:
    """What seven digits said, not what 32 bits make of them."""
    return float(f"{value:.7g}")
