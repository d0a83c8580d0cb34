from __future__ import annotations

from banso.prove.studies.writes import ask_for_run
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on


@on("metrics.refreshed")
def metrics_refreshed(entry: Entry) -> None:
    ask_for_run(by=None)
