from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from banso.prove.effects.gathering import possible_covariates
from banso.prove.effects.lists import MOST_BYTES
from banso.prove.effects.models import Goal, Origin
from banso.prove.effects.reads import date_fields, metrics_that_change, segments, tag_fields
from banso.prove.effects.sources import treatment_sources

METRIC_MEANINGFUL = 0.2
"""Standard deviations of a metric that would matter."""


class MeasureForm(forms.Form):
    """What was done, for whom and why: fixed before anything is computed."""

    name = forms.CharField(label=_("Name"), max_length=120)
    what_done = forms.CharField(
        label=_("What you did"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("So that somebody who was not there could do it again."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why these customers"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What those who chose them looked at, as it was noted at the time."),
    )  # fmt: skip
    looked_at = forms.MultipleChoiceField(
        label=_("What those who chose looked at"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_(
            "Held alike before anything else. If one of these is not known for that day, the "
            "answer stays a candidate."
        ),
    )  # fmt: skip
    goal = forms.ChoiceField(label=_("It was meant to change"), choices=Goal.choices)
    metric_key = forms.ChoiceField(
        label=_("Which metric"), required=False, help_text=_("Only where it is a metric.")
    )
    points = forms.IntegerField(
        label=_("Smallest difference that would matter (percentage points of renewal)"),
        min_value=1, max_value=50, initial=5,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        metrics = [(metric.key, metric.name) for metric in metrics_that_change()]
        self.fields["metric_key"].choices = [("", "—"), *metrics]  # type: ignore[attr-defined]
        seen = [(name, label.here) for name, label in possible_covariates()]
        self.fields["looked_at"].choices = seen  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("goal") == Goal.METRIC and not given.get("metric_key"):
            self.add_error("metric_key", _("Choose the metric."))
        return given

    @property
    def asked(self) -> dict[str, Any]:
        """The arguments of `draft_measure` that this form knows."""
        given = self.cleaned_data
        metric = given["goal"] == Goal.METRIC
        return {
            **{name: given[name] for name in ("name", "what_done", "reason", "goal")},
            "metric_key": given.get("metric_key", "") if metric else "",
            "meaningful": METRIC_MEANINGFUL if metric else given["points"] / 100,
        }


class ListForm(forms.Form):
    file = forms.FileField(
        label=_("List of the customers"), max_length=255,
        help_text=_(
            "CSV or Excel with a column of customers (id or name) and a column of dates."
        ),
        error_messages={"empty": _("The file is empty.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )  # fmt: skip
    same_day = forms.DateField(
        label=_("Day, for lines without one"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Where all were treated on the same day the list needs no dates."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            limit = MOST_BYTES // 1_048_576
            raise forms.ValidationError(_("The list may have %(limit)s MB.") % {"limit": limit})
        return file

    def clean_same_day(self) -> date | None:
        day: date | None = self.cleaned_data["same_day"]
        return day


class FieldForm(forms.Form):
    tag = forms.ChoiceField(label=_("Field that says who was treated"))
    value = forms.CharField(label=_("Value that means “treated”"), max_length=200)
    dated = forms.ChoiceField(label=_("Field with the day of treatment"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, fields in (("tag", tag_fields()), ("dated", date_fields())):
            self.fields[name].choices = [(f.key, f.label) for f in fields]  # type: ignore[attr-defined]

    @property
    def params(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("tag", "value", "dated")}


class SourceForm(forms.Form):
    choice = forms.ChoiceField(label=_("Which one"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            (f"{filling.key}|{value}", f"{filling.value.label}: {label}")
            for filling in treatment_sources.fillings()
            for value, label in filling.value.choices()
        ]

    @property
    def params(self) -> dict[str, str]:
        source, _bar, choice = self.cleaned_data["choice"].partition("|")
        return {"source": source, "choice": choice}


SHARES = ((10, "10%"), (15, "15%"), (20, "20%"), (30, "30%"), (50, "50%"))


class HoldOutForm(forms.Form):
    share = forms.TypedChoiceField(
        label=_("Share held out"), choices=SHARES, coerce=int, initial=20,
        help_text=_(
            "They wait, or get something else; nobody is refused what the contract promises."
        ),
    )  # fmt: skip
    segment = forms.ChoiceField(label=_("Segment"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(segment, segment) for segment in segments()]
        self.fields["segment"].choices = [("", _("All customers")), *named]  # type: ignore[attr-defined]

    @property
    def params(self) -> dict[str, Any]:
        return {"share": self.cleaned_data["share"] / 100,
                "segment": self.cleaned_data["segment"]}  # fmt: skip


FORMS: dict[str, type[forms.Form]] = {
    Origin.LIST: ListForm,
    Origin.FIELD: FieldForm,
    Origin.SOURCE: SourceForm,
    Origin.HOLDOUT: HoldOutForm,
}


def forms_for(origin: str, request: HttpRequest) -> tuple[MeasureForm, forms.Form]:
    """The form of the measure and that of the origin; of a hold-out nobody chose customers."""
    data, files = request.POST or None, request.FILES or None
    form, where = MeasureForm(data), FORMS[origin](data, files)
    if origin == Origin.HOLDOUT:
        del form.fields["looked_at"]
        form.fields["reason"].label = _("Why it should help")
        form.fields["reason"].help_text = ""
    return form, where
