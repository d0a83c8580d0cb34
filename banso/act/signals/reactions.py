from __future__ import annotations

from banso.act.signals.writes import ANSWERS, FOLLOWER
from banso.listen.surveys.writes import ANSWERED
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue, note_changes


@on("health.refreshed")
def look_at_all(entry: Entry) -> None:
    enqueue(FOLLOWER, key=FOLLOWER)


@on(ANSWERED)
def look_at_who_answered(entry: Entry) -> None:
    """At that customer alone and at once; an anonymous answer is of no customer."""
    if entry.account_id is not None:
        note_changes(ANSWERS, account_ids=[entry.account_id])
