from __future__ import annotations

from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


@on("import.finished")
@on("accounts.upserted")
@on("events.arrived")
@on("events.claimed")
@on("event.named")
@on("organisation.saved")
def measure_again(entry: Entry) -> None:
    """Events, sign-up dates, contracts or core actions may be new."""
    enqueue("metrics.refresh", key="metrics.refresh")
