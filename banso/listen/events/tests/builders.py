from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from banso.listen.events.models import EventName


def an_event_name(name: str = "login", **fields: Any) -> EventName:
    seen = {
        "first_seen": datetime(2025, 1, 6, tzinfo=UTC),
        "last_seen": datetime(2025, 3, 5, tzinfo=UTC),
    }
    return EventName.objects.create(**{"name": name, "count": 10} | seen | fields)
