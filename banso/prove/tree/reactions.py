from __future__ import annotations

from banso.prove.tree.writes import ask_for_refresh
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on


@on("evidence.finished")
def evidence_finished(entry: Entry) -> None:
    ask_for_refresh()
