from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.measure.health import rules
from banso.measure.health.words import GROUP_NAMES, Naming

NEW = "new"


def _plain(number: float) -> float | int:
    """Without a tail of zeros: 14 and not 14.0."""
    return int(number) if number == int(number) else round(number, 2)


class WeightsForm(forms.Form):
    """The weights and marks of every measure, and lines to add some; weight 0 takes one out."""

    new_lines: ClassVar[tuple[str, ...]] = (NEW,)

    def __init__(
        self, *args: Any, measures: Sequence[rules.Measure], naming: Naming, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.measures, self.naming = measures, naming
        for m in measures:
            self._add_numbers(m.key, m, required=True)
        taken = {m.key for m in measures}
        others = [(key, naming.title(key)) for key in naming.definitions if key not in taken]
        if rules.CONTACT_DAYS not in taken:
            others.append((rules.CONTACT_DAYS, naming.title(rules.CONTACT_DAYS)))
        for new in self.new_lines:
            self.fields[f"{new}_key"] = forms.ChoiceField(
                label=_("Measure to add"), choices=[("", "–"), *others], required=False
            )
            self.fields[f"{new}_group"] = forms.ChoiceField(
                label=_("Group"), choices=[(g, GROUP_NAMES[g]) for g in rules.GROUPS],
                required=False,
            )  # fmt: skip
            self._add_numbers(new, None, required=False)

    def _add_numbers(self, key: str, m: rules.Measure | None, *, required: bool) -> None:
        scale = self.naming.scale(key)
        self.fields[f"{key}_weight"] = forms.IntegerField(
            label=_("Weight"),
            min_value=0,
            max_value=rules.MOST_WEIGHT,
            required=required,
            initial=m.weight if m else None,
        )
        marks = (
            (_("0 points at"), "zero", m.zero_at if m else None),
            (_("100 points at"), "full", m.full_at if m else None),
        )
        for label, name, mark in marks:
            self.fields[f"{key}_{name}"] = forms.FloatField(
                label=label,
                required=False,
                initial=None if mark is None else _plain(mark * scale),
                widget=forms.NumberInput(attrs={"step": "any"}),
            )

    def rows(self) -> list[dict[str, Any]]:
        """One line per measure for the template, ordered by group."""
        return [
            {
                "key": m.key,
                "name": self.naming.title(m.key),
                "group": GROUP_NAMES[m.group],
                "weight": self[f"{m.key}_weight"],
                "zero": self[f"{m.key}_zero"],
                "full": self[f"{m.key}_full"],
            }
            for m in sorted(self.measures, key=lambda m: rules.GROUPS.index(m.group))
        ]

    def new_rows(self) -> list[dict[str, Any]]:
        """One empty line for each measure that may be added."""
        names = ("key", "group", "weight", "zero", "full")
        return [{name: self[f"{new}_{name}"] for name in names} for new in self.new_lines]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        lines = [self._line(m.key, m.group, m.key, given) for m in self.measures]
        for new in self.new_lines:
            if key := given.get(f"{new}_key"):
                group = given.get(f"{new}_group") or rules.USAGE
                lines.append(self._line(key, group, new, given))
        kept = list({line.key: line for line in lines if line is not None}.values())
        if not self.errors and not kept:
            raise forms.ValidationError(_("At least one measure needs a weight above 0."))
        return given | {"measures": kept}

    def _line(
        self, key: str, group: str, prefix: str, given: dict[str, Any]
    ) -> rules.Measure | None:
        weight = given.get(f"{prefix}_weight")
        if not weight:
            if prefix in self.new_lines and f"{prefix}_weight" not in self.errors:
                self.add_error(f"{prefix}_weight", _("Give the new measure a weight above 0."))
            return None
        zero, full = given.get(f"{prefix}_zero"), given.get(f"{prefix}_full")
        if zero is None and full is None and key != rules.CONTACT_DAYS:
            better = self.naming.definitions[key].better if key in self.naming.definitions else ""
            return rules.Measure(key, group, weight, None, None, better or rules.HIGHER)
        if zero is None or full is None:
            self.add_error(
                f"{prefix}_zero",
                _("Write both marks, or neither to have them proposed from your customers."),
            )
            return None
        if zero == full:
            self.add_error(f"{prefix}_full", _("The two marks must differ."))
            return None
        scale = self.naming.scale(key)
        return rules.between(key, group, weight, zero / scale, full / scale)
