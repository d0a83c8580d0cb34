from __future__ import annotations

from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


@on("metrics.refreshed")
def score_again(entry: Entry) -> None:
    enqueue("health.refresh", key="health.refresh")
