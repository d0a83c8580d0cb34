"""Cuts the bytes of a text file into pieces of whole records, in memory that stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from banso.listen.loads.reading.streams import Stream

PIECE = 16 << 20
LONGEST = 32 << 20
"""Bytes of one record; a longer one is passed over without holding it in memory."""
WIDE = ("utf-16-le", "utf-16-be")
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
QUOTE, NEWLINE = b'"', b"\n"


@dataclass(frozen=True)
class Piece:
    """Whole records as UTF-8; ``end`` is the byte of the unpacked file behind them. ``lossy`` when
    some characters could not be read, ``too_long`` when it stands for a record passed over.
    """

    text: bytes
    end: int
    lossy: bool = False
    too_long: bool = False


def pieces(stream: Stream, encoding: str, *, at: int, quoted: bool) -> Iterator[Piece]:
    """The file from byte ``at`` on; with ``quoted``, a line end between quotes ends no record."""
    rest = b""
    while True:
        more = stream.read(PIECE)
        data, final = rest + more, len(more) < PIECE
        if not data:
            return
        while data:
            length = len(data) if final and not quoted else _whole(data, encoding, quoted)
            if not length and quoted and len(data) >= PIECE:
                length = _first_line(data, encoding)
            if not length and not final:
                break
            length = length or len(data)
            text, lossy = _text(data[:length], encoding, at)
            at += length
            data = data[length:]
            if text:
                yield Piece(text, at, lossy)
        rest = data
        if len(rest) > LONGEST:
            at, rest = _pass_over(stream, encoding, at + len(rest))
            yield Piece(b"", at, too_long=True)
        if final and not rest:
            return


def _whole(data: bytes, encoding: str, quoted: bool) -> int:
    """Length of the whole records that the data begins with."""
    if encoding in WIDE:
        return _whole_wide(data, encoding, quoted)
    newline = NEWLINE if NEWLINE in data or b"\r" not in data else b"\r"
    return _end(data, newline, quoted)


def _end(data: bytes, newline: bytes, quoted: bool) -> int:
    """Behind the last line end with an even number of quotes before it."""
    before = data.count(QUOTE) if quoted else 0
    behind = len(data)
    while True:
        found = data.rfind(newline, 0, behind)
        if found < 0:
            return 0
        if quoted:
            before -= data.count(QUOTE, found, behind)
        if before % 2 == 0:
            return found + 1
        behind = found


def _whole_wide(data: bytes, encoding: str, quoted: bool) -> int:
    """The same for two bytes a unit: the tail keeps its length when it is written again."""
    even = data[: len(data) // 2 * 2]
    text = even.decode(encoding, errors="replace").encode()
    length = _end(text, NEWLINE, quoted)
    if not length:
        return 0
    return len(even) - len(text[length:].decode().encode(encoding))


def _first_line(data: bytes, encoding: str) -> int:
    """Behind the first line end: a quote that never closes must spoil its own line alone."""
    newline = "\n".encode(encoding)
    found = data.find(newline)
    while encoding in WIDE and found % 2 == 1:
        found = data.find(newline, found + 1)
    return found + len(newline) if found >= 0 else 0


def _pass_over(stream: Stream, encoding: str, at: int) -> tuple[int, bytes]:
    """Read on to the next line end; where it is, and what was read behind it."""
    while more := stream.read(PIECE):
        length = _first_line(more, encoding)
        if length:
            return at + length, more[length:]
        at += len(more)
    return at, b""


def _text(data: bytes, encoding: str, at: int) -> tuple[bytes, bool]:
    lossy = False
    if encoding == "utf-8":
        try:
            data.decode()
        except UnicodeDecodeError:
            data, lossy = data.decode(errors="replace").encode(), True
    else:
        try:
            data = data.decode(encoding).encode()
        except UnicodeDecodeError:
            data, lossy = data.decode(encoding, errors="replace").encode(), True
    if at == 0:
        data = data.removeprefix(MARK)
    return (data.replace(b"\0", b"") if b"\0" in data else data), lossy
