from __future__ import annotations

from banso.prove.prediction.writes import ask_for_check
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on


@on("evidence.finished")
def evidence_finished(entry: Entry) -> None:
    ask_for_check(by=None)


@on("health_model.saved")
def weights_changed(entry: Entry) -> None:
    ask_for_check(by=None)
