"""What OpenAPI says of the operations in ``api.py``: ninja does not see them, programs do."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext_noop as _

from banso.listen.events.segment import Message
from banso.listen.events.wire import LINES, MOST_EVENTS, Event, Identity
from banso.shared.keys.problems import MEDIA_TYPE
from banso.shared.keys.rules import EVENTS_WRITE, PEOPLE_WRITE

Json = dict[str, Any]
REF = "#/components/schemas/{name}"
PROBLEM = {"$ref": REF.format(name="Problem")}
EVENT = {
    "name": "report_shared",
    "account": "C-1042",
    "user": "u-77",
    "event_id": "5f1c0e0a-1",
    "time": "2026-04-01T09:00:00+09:00",
    "properties": {"pages": 12},
}
IDENTITY = {"user": "u-77", "account": "C-1042", "traits": {"name": "山田 花子", "role": "editor"}}
TRACK = {
    "userId": "u-77",
    "event": "Report Shared",
    "messageId": "5f1c0e0a-1",
    "context": {"groupId": "C-1042"},
}
KINDS: dict[str, tuple[str, Json]] = {
    "track": (_("Segment: an event"), TRACK),
    "identify": (
        _("Segment: a user"),
        {"userId": "u-77", "traits": {"email": "hanako@example.jp"}},
    ),
    "group": (
        _("Segment: a user's customer"),
        {"userId": "u-77", "groupId": "C-1042", "traits": {"name": "青葉製作所"}},
    ),
    "batch": (_("Segment: several calls"), {"batch": [{"type": "track", **TRACK}]}),
}


def described() -> tuple[Json, Json]:
    """Paths, and the schemas they name, made from the types that read the bodies."""
    _roots, schemas = msgspec.json.schema_components((Event, Identity, Message), ref_template=REF)
    schemas |= {
        "EventsKept": _kept(),
        "PeopleKept": _kept(unplaced=_places()),
        "SegmentKept": {
            "type": "object",
            "required": ["success"],
            "properties": {
                "success": {"const": True},
                "refused": _places(),
                "unplaced": _places(),
            },
        },
        "SegmentBatch": {
            "type": "object",
            "required": ["batch"],
            "properties": {
                "batch": {
                    "type": "array",
                    "maxItems": MOST_EVENTS,
                    "items": {"$ref": REF.format(name="Message")},
                }
            },
        },
    }
    paths: Json = {
        "/api/v1/events": {"post": _events()},
        "/api/v1/identify": {"post": _identify()},
    }
    for kind, (summary, example) in KINDS.items():
        paths[f"/v1/{kind}"] = {"post": _segment(kind, summary, example)}
    return paths, schemas


def _places() -> Json:
    item = {
        "type": "object",
        "required": ["index", "reason"],
        "properties": {"index": {"type": "integer"}, "reason": {"type": "string"}},
    }
    return {"type": "array", "items": item}


def _kept(**more: Json) -> Json:
    properties = {
        "accepted": {"type": "integer", "description": _("On disk now.")},
        "duplicate": {"type": "integer", "description": _("Known already; kept once.")},
        "refused": _places(),
        **more,
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _one_or_many(name: str, example: Json) -> Json:
    """One, an array, or lines of them."""
    one = {"$ref": REF.format(name=name)}
    many = {"type": "array", "minItems": 1, "maxItems": MOST_EVENTS, "items": one}
    lines = {kind: {"schema": {"type": "string"}} for kind in LINES}
    whole = {"schema": {"oneOf": [one, many]}, "example": example}
    return {"required": True, "content": {"application/json": whole, **lines}}


def _answers(status: str, said: str, name: str) -> Json:
    schema = {"$ref": REF.format(name=name)}
    problem = {"content": {MEDIA_TYPE: {"schema": PROBLEM}}}
    return {
        status: {"description": said, "content": {"application/json": {"schema": schema}}},
        "411": {"description": _("Content-Length is missing."), **problem},
    }


def _events() -> Json:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": _("The same key with the same body counts once."),
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,100}$"},
    }
    return {
        "operationId": "send_events",
        "tags": ["events"],
        "summary": _("Send usage events"),
        "description": _(
            "One event, an array or JSON lines, gzip too. 202 means that they are on disk. A batch "
            "has up to 5,000 events or 32 MB; each event may be up to 256 kB."
        ),
        "x-scope": EVENTS_WRITE,
        "parameters": [key],
        "requestBody": _one_or_many("Event", EVENT),
        "responses": _answers("202", _("Durably kept."), "EventsKept"),
    }


def _identify() -> Json:
    return {
        "operationId": "identify",
        "tags": ["events"],
        "summary": _("Say who a user is and where they stand"),
        "x-scope": PEOPLE_WRITE,
        "requestBody": _one_or_many("Identity", IDENTITY),
        "responses": _answers("200", _("Kept."), "PeopleKept"),
    }


def _segment(kind: str, summary: str, example: Json) -> Json:
    name = "SegmentBatch" if kind == "batch" else "Message"
    content = {"schema": {"$ref": REF.format(name=name)}, "example": example}
    return {
        "operationId": f"segment_{kind}",
        "tags": ["events"],
        "summary": summary,
        "description": _(
            "For sources of Segment and RudderStack: point them here with the key as write key. "
            "identify and group need people:write too."
        ),
        "x-scope": EVENTS_WRITE,
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": _answers("200", _("Durably kept."), "SegmentKept"),
    }
