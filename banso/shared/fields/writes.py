from __future__ import annotations

from django.db import transaction

from banso.shared.fields.models import FieldDefinition, KnownWhen
from banso.shared.journal.writes import record
from banso.shared.users.models import User


@transaction.atomic
def define_field(
    *,
    by: User | None,
    holder: str,
    key: str,
    kind: str,
    label_en: str = "",
    label_ja: str = "",
    choices: list[str] | None = None,
    known_when: str = KnownWhen.CHANGES,
) -> FieldDefinition:
    """Add a field, or return the one that is there; a choice field gains the new choices."""
    field, created = FieldDefinition.objects.get_or_create(
        holder=holder,
        key=key,
        defaults={
            "kind": kind,
            "label_en": label_en or label_ja or key,
            "label_ja": label_ja or label_en or key,
            "choices": choices or [],
            "known_when": known_when,
            "position": FieldDefinition.objects.filter(holder=holder).count(),
        },
    )
    more = [c for c in choices or [] if c not in field.choices]
    if not created and more:
        field.choices = [*field.choices, *more]
        field.save(update_fields=["choices"])
    if created or more:
        record("field.defined", by=by, holder=holder, key=key, field_kind=field.kind)
    return field


@transaction.atomic
def change_field(
    *,
    by: User | None,
    field: FieldDefinition,
    label_en: str,
    label_ja: str,
    known_when: str,
    choices: list[str] | None = None,
) -> FieldDefinition:
    """Change how a field is called, what it offers, when it is known; values stay."""
    field = FieldDefinition.objects.select_for_update().get(pk=field.pk)
    field.label_en, field.label_ja, field.known_when = label_en, label_ja, known_when
    if choices is not None:
        field.choices = choices
    field.full_clean()
    field.save(update_fields=["label_en", "label_ja", "known_when", "choices"])
    record("field.changed", by=by, holder=field.holder, key=field.key)
    return field
