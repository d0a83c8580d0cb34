"""What programs send, read with msgspec: typed, bounded, and each fault named by its path."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

MOST_EVENTS = 5_000
MOST_BYTES = 32 * 1024 * 1024
MOST_EVENT_BYTES = 256 * 1024
# more brackets and commas than this are cut into items first, so that memory stays bounded
MOST_AT_ONCE = 400_000
MOST_TOKENS = 5_000_000
LINES = (
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
)
BATCH_KEY = re.compile(r"[\x21-\x7e]{1,100}")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
# within one JSON document a comma stands between two objects
_NEXT_LINE = re.compile(rb"\}[ \t\r]*\n\s*\{")
_AT = re.compile(r"`\$(.*)`$")
T = TypeVar("T")

Id = Annotated[str, Meta(min_length=1, max_length=200)] | int
Short = Annotated[str, Meta(max_length=200)]


class Unusable(Exception):
    """The body as a whole; ``status`` is 413 or 422."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class Event(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    account: Id | None = None
    user: Id | None = None
    role: Short | None = None
    event_id: Id | None = None
    time: Annotated[datetime, Meta(tz=True)] | int | float | None = None
    properties: dict[str, Any] | None = None


class Traits(msgspec.Struct, forbid_unknown_fields=True):
    name: Short | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    role: Annotated[str, Meta(max_length=60)] | None = None
    title: Annotated[str, Meta(max_length=100)] | None = None


class Identity(msgspec.Struct, forbid_unknown_fields=True):
    user: Id
    account: Id | None = None
    traits: Traits | None = None


@dataclass
class Read(Generic[T]):
    """The items of a body with their places; ``refused`` says why the others are none."""

    items: list[tuple[int, T]] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    total: int = 0
    path: str = "$[{}]"
    parts: list[bytes] = field(default_factory=list)

    def sent(self, index: int) -> bytes:
        """The item as it was sent, or written anew where all were read at once."""
        return self.parts[index] if self.parts else msgspec.json.encode(self.items[index][1])

    def refuse(self, index: int, inside: str, said: str) -> None:
        """Say why an item is refused, after its path in the request."""
        self.refused[index] = f"{self.path.format(index)}{inside}: {said}"


def unpacked(data: bytes, encoding: str, most: int = MOST_BYTES) -> bytes:
    """The body without its gzip, or ``Unusable`` when it would become too large."""
    if encoding in ("", "identity"):
        return data
    parts, size = [], 0
    while data:
        inflater = zlib.decompressobj(wbits=31)
        try:
            part = inflater.decompress(data, most - size + 1)
        except zlib.error as error:
            raise Unusable(422, f"The body is no gzip: {error}.") from error
        size += len(part)
        if size > most:
            raise Unusable(413, too_large(most))
        if not inflater.eof:
            raise Unusable(422, "The gzip ends too early: send the whole body.")
        parts.append(part)
        data = inflater.unused_data
    return b"".join(parts)


def too_large(most: int = MOST_BYTES) -> str:
    return f"A request may have {most // 1024 // 1024} MB, unpacked: send smaller batches."


def too_many() -> str:
    return f"A request may have {MOST_EVENTS:,} events: send smaller batches."


class Reader(Generic[T]):
    """Reads one item, an array of items or JSON lines of items."""

    def __init__(self, kind: type[T]) -> None:
        self._one: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)
        self._many: msgspec.json.Decoder[list[T]] = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]

    def read(self, body: bytes, *, lines: bool) -> Read[T]:
        body = body.strip()
        if not body:
            raise Unusable(422, "The body is empty: send an event, an array or lines of them.")
        if body.count(b"\n") > 4 * MOST_EVENTS and lines:
            raise Unusable(413, too_many())
        single = not lines and not body.startswith(b"[")
        items = None if single else self._at_once(body, lines)
        if items is not None:
            if len(items) > MOST_EVENTS:
                raise Unusable(413, too_many())
            return Read(list(enumerate(items)), {}, len(items))
        if single:
            return self._one_by_one([body], "$")
        return self._one_by_one(parts_of(body, lines=lines), "$[{}]")

    def _at_once(self, body: bytes, lines: bool) -> list[T] | None:
        """All items, when each is sound; the quick way."""
        if sum(map(body.count, (b"{", b"[", b","))) > MOST_AT_ONCE:
            return None
        try:
            return self._one.decode_lines(body) if lines else self._many.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None

    def _one_by_one(self, parts: list[bytes], path: str) -> Read[T]:
        found: Read[T] = Read(total=len(parts), path=path, parts=parts)
        for index, part in enumerate(parts):
            if len(part) > MOST_EVENT_BYTES:
                found.refuse(index, "", f"larger than {MOST_EVENT_BYTES // 1024} kB")
                continue
            try:
                found.items.append((index, self._one.decode(part)))
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                found.refused[index] = reason(error, path.format(index))
        return found


def reason(error: Exception, path: str) -> str:
    """The fault in words, after its path in the request."""
    if isinstance(error, RecursionError):
        return f"{path}: nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: not UTF-8"
    text = str(error)
    inside = _AT.search(text)
    if inside:
        return f"{path}{inside.group(1)}: {text[: inside.start()].removesuffix(' - at ')}"
    return f"{path}: {text}"


def looks_like_lines(body: bytes) -> bool:
    """Whether a body of an unnamed kind is several objects, each from a line of its own."""
    return body.lstrip()[:1] == b"{" and _NEXT_LINE.search(body) is not None


def parts_of(body: bytes, *, lines: bool) -> list[bytes]:
    """The items of a body as they stand there, sound or not."""
    if lines:
        parts = [line for line in (part.strip() for part in body.split(b"\n")) if line]
        if len(parts) > MOST_EVENTS:
            raise Unusable(413, too_many())
        return parts
    return list(_elements(body))


def _elements(body: bytes) -> Iterator[bytes]:
    depth, start, count = 0, 1, 0
    for number, token in enumerate(_TOKEN.finditer(body)):
        mark = token.group()
        if number > MOST_TOKENS:
            raise Unusable(413, too_large())
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
        if (mark == b"," and depth == 1) or depth == 0:
            part = body[start : token.start()].strip()
            start = token.end()
            if part or mark == b"," or count:
                count += 1
                yield part
            if count > MOST_EVENTS:
                raise Unusable(413, too_many())
        if depth == 0:
            if body[token.end() :].strip():
                raise Unusable(422, "Something stands behind the array: send JSON lines as ndjson.")
            return
    raise Unusable(422, "The array does not end: the body is no whole JSON document.")
