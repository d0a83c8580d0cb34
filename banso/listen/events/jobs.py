from __future__ import annotations

from banso.listen.events import writes
from banso.shared.journal.registry import job


@job("events.count")
def count_events() -> None:
    writes.refresh_names()
