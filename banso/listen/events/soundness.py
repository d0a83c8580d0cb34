"""Is a body sound as a whole? Asked over columns, so that nothing is done event by event.

Only what is beyond doubt is sound; everything else goes the careful way, which names each fault.
Both ways must agree: tests/test_soundness.py compares them. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from banso.listen.events import segment as segments
from banso.listen.events.intake import (
    EARLIEST,
    EARLIEST_SECONDS,
    EPOCH,
    MOST_DEPTH,
    MOST_PROPERTIES_BYTES,
    depth,
    micros,
)
from banso.listen.events.wire import (
    MOST_AT_ONCE,
    MOST_BYTES,
    MOST_EVENT_BYTES,
    MOST_EVENTS,
    Event,
    Short,
    Unusable,
    unpacked,
)
from banso.shared.lake.rules import DAY_US, LATEST_US

Text = Annotated[str, Meta(min_length=1, max_length=200)]


class TrackBatch(msgspec.Struct):
    batch: list[segments.Message]


class Plain(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An event as most programs send it: text ids, flat properties; read twice as fast."""

    name: Text
    account: Text
    user: Text | None = None
    role: Short | None = None
    event_id: Text | None = None
    time: Annotated[datetime, Meta(tz=True)] | int | None = None
    properties: dict[str, str | int | float | bool | None] | None = None


Events = Sequence[Event] | Sequence[Plain]
_one, _many = msgspec.json.Decoder(Event), msgspec.json.Decoder(list[Event])
_plain, _plains = msgspec.json.Decoder(Plain), msgspec.json.Decoder(list[Plain])
_message = msgspec.json.Decoder(segments.Message)
_batch = msgspec.json.Decoder(TrackBatch)
_encode = msgspec.json.Encoder().encode
_TEXT = {str}
NUL = b"\\u0000"
# a float may be written longer than it came: 1e15 as 1000000000000000.0
_SMALL_BODY = MOST_PROPERTIES_BYTES // 5
_TOGETHER = 50
_SECONDS, _MILLISECONDS = 100_000_000_000, 100_000_000_000_000


def decoded(body: bytes, *, lines: bool) -> Events:
    """The events of a body; raises what msgspec raises when one is not as it must be."""
    many = body.lstrip()[:1] == b"["
    try:
        if lines:
            return _plain.decode_lines(body)
        return _plains.decode(body) if many else [_plain.decode(body)]
    except msgspec.ValidationError:
        if lines:
            return _one.decode_lines(body)
        return _many.decode(body) if many else [_one.decode(body)]


def sound_rows(body: bytes, *, lines: bool, batch_key: str, now_us: int) -> int:
    """How many events the body holds if every one can be kept as it is, else 0."""
    if b"\\" in body and NUL in body:
        return 0
    if len(body) > MOST_AT_ONCE and sum(map(body.count, (b"{", b"[", b","))) > MOST_AT_ONCE:
        return 0
    try:
        events = decoded(body, lines=lines)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return 0
    if not 0 < len(events) <= MOST_EVENTS or not are_sound(events, batch_key, now_us):
        return 0
    return len(events) if _are_small(body, events) else 0


def unpack_and_ask(
    body: bytes, encoding: str, *, kind: str, lines: bool, batch_key: str, now_us: int
) -> tuple[bytes, int]:
    """The body without its gzip, and how many sound events it holds.

    ``kind`` is the call of a Segment source, or empty for our own form.
    """
    try:
        plain = unpacked(body, encoding, segments.MOST_BYTES if kind else MOST_BYTES)
    except Unusable:
        return body, 0
    if kind:
        return sound_messages(plain, kind, now_us) or (body, 0)
    return plain, sound_rows(plain, lines=lines, batch_key=batch_key, now_us=now_us)


def sound_messages(body: bytes, kind: str, now_us: int) -> tuple[bytes, int] | None:
    """Track calls as a body of events and their number, if every one can be kept as it is."""
    if len(body) > MOST_AT_ONCE or (b"\\" in body and NUL in body):
        return None
    try:
        messages = _batch.decode(body).batch if kind == "batch" else [_message.decode(body)]
        if kind == "track":
            messages[0].type = kind
        if {message.type for message in messages} != {"track"} or len(messages) > MOST_EVENTS:
            return None
        events = [segments.event_of(message) for message in messages]
        if any(event.account is None for event in events):
            return None
        plain = _encode(events)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        return None
    rows = sound_rows(plain, lines=False, batch_key="", now_us=now_us)
    return (plain, rows) if rows else None


def are_sound(events: Events, batch_key: str, now_us: int) -> bool:
    """Whether no event needs a closer look."""
    accounts = {event.account for event in events}
    return (
        (isinstance(events[0], Plain) or set(map(type, accounts)) == _TEXT)
        and all(map(str.strip, accounts))  # type: ignore[arg-type]  # the line above
        and all(map(str.strip, {event.name for event in events}))
        and _are_moments([event.time for event in events], now_us)
        and _are_different(events, batch_key)
    )


def _are_moments(times: list[Any], now_us: int) -> bool:
    """Moments of one kind and unit that lie neither before 1971 nor ahead; or none at all."""
    try:
        first, last = min(times), max(times)
    except TypeError:
        return set(times) == {None}
    if first is None:
        return True
    latest = min(now_us + DAY_US, LATEST_US - 1)
    if isinstance(first, datetime):
        return first >= EARLIEST and last <= EPOCH + timedelta(microseconds=latest)
    units = {(end >= _SECONDS) + (end >= _MILLISECONDS) for end in (first, last)}
    return first >= EARLIEST_SECONDS and len(units) == 1 and micros(last, 0) <= latest


def _are_different(events: Events, batch_key: str) -> bool:
    """Whether no event repeats another one of the body."""
    ids = {event.event_id for event in events}
    if None in ids:
        if ids != {None}:
            return False
        return bool(batch_key) or len(_rows(events)) == len(events)
    return len(ids) == len(events) and set(map(type, ids)) == _TEXT


def _rows(events: Events) -> set[Any]:
    return {(e.name, e.account, e.user, e.role, e.time) for e in events}


def _are_small(body: bytes, events: Events) -> bool:
    if len(events) == 1 and len(body) > MOST_EVENT_BYTES:
        return False
    given = [event.properties for event in events if event.properties]
    flat = isinstance(events[0], Plain)
    if not flat and any(depth(properties) > MOST_DEPTH for properties in given):
        return False
    if len(body) <= _SMALL_BODY:
        return True
    try:
        return all(
            _are_short(given[start : start + _TOGETHER])
            for start in range(0, len(given), _TOGETHER)
        )
    except (OverflowError, ValueError, RecursionError):
        return False


def _are_short(given: Sequence[dict[str, Any]]) -> bool:
    """Whether each is short; asked one by one only where they are not short together."""
    return len(_encode(given)) <= MOST_PROPERTIES_BYTES or all(
        len(_encode(properties)) <= MOST_PROPERTIES_BYTES for properties in given
    )
