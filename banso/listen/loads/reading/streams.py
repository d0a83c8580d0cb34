"""Bytes of a file as they were before it was compressed, from any place on."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from banso.listen.imports.reading.faults import unreadable
from banso.listen.loads.reading.shapes import GZIP, PLAIN, ZSTD

STEP = 1 << 20
MAGIC = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTD}


def packing_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
    return next((packing for magic, packing in MAGIC.items() if head.startswith(magic)), PLAIN)


class Stream:
    """Reads on from ``at``; a compressed file is unpacked up to there once more."""

    def __init__(self, path: Path, packing: str, *, at: int = 0) -> None:
        self.raw = path.open("rb")
        self._inner: Any = self.raw
        if packing == GZIP:
            self._inner = gzip.GzipFile(fileobj=self.raw)
        elif packing == ZSTD:
            self._inner = pa.CompressedInputStream(pa.PythonFile(self.raw, "r"), "zstd")
        if packing == PLAIN:
            self.raw.seek(at)
            return
        while at > 0:
            passed = len(self.read(min(at, STEP)))
            if not passed:
                break
            at -= passed

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.raw.close()

    def read(self, size: int) -> bytes:
        """Exactly so many bytes, fewer only at the end of the file."""
        parts, missing = [], size
        try:
            while missing:
                part = self._inner.read(missing)
                if not part:
                    break
                parts.append(part)
                missing -= len(part)
        except EOFError as error:
            raise unreadable("packed_too_short") from error
        except (OSError, zlib.error) as error:
            too_short = "runcated" in str(error)
            raise unreadable("packed_too_short" if too_short else "packed_broken") from error
        return b"".join(parts)

    @property
    def told(self) -> int:
        """Bytes of the file itself that were read so far."""
        return self.raw.tell()
