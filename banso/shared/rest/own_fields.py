"""The organisation's own fields, checked against their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _

from banso.shared.fields.models import FieldDefinition, Kind
from banso.shared.rest.batches import Wrong


def checked(custom: Mapping[str, Any], fields: Mapping[str, FieldDefinition]) -> dict[str, Any]:
    """The values as they are kept; ``Wrong`` names the first that does not fit its field."""
    return {key: _checked(key, value, fields.get(key)) for key, value in custom.items()}


def _checked(key: str, value: Any, field: FieldDefinition | None) -> Any:
    place = f"custom.{key}"
    if field is None:
        raise Wrong(place, _("is no field of yours: define it under Settings > Fields"))
    if value is None:
        return None
    if field.kind == Kind.NUMBER:
        if isinstance(value, str) or not isfinite(value):
            raise Wrong(place, _("is no number"))
        return int(value) if float(value).is_integer() else value
    if not isinstance(value, str) or "\x00" in value:
        raise Wrong(place, _("is no text"))
    if field.kind == Kind.DATE:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise Wrong(place, _("is no date: write 2026-04-01")) from None
    if field.kind == Kind.CHOICE and value not in field.choices:
        known = ", ".join(field.choices[:20])
        raise Wrong(place, _("is none of %(expected)s") % {"expected": known})
    return value
