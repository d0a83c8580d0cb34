from __future__ import annotations

from banso.measure.health.writes.scoring import FOLLOWER
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


@on("metrics.refreshed")
def score_again(entry: Entry) -> None:
    enqueue(FOLLOWER, key=FOLLOWER)
