from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.models import Asked, Leaf, Survey
from banso.measure.experience.answers import version
from banso.measure.experience.reads import waves
from banso.measure.experience.segments import segment_fields
from banso.prove.contrasts.reads import labels_of
from banso.prove.contrasts.rules import NAMED, Side
from banso.prove.contrasts.wording import language
from banso.shared import clock

MOST_VALUES = 30
NAMES = {
    "trouble_kind": _("Kind of trouble"),
    "channel": _("Channel"),
    "why_not": _("Why they did not consult"),
}


class PairForm(forms.Form):
    """Two groups to compare; everything is fixed once it is registered."""

    survey = forms.ModelChoiceField(Survey.objects.none(), label=_("Survey"))
    name = forms.CharField(label=_("Name of the pair"), max_length=120)
    one_leaves = forms.MultipleChoiceField(
        label=_("First group: experience"), choices=Leaf.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    one_only = forms.ChoiceField(label=_("First group: only"), required=False)
    other_leaves = forms.MultipleChoiceField(
        label=_("Second group: experience"), choices=Leaf.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    other_only = forms.ChoiceField(label=_("Second group: only"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        asked = Survey.objects.filter(asked=Asked.CUSTOMERS, archived_at=None)
        self.fields["survey"].queryset = asked.order_by("name")  # type: ignore[attr-defined]
        choices = conditions()
        for name in ("one_only", "other_only"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def side(self, name: str) -> Side:
        given = self.cleaned_data
        field, _bar, value = given[f"{name}_only"].partition("|")
        told = {"leaves": given[f"{name}_leaves"], "field": field, "value": value}
        return Side.of(told)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        wanted = ("one_leaves", "other_leaves", "one_only", "other_only")
        known = all(name in given for name in wanted)
        if known and self.side("one").may_overlap(self.side("other")):
            self.add_error(
                "other_leaves",
                _("Somebody could belong to both groups. Choose other experiences, or two "
                  "different values of the same field."),
            )  # fmt: skip
        return given


def conditions() -> list[Any]:
    """By what a group can be narrowed down: fields of customers, and what answers name."""
    newest = next(iter(waves()), None)
    groups: list[Any] = [("", _("everybody"))]
    if newest is not None:
        for meaning in NAMED:
            named = labels_of(newest, meaning, language())
            if named:
                rows = [(f"{meaning}|{value}", label or value) for value, label in named.items()]
                groups.append((str(NAMES[meaning]), rows))
    asof = version(newest)
    for key, field in segment_fields(newest.opens_on if newest else clock.today()).items():
        found = sorted(set(field.groups(asof).names.tolist()) - {""})
        if 1 < len(found) <= MOST_VALUES:
            groups.append((str(field.label), [(f"{key}|{v}", field.name(v)) for v in found]))
    return groups
