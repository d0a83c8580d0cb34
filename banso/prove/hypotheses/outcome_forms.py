from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.measure.metrics.models import MetricDefinition, Unit
from banso.prove.hypotheses.models import Aim, Compare, Origin
from banso.prove.hypotheses.reads import answer_fields, day_fields, meaning_of
from banso.shared.fields.models import FieldDefinition, Kind

PERCENT = (Unit.SHARE, Unit.CHANGE)


class _Outcome(forms.Form):
    """What every own outcome says."""

    name = forms.CharField(label=_("Name"), max_length=80)
    aim = forms.ChoiceField(label=_("What it is about"), choices=Aim.choices)

    @property
    def registered(self) -> dict[str, Any]:
        """The arguments of `register_outcome` that both kinds have."""
        return {name: self.cleaned_data[name] for name in ("name", "aim")}


class FromFieldForm(_Outcome):
    """An answer and its day, from fields of the customers."""

    field = forms.ChoiceField(label=_("Field with the answer"))
    dated = forms.ChoiceField(label=_("Field with the day of the answer"))
    counts = forms.CharField(
        label=_("Counts as reached"), max_length=200,
        help_text=_("Of a number this or more, such as 8 of 0–10; else this very answer."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["field"].choices = [  # type: ignore[attr-defined]
            (field.key, _told(field)) for field in answer_fields()
        ]
        self.fields["dated"].choices = [  # type: ignore[attr-defined]
            (field.key, field.label) for field in day_fields()
        ]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        field = next((f for f in answer_fields() if f.key == given.get("field")), None)
        counts = given.get("counts", "")
        if field is None or not counts:
            return given
        words = {label.casefold(): value for value, label in field.choice_pairs()}
        if field.kind == Kind.NUMBER:
            try:
                float(counts)
            except ValueError:
                self.add_error("counts", _("This field has numbers: say from which one on."))
        elif field.choices:
            given["counts"] = words.get(counts.casefold(), counts)
            if given["counts"] not in field.choices:
                self.add_error("counts", _("This field does not have this answer."))
        return given

    @property
    def registered(self) -> dict[str, Any]:
        given = self.cleaned_data
        params = {name: given[name] for name in ("field", "dated")}
        return super().registered | {
            "origin": Origin.FIELD, "params": params, "counts": given["counts"],
        }  # fmt: skip


def _told(field: FieldDefinition) -> str:
    pairs = [label for _value, label in field.choice_pairs()]
    return f"{field.label} ({' / '.join(pairs)})" if pairs else field.label


class FromMetricForm(_Outcome):
    """A metric that is above or below a value at the end of a quarter."""

    metric = forms.ModelChoiceField(MetricDefinition.objects.none(), label=_("Metric"))
    compare = forms.ChoiceField(label=_("How it is meant"), choices=Compare.choices[1:])
    threshold = forms.FloatField(
        label=_("Threshold"), help_text=_("In the unit of the metric, percent where it is one."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["metric"].queryset = MetricDefinition.objects.all()  # type: ignore[attr-defined]
        self.fields["compare"].initial = Compare.AT_LEAST

    @property
    def registered(self) -> dict[str, Any]:
        given = self.cleaned_data
        metric: MetricDefinition = given["metric"]
        shape, params = meaning_of(metric)
        threshold = given["threshold"] / 100 if metric.unit in PERCENT else given["threshold"]
        return super().registered | {
            "origin": Origin.METRIC, "compare": given["compare"], "counts": f"{threshold:g}",
            "params": {"metric": metric.key, "version": metric.version, "shape": shape,
                       "params": params},
        }  # fmt: skip


FORMS: dict[str, type[_Outcome]] = {Origin.FIELD: FromFieldForm, Origin.METRIC: FromMetricForm}
