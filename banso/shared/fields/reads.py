from __future__ import annotations

from banso.shared.fields.models import FieldDefinition


def fields_of(holder: str) -> list[FieldDefinition]:
    """The organisation's own fields on accounts, people or subscriptions, in their order."""
    return list(FieldDefinition.objects.filter(holder=holder))
