"""Events and users by HTTP: our own addresses, and those that Segment's sources know."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from banso.listen.events import ingest
from banso.listen.events import segment as segments
from banso.listen.events.refusals import LONGEST_RAW, SEGMENT
from banso.listen.events.wire import (
    BATCH_KEY,
    LINES,
    MOST_AT_ONCE,
    MOST_BYTES,
    MOST_EVENTS,
    Event,
    Identity,
    Read,
    Reader,
    Unusable,
    looks_like_lines,
    reason,
    too_large,
    too_many,
    unpacked,
)
from banso.shared.keys import limits
from banso.shared.keys.api import Refused, door
from banso.shared.keys.models import ApiKey
from banso.shared.keys.rules import EVENTS_WRITE, PEOPLE_WRITE

_events, _people = Reader(Event), Reader(Identity)
_message = msgspec.json.Decoder(segments.Message)
_batch = msgspec.json.Decoder(segments.Batch)
MOST_SHOWN = 100


@door(EVENTS_WRITE)
def send_events(request: HttpRequest, key: ApiKey) -> HttpResponse:
    """Events as one, an array or lines; answered when they are on disk."""
    _refuse_when_behind()
    batch_key = request.headers.get("Idempotency-Key", "").strip()
    if batch_key and not BATCH_KEY.fullmatch(batch_key):
        raise Refused(422, "Idempotency-Key must have 1 to 100 visible ASCII characters.")
    body, lines = _body(request, MOST_BYTES)
    try:
        outcome = ingest.sent_before(source=key.source, batch_key=batch_key, body=body)
    except ingest.KeyReused as reused:
        raise Refused(
            422, "This Idempotency-Key came with another body: give each batch its own."
        ) from reused
    if outcome is None:
        read = _read(_events, body, lines=lines, key=key)
        limits.charge(key_id=key.pk, cost=max(0, read.total - 1))
        has_nul = b"\\u0000" in body
        outcome = ingest.keep_events(read, source=key.source, batch_key=batch_key, has_nul=has_nul)
        if batch_key:
            ingest.remember(source=key.source, batch_key=batch_key, body=body, outcome=outcome)
        ingest.show_refused(
            [(read.sent(index), why) for index, why in first_of(read.refused)],
            source=key.source,
            key_name=key.name,
        )
    return _said(outcome, status=202)


@door(PEOPLE_WRITE)
def identify(request: HttpRequest, key: ApiKey) -> HttpResponse:
    """Users with their traits, put at their customers."""
    body, lines = _body(request, MOST_BYTES)
    read = _read(_people, body, lines=lines)
    limits.charge(key_id=key.pk, cost=max(0, read.total - 1))
    outcome, unplaced = ingest.keep_people(read, source=key.source)
    return _said(outcome, status=200, unplaced=_listed(unplaced))


@door(EVENTS_WRITE)
def segment(request: HttpRequest, key: ApiKey, kind: str) -> HttpResponse:
    """What Segment's and RudderStack's sources send; answered as Segment does, when on disk."""
    _refuse_when_behind()
    body, _lines = _body(request, segments.MOST_BYTES, plain=True)
    if kind in ("identify", "group") and not key.may(PEOPLE_WRITE):
        raise Refused(403, f"The key “{key.name}” lacks the scope {PEOPLE_WRITE}.")
    parts = _parts(body, kind)
    limits.charge(key_id=key.pk, cost=max(0, len(parts) - 1))
    refused: dict[int, str] = {}
    path = "$.batch[{}]" if kind == "batch" else "$"
    messages = _messages(parts, kind, path, refused)
    with transaction.atomic():
        unplaced = _keep_messages(messages, key, path, refused, has_nul=b"\\u0000" in body)
    ingest.show_refused(
        [(bytes(parts[index]), why) for index, why in first_of(refused)],
        source=key.source,
        key_name=key.name,
        door=SEGMENT,
    )
    if parts and len(refused) == len(parts):
        raise Refused(422, next(iter(refused.values())), extra={"refused": _listed(refused)})
    said = {"refused": _listed(refused), "unplaced": _listed(unplaced)}
    return JsonResponse({"success": True} | {name: why for name, why in said.items() if why})


def first_of(refused: dict[int, str]) -> list[tuple[int, str]]:
    """Those that people are shown; the sender is told all."""
    return list(islice(sorted(refused.items()), MOST_SHOWN))


def _listed(reasons: dict[int, str]) -> list[dict[str, Any]]:
    return [{"index": index, "reason": why} for index, why in sorted(reasons.items())]


def _parts(body: bytes, kind: str) -> Sequence[bytes | msgspec.Raw]:
    if kind != "batch":
        return [body]
    if body.count(b",") > MOST_AT_ONCE:
        raise Refused(413, "The batch has too many parts: send smaller batches.")
    try:
        parts = _batch.decode(body).batch
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Refused(422, reason(error, "$")) from error
    if len(parts) > MOST_EVENTS:
        raise Refused(413, too_many())
    return parts


def _messages(
    parts: Sequence[bytes | msgspec.Raw], kind: str, path: str, refused: dict[int, str]
) -> dict[int, segments.Message]:
    """The messages by their place; those that are none are refused."""
    found: dict[int, segments.Message] = {}
    for index, part in enumerate(parts):
        try:
            message = _message.decode(part)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            refused[index] = reason(error, path.format(index))
            continue
        message.type = message.type if kind == "batch" else kind
        if message.type in segments.KINDS:
            found[index] = message
        else:
            said = repr(message.type)[:40]
            refused[index] = (
                f"{path.format(index)}.type: {said} is not kept; track, identify and group are"
            )
    return found


def _keep_messages(
    messages: dict[int, segments.Message],
    key: ApiKey,
    path: str,
    refused: dict[int, str],
    *,
    has_nul: bool,
) -> dict[int, str]:
    """Customers first, then people, then events, so that one batch may bring all three."""
    unplaced: dict[int, str] = {}
    people, events = Read[Identity](path=path), Read[Event](path=path)
    companies: dict[str, dict[str, Any]] = {}
    for index, message in messages.items():
        try:
            if message.type == "track":
                events.items.append((index, segments.event_of(message)))
                continue
            if not key.may(PEOPLE_WRITE):
                people.refuse(index, "", f"the key lacks the scope {PEOPLE_WRITE}")
                continue
            if message.type == "group":
                companies.setdefault(segments.group_of(message), segments.company_of(message))
            if message.type == "identify" or message.user_id:
                people.items.append((index, segments.identity_of(message)))
        except msgspec.ValidationError as error:
            people.refused[index] = reason(error, path.format(index))
    if companies:
        ingest.keep_companies(companies, source=key.source)
    if people.items:
        unplaced = ingest.keep_people(people, source=key.source)[1]
    if events.items:
        ingest.keep_events(events, source=key.source, batch_key="", has_nul=has_nul)
    refused |= people.refused | events.refused
    return unplaced


def _said(outcome: ingest.Outcome, *, status: int, **more: Any) -> HttpResponse:
    said = outcome.said() | more
    if outcome.refused and not outcome.accepted and not outcome.duplicate:
        raise Refused(422, "Nothing of this could be kept: see the reasons.", extra=said)
    return JsonResponse(said, status=status)


def _read(reader: Reader[Any], body: bytes, *, lines: bool, key: ApiKey | None = None) -> Read[Any]:
    """The items; a body that is none at all is shown under the key, where one is given."""
    try:
        return reader.read(body, lines=lines)
    except Unusable as unusable:
        if key and body.strip():
            shown = [(body[: LONGEST_RAW + 1], unusable.detail)]
            ingest.show_refused(shown, source=key.source, key_name=key.name)
        raise Refused(unusable.status, unusable.detail) from unusable


def _body(request: HttpRequest, most: int, *, plain: bool = False) -> tuple[bytes, bool]:
    """The unpacked body, and whether it is lines."""
    kind = (request.content_type or "").lower()
    known = (*LINES, "application/json", "", *(("text/plain",) if plain else ()))
    if kind not in known:
        raise Refused(
            415,
            f"Content-Type {kind!r} is not read here: send application/json, or "
            "application/x-ndjson for lines.",
        )
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Refused(415, f"Content-Encoding {encoding!r} is not read here: send gzip or none.")
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():
        raise Refused(411, "Say in Content-Length how long the body is.")
    if int(length) > most:
        raise Refused(413, too_large(most))
    try:
        body = unpacked(request.read(most + 1), encoding, most)
        return body, kind in LINES or (not kind and looks_like_lines(body))
    except Unusable as unusable:
        raise Refused(unusable.status, unusable.detail) from unusable
    except OSError as error:
        raise Refused(422, "The body ended early: send it again.") from error


def _refuse_when_behind() -> None:
    if refused := ingest.behind(ingest.backlog()):
        raise refused
