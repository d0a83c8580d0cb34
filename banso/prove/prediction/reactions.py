from __future__ import annotations

from banso.prove.prediction.reads import alternatives
from banso.prove.prediction.writes import ask_for_check, ask_for_comparison
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on


@on("evidence.finished")
def evidence_finished(entry: Entry) -> None:
    ask_for_check(by=None)


@on("health_model.saved")
def weights_changed(entry: Entry) -> None:
    ask_for_check(by=None)


@on("evidence.finished")
def data_came(entry: Entry) -> None:
    compare_all()


@on("health_model.saved")
def another_is_in_force(entry: Entry) -> None:
    compare_all()


def compare_all() -> None:
    """Every alternative that is still on the list, beside what is in force now."""
    for alternative in alternatives():
        ask_for_comparison(alternative=alternative)
