"""What is wrong with what was sent, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SAID: Mapping[str, str | Promise] = {
    "missing": _("is missing"),
    "extra_forbidden": _("is not known here"),
    "string_type": _("is no text"),
    "string_unicode": _("is no valid Unicode text"),
    "string_too_long": _("is longer than %(max_length)s characters"),
    "string_too_short": _("is shorter than %(min_length)s characters"),
    "string_pattern_mismatch": _("has a character or form that is not allowed"),
    "int_type": _("is no whole number"),
    "int_parsing": _("is no whole number"),
    "int_parsing_size": _("is too large a number"),
    "int_from_float": _("is no whole number"),
    "float_type": _("is no number"),
    "float_parsing": _("is no number"),
    "finite_number": _("is no finite number"),
    "decimal_type": _("is no decimal number"),
    "decimal_parsing": _("is no decimal number"),
    "decimal_max_digits": _("has too many digits"),
    "bool_type": _("is neither true nor false"),
    "bool_parsing": _("is neither true nor false"),
    "greater_than_equal": _("is below %(ge)s"),
    "less_than_equal": _("is above %(le)s"),
    "enum": _("is none of %(expected)s"),
    "literal_error": _("is none of %(expected)s"),
    "date_type": _("is no date: write 2026-04-01"),
    "date_parsing": _("is no date: write 2026-04-01"),
    "date_from_datetime_parsing": _("is no date: write 2026-04-01"),
    "date_from_datetime_inexact": _("is no date: write 2026-04-01"),
    "datetime_type": _("is no moment: write 2026-04-01T09:00:00+09:00"),
    "datetime_parsing": _("is no moment: write 2026-04-01T09:00:00+09:00"),
    "datetime_from_date_parsing": _("is no moment: write 2026-04-01T09:00:00+09:00"),
    "timezone_aware": _("has no time zone: write 2026-04-01T09:00:00+09:00"),
    "list_type": _("is no list"),
    "dict_type": _("is no object"),
    "model_type": _("is no object"),
    "model_attributes_type": _("is no object"),
    "too_long": _("has more than %(max_length)s items"),
    "too_short": _("has fewer than %(min_length)s items"),
}
MOST = 20


def said(fault: Mapping[str, Any]) -> str:
    """One fault that pydantic found, in words; its own where we have none."""
    words = SAID.get(str(fault["type"]))
    try:
        return str(fault["msg"]) if words is None else str(words) % fault.get("ctx", {})
    except KeyError:
        return str(fault["msg"])


def field_of(place: Sequence[Any]) -> str:
    """Where it stands: ``items[3].name``."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text[:200]


def listed(faults: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Faults of a request as they stand in a problem; ninja puts the source before the place."""
    return [
        {"in": str(f["loc"][0]), "field": field_of(_inside(f["loc"][1:])), "message": said(f)}
        for f in faults[:MOST]
    ]


def _inside(place: Sequence[Any]) -> Sequence[Any]:
    """Without the name of the function's argument, which the sender does not know."""
    return place[1:] if len(place) > 1 and place[0] in ("asked", "given") else place
