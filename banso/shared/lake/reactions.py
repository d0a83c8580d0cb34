from __future__ import annotations

from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue
from banso.shared.lake.reads import unknown_rows, waiting_rows


@on("import.finished")
@on("accounts.upserted")
def look_for_owners_of_events(entry: Entry) -> None:
    """Accounts that came may be the ones that events have waited for."""
    if unknown_rows() or waiting_rows():
        enqueue("lake.claim", key="lake.claim")
