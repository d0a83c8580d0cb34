"""Lines of a file of any size, in constant memory: a line that is too long is passed over, not
read.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from banso.listen.imports.reading.faults import unreadable
from banso.listen.imports.reading.shapes import CELL_LIMIT

BLOCK = 1 << 18
UNCOMPRESSED_LIMIT = 64 << 30

LOST = "\N{REPLACEMENT CHARACTER}"
TOO_LONG = "\0too long\0"
"""Stands for a line that was passed over."""


def open_bytes(path: Path, *, gzipped: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if gzipped else path.open("rb")


class Lines:
    """Iterates over lines, each with its end; ``share`` says how much of the file was read."""

    def __init__(self, path: Path, *, encoding: str, gzipped: bool = False) -> None:
        self.raw = path.open("rb")
        self.stream: Any = gzip.GzipFile(fileobj=self.raw) if gzipped else self.raw
        self.decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self.lossy = False
        self.bytes_total = max(path.stat().st_size, 1)

    @property
    def share(self) -> float:
        return min(self.raw.tell() / self.bytes_total, 1.0)

    def close(self) -> None:
        self.stream.close()
        self.raw.close()

    def texts(self) -> Iterator[str]:
        """Decoded blocks of the file, without NUL, which no database can hold; lines ended by \\r
        alone (old Mac) become like others.
        """
        read, alone = 0, False
        while True:
            try:
                block = self.stream.read(BLOCK)
            except (OSError, EOFError, zlib.error) as error:
                raise unreadable("gzip_broken") from error
            read += len(block)
            if read > UNCOMPRESSED_LIMIT:
                raise unreadable("too_much_inside")
            text = self.decoder.decode(block, final=not block).replace("\0", "")
            alone = alone or (read == len(block) and "\r" in text and "\n" not in text)
            self.lossy = self.lossy or LOST in text
            if text:
                yield text.replace("\r", "\n") if alone else text
            if not block:
                return

    def blocks(self) -> Iterator[tuple[list[str], bool]]:
        """Lines without their ends, many at a time; True when none has a quote or another snag."""
        rest, passing_over = "", False
        for text in self.texts():
            joined = rest + text
            # not str.splitlines: it also splits at characters that are part of a cell
            *parts, rest = joined.split("\n")
            if len(joined) > CELL_LIMIT or passing_over:
                parts = [part if len(part) <= CELL_LIMIT else TOO_LONG for part in parts]
                if parts and passing_over:
                    parts[0], passing_over = TOO_LONG, False
                if len(rest) > CELL_LIMIT:
                    rest, passing_over = "", True
                yield parts, False
                continue
            returns = joined.count("\r")
            plain = '"' not in joined and returns == joined.count("\r\n") and not self.lossy
            yield (
                [part.removesuffix("\r") for part in parts] if returns else parts,
                plain,
            )
        if passing_over:
            yield [TOO_LONG], False
        elif rest:
            yield [rest], '"' not in rest and "\r" not in rest and not self.lossy

    def __iter__(self) -> Iterator[str]:
        for parts, _ in self.blocks():
            for part in parts:
                yield part if part is TOO_LONG else part + "\n"
