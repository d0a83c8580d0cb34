from __future__ import annotations

from banso.know.notes.models import Mood

ICONS: dict[int, str] = {
    Mood.ANGRY: "mood-angry",
    Mood.WORRIED: "mood-sad",
    Mood.CALM: "mood-neutral",
    Mood.PLEASED: "mood-smile",
    Mood.DELIGHTED: "mood-happy",
}
