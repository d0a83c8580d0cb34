"""What a template says of answers."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.meanings import (
    ABOVE,
    BELOW,
    NO_TROUBLE,
    NOT_CONSULTED,
    WAITING,
)

register = template.Library()
COLOURS = {
    NO_TROUBLE: "bg-green-lt",
    ABOVE: "bg-teal-lt",
    BELOW: "bg-red-lt",
    WAITING: "bg-orange-lt",
    NOT_CONSULTED: "bg-yellow-lt",
}
NAMES = {
    "satisfaction": _("Satisfaction (1–5)"),
    "intent": _("Intent to continue (1–5)"),
    "recommend": _("Recommendation (0–10, NPS)"),
    "miss": _("Would miss it (1–3)"),
    "csat": _("Satisfaction with one contact (1–5, CSAT)"),
    "effort": _("Ease (1–7, CES)"),
}


@register.filter
def leaf_colour(leaf: str) -> str:
    """The classes of the badge that shows where in the tree an answer stands."""
    return COLOURS.get(leaf, "bg-secondary-lt")


@register.filter
def meaning_name(key: str) -> str:
    return str(NAMES.get(key, key))
