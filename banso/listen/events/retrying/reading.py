"""A refused event goes the way of one that arrives: the same reading, the same reasons."""

from __future__ import annotations

import msgspec

from banso.listen.events import ingest
from banso.listen.events import segment as segments
from banso.listen.events.models import RefusedEvent
from banso.listen.events.refusals import SEGMENT
from banso.listen.events.wire import Event, Read, Reader, Unusable, reason

_events = Reader(Event)
_message = msgspec.json.Decoder(segments.Message)


def taken_in(refused: RefusedEvent) -> str:
    """Send the event to the lake; why it is refused again, or nothing."""
    body = refused.raw.encode("utf-8", "replace")
    read = _message_read(body) if refused.door == SEGMENT else _event_read(body)
    for _index, event in read.items:
        if event.time is None:
            event.time = refused.received_at
    if read.items:
        ingest.keep_events(
            read, source=refused.source.name, batch_key="", has_nul=b"\\u0000" in body
        )
    return next(iter(read.refused.values()), "")


def _event_read(body: bytes) -> Read[Event]:
    try:
        read = _events.read(body, lines=False)
    except Unusable as unusable:
        return Read(refused={0: f"$: {unusable}"}, path="$")
    if read.total != 1:
        return Read(refused={0: "$: Expected `object`, got `array`"}, path="$")
    read.path = "$"
    return read


def _message_read(body: bytes) -> Read[Event]:
    read: Read[Event] = Read(total=1, path="$")
    try:
        message = _message.decode(body)
        if message.type not in (None, "track"):
            said = repr(message.type)[:40]
            read.refuse(0, ".type", f"{said} is not kept; track is, from here")
        else:
            read.items.append((0, segments.event_of(message)))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        read.refused[0] = reason(error, "$")
    return read
