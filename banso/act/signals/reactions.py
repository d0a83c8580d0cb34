from __future__ import annotations

from banso.act.signals.writes import FOLLOWER
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


@on("health.refreshed")
def look_at_all(entry: Entry) -> None:
    enqueue(FOLLOWER, key=FOLLOWER)
