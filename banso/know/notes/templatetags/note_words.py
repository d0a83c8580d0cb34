from __future__ import annotations

from django import template

from banso.know.notes.moods import ICONS

register = template.Library()


@register.filter
def mood_icon(mood: int | None) -> str:
    """The icon of a mood; a note without one has a speech bubble."""
    return ICONS.get(mood, "message") if mood is not None else "message"
