from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.shared.fields.models import FieldDefinition, Kind
from banso.shared.fields.reads import fields_of

PREFIX = "own_"


def own_form_fields(
    fields: Sequence[FieldDefinition], values: Mapping[str, Any]
) -> dict[str, forms.Field]:
    """A form field for each own field, filled with the record's present values."""
    return {f"{PREFIX}{field.key}": _form_field(field, values.get(field.key)) for field in fields}


def _form_field(field: FieldDefinition, value: Any) -> forms.Field:
    if field.kind == Kind.NUMBER:
        return forms.FloatField(label=field.label, required=False, initial=value)
    if field.kind == Kind.DATE:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=field.label, required=False, initial=value, widget=widget)
    if field.kind == Kind.CHOICE:
        choices = field.choice_pairs()
        if value and value not in field.choices:
            choices.append((value, value))
        return forms.ChoiceField(
            label=field.label,
            required=False,
            initial=value,
            choices=[("", "—"), *choices],
        )
    return forms.CharField(label=field.label, required=False, initial=value, max_length=1000)


def own_values(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What such form fields were given, as it stands in ``custom``; None for empty."""
    return {
        name.removeprefix(PREFIX): _stored(value)
        for name, value in cleaned.items()
        if name.startswith(PREFIX)
    }


def _stored(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if value == "" else value


class FieldForm(forms.ModelForm[FieldDefinition]):
    """A field of the organisation's own; key, holder and kind are settled when it is added."""

    choices_text = forms.CharField(
        label=gettext_lazy("Choices, one per line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Needed for the kind “Choice” only."),
    )

    class Meta:
        model = FieldDefinition
        fields = ("holder", "label_ja", "label_en", "key", "kind", "choices_text", "known_when")
        help_texts = {
            "key": gettext_lazy(
                "The name in files and addresses, such as contract_type. "
                "It cannot be changed later."
            ),
            "known_when": gettext_lazy(
                "Evidence compares what was known before a renewal with how it ended. "
                "A value that was written down afterwards, such as a reason for leaving, "
                "would explain the past perfectly and foretell nothing."
            ),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields(self.Meta.fields)
        if self.instance.pk:
            self.fields["choices_text"].initial = "\n".join(self.instance.choices)
            for name in ("holder", "key", "kind"):
                del self.fields[name]
            if self.instance.kind != Kind.CHOICE:
                del self.fields["choices_text"]

    def clean_choices_text(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["choices_text"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind", self.instance.kind)
        if kind == Kind.CHOICE and not cleaned.get("choices_text"):
            self.add_error("choices_text", _("Write at least one choice."))
        if "key" in cleaned and cleaned["key"] in {
            f.key for f in fields_of(cleaned.get("holder", ""))
        }:
            self.add_error("key", _("There is a field with this key already."))
        return cleaned
