from __future__ import annotations

from django.urls import reverse

from banso.measure.health.notes import Note
from banso.prove.prediction import alternative_words as words
from banso.prove.prediction.reads import latest_check


def note() -> Note | None:
    """What the newest check says, beside the score itself."""
    check = latest_check()
    return Note(words.note(check), reverse("prediction:score_check")) if check else None
