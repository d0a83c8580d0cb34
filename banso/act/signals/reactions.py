from __future__ import annotations

from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


@on("health.refreshed")
def look_at_all(entry: Entry) -> None:
    enqueue("signals.refresh", key="signals.refresh")


@on("note.added")
@on("account.changed")
def look_at_one(entry: Entry) -> None:
    """A contact or another touch model may end a signal at once, not only tomorrow."""
    if entry.account_id is not None:
        ids = [entry.account_id]
        enqueue("signals.refresh", key=f"signals.refresh:{ids[0]}", account_ids=ids)
