from __future__ import annotations

from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


@on("events.arrived")
@on("events.claimed")
def count_what_arrived(entry: Entry) -> None:
    """Names, roles and unknown accounts may be new."""
    enqueue("events.count", key="events.count")
