from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from banso.listen.events.models import EventName, RefusedEvent, Source, UnknownAccount

SEEN = {
    "first_seen": datetime(2025, 1, 6, tzinfo=UTC),
    "last_seen": datetime(2025, 3, 5, tzinfo=UTC),
}


def an_event_name(name: str = "login", **fields: Any) -> EventName:
    return EventName.objects.create(**{"name": name, "count": 10} | SEEN | fields)


def a_property(key: str = "pages", **fields: Any) -> dict[str, Any]:
    """An entry of ``EventName.properties``."""
    made = {"key": key, "type": "number", "numeric": True, "example": "3", "seen": 5}
    return made | {"types": {"number": 5}, "personal": False, "hidden": False} | fields


def an_unknown_account(key: str = "X-9", **fields: Any) -> UnknownAccount:
    return UnknownAccount.objects.create(**{"account_key": key, "count": 3} | SEEN | fields)


def a_source(name: str = "product", **fields: Any) -> Source:
    moments = {
        "first_at": datetime(2025, 1, 6, tzinfo=UTC),
        "last_at": datetime(2025, 3, 5, tzinfo=UTC),
    }
    return Source.objects.create(**{"name": name, "accepted": 10} | moments | fields)


def a_refused_event(raw: str = '{"name": "login"}', **fields: Any) -> RefusedEvent:
    source = fields.pop("source", None) or Source.objects.filter(name="product").first()
    made = {
        "source": source or a_source(refused=1),
        "door": "events",
        "received_at": datetime(2025, 3, 5, tzinfo=UTC),
        "raw": raw,
        "code": "no_account",
        "reason": "$: names neither account nor user: add the id of the customer",
    }
    return RefusedEvent.objects.create(**made | fields)
