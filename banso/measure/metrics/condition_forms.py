"""One row of a filter: a property, how it is compared, and with what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from unicodedata import normalize

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.events.models import EventName
from banso.listen.events.reads import hidden_properties
from banso.measure.metrics.bases import LARGEST, NUMBER_OPS

MOST_CONDITIONS = 3
MOST_EXAMPLES = 30
MOST_TEXTS = 20
LONGEST = 200
ROW = ("prop", "op", "value")
OPERATORS = (
    ("is", gettext_lazy("is")),
    ("is_not", gettext_lazy("is not")),
    ("one_of", gettext_lazy("is one of")),
    ("at_least", gettext_lazy("is at least")),
    ("at_most", gettext_lazy("is at most")),
    ("exists", gettext_lazy("has a value")),
)


@dataclass
class FoundProperty:
    """A property that came with events: whether it is a number, and examples of it."""

    is_number: bool = False
    examples: dict[str, None] = field(default_factory=dict)


def found_properties(
    events: Iterable[EventName], kept: Iterable[Mapping[str, Any]] = ()
) -> dict[str, FoundProperty]:
    """What may be filtered by, without what is hidden; and what a definition filters by already."""
    found: dict[str, FoundProperty] = {}
    for event in events:
        for told in event.shown_properties:
            prop = found.setdefault(told["key"], FoundProperty())
            prop.is_number = prop.is_number or bool(told["numeric"])
            if told.get("example") and len(prop.examples) < MOST_EXAMPLES:
                prop.examples[str(told["example"])] = None
    for row in kept:
        if row["prop"]:
            found.setdefault(row["prop"], FoundProperty(row["op"] in NUMBER_OPS))
    for hidden in hidden_properties():
        found.pop(hidden, None)
    return dict(sorted(found.items()))


class ConditionForm(forms.Form):
    """A row without a property is no condition."""

    prop = forms.ChoiceField(label=gettext_lazy("Property"), required=False)
    op = forms.ChoiceField(label=gettext_lazy("Comparison"), choices=OPERATORS, required=False)
    value = forms.CharField(
        label=gettext_lazy("Value to compare with"), required=False, max_length=LONGEST
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        prefix: str,
        props: Mapping[str, FoundProperty],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        kept = initial if initial and initial.get("prop") in props else {}
        shown = {key: _as_text(value) for key, value in kept.items()}
        super().__init__(data, prefix=prefix, initial=shown)
        choices = [("", _("Choose a property …")), *((key, key) for key in props)]
        self.fields["prop"] = forms.ChoiceField(
            label=gettext_lazy("Property"), choices=choices, required=False
        )
        chosen = self["prop"].value() or ""
        if not self.is_bound and not chosen:
            self.fields["prop"].widget.attrs["autofocus"] = True
        self.found = props.get(chosen, FoundProperty(is_number=True))
        if chosen in props and not self.found.is_number:
            texts = [(key, label) for key, label in OPERATORS if key not in NUMBER_OPS]
            self.fields["op"] = forms.ChoiceField(
                label=gettext_lazy("Comparison"), choices=texts, required=False
            )
        self.needs_value = self["op"].value() != "exists"
        self.list_id = f"{prefix}-examples"
        self.fields["value"].widget.attrs |= {"list": self.list_id, "autocomplete": "off"}
        if self["op"].value() == "one_of":
            self.fields["value"].widget.attrs["placeholder"] = _("several, with commas between")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("prop") or self.errors:
            return cleaned
        cleaned["op"] = op = cleaned.get("op") or "is"
        value = cleaned.get("value", "").strip()
        if op == "exists":
            return cleaned | {"told": None}
        if not value:
            self.add_error("value", _("Say what it is compared with."))
        elif op in NUMBER_OPS:
            cleaned["told"] = self._number(value)
        else:
            cleaned["told"] = self._texts(value) if op == "one_of" else value
        return cleaned

    def _number(self, text: str) -> float | int | None:
        try:
            number = float(normalize("NFKC", text).replace(",", ""))
        except ValueError:
            number = float("nan")
        if not isfinite(number) or abs(number) > LARGEST:
            self.add_error("value", _("Give a number, such as 10 or 2.5."))
            return None
        return int(number) if number == int(number) else round(number, 6)

    def _texts(self, text: str) -> list[str]:
        texts = list(dict.fromkeys(part.strip() for part in re.split("[,、，]", text)))
        found = [part for part in texts if part]
        if not found or len(found) > MOST_TEXTS:
            self.add_error("value", _("Give up to 20 values, with commas between."))
        return found

    @property
    def kept(self) -> dict[str, Any]:
        """How a definition keeps it; nothing for a row without a property."""
        if not self.cleaned_data.get("prop"):
            return {}
        made = {"prop": self.cleaned_data["prop"], "op": self.cleaned_data["op"]}
        told = self.cleaned_data["told"]
        return made if told is None else made | {"value": told}


def _as_text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
