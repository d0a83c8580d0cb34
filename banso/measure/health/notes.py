"""Whether the score was held against renewals: a slot that a later stage fills with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from banso.shared.slots import Slot


@dataclass(frozen=True)
class Note:
    """What is known of the score, and the page that says more."""

    sentence: str
    address: str


score_notes: Slot[Callable[[], Note | None]] = Slot("score notes")


def notes_told() -> list[Note]:
    """What the stages that look at the score have to say of it now."""
    return [note for tell in score_notes.values() if (note := tell()) is not None]
