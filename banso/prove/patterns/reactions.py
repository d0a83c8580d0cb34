"""Whatever may move the evidence of a pattern has all of them weighed."""

from __future__ import annotations

from banso.prove.patterns.writes import ask_to_weigh
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on


@on("evidence.finished")
def evidence_came(entry: Entry) -> None:
    ask_to_weigh()


@on("hypothesis.checked")
def hypothesis_moved(entry: Entry) -> None:
    if entry.payload.get("level_before") != entry.payload.get("level_after"):
        ask_to_weigh()


@on("hypothesis.retired")
def hypothesis_left(entry: Entry) -> None:
    ask_to_weigh()


@on("effect.found")
def effect_found(entry: Entry) -> None:
    ask_to_weigh()


@on("effect.removed")
def effect_removed(entry: Entry) -> None:
    ask_to_weigh()
