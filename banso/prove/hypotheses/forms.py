from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.measure.metrics.models import MetricDefinition, Unit
from banso.prove.hypotheses.models import Compare, Direction, Hypothesis
from banso.prove.hypotheses.outcomes import open_outcomes
from banso.prove.hypotheses.reads import Segment, finding_of_metric, meaning_of, segments
from banso.prove.hypotheses.records import own_outcome
from banso.prove.hypotheses.rules import next_quarter
from banso.prove.studies.models import Finding
from banso.prove.studies.rules import leak_in_metric
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

EVERY = ((1, _("each month")), (3, _("each quarter")), (6, _("each half-year")),
         (12, _("each year")))  # fmt: skip
PERCENT = (Unit.SHARE, Unit.CHANGE)


class WriteForm(forms.Form):
    """Everything that a hypothesis claims, and when it is checked."""

    statement = forms.CharField(
        label=_("What do you expect, in your own words?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Customers that share their first report within 30 days renew more often."),
    )
    metric = forms.ModelChoiceField(MetricDefinition.objects.none(), label=_("Metric"))
    compare = forms.ChoiceField(label=_("How it is meant"), choices=Compare.choices, required=False)
    threshold = forms.FloatField(
        label=_("Threshold"),
        required=False,
        help_text=_("In the unit of the metric, percent where it is one; only for “reached”."),
    )
    direction = forms.ChoiceField(
        label=_("With a higher value, or where it is reached, the outcome comes"),
        choices=Direction.choices,
    )
    outcome = forms.ChoiceField(label=_("Outcome it is about"))
    segment = forms.ChoiceField(label=_("Only these customers"), required=False)
    smallest = forms.FloatField(
        label=_("Smallest difference of interest (points)"),
        min_value=1,
        max_value=60,
        initial=10,
        help_text=_(
            "Between the rates of the two groups. A smaller difference would not change what you "
            "do. The smaller you choose it, the longer it takes to know."
        ),
    )
    every_months = forms.TypedChoiceField(
        label=_("How often it is checked"), coerce=int, choices=EVERY, initial=3
    )
    next_check_on = forms.DateField(
        label=_("First check on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))

    def __init__(self, *args: Any, user: User, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today, self.known_segments = today, segments()
        self.fields["metric"].queryset = MetricDefinition.objects.all()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = people_who_own()  # type: ignore[attr-defined]
        self.fields["owner"].initial = user.pk
        self.fields["next_check_on"].initial = next_quarter(today)
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            (key, outcome.name) for key, outcome in open_outcomes().items()
        ]
        self.fields["segment"].choices = [  # type: ignore[attr-defined]
            ("", _("All customers")),
            *((segment.value, segment.label) for segment in self.known_segments),
        ]

    def clean_next_check_on(self) -> date:
        day: date = self.cleaned_data["next_check_on"]
        if day <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return day

    def clean_metric(self) -> MetricDefinition:
        metric: MetricDefinition = self.cleaned_data["metric"]
        if leak_in_metric([metric.key, metric.name_en, meaning_of(metric)[1]]):
            raise forms.ValidationError(
                _("This metric counts events that are about leaving; it cannot foretell it.")
            )
        return metric

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        own, asked = own_outcome(given.get("outcome", "")), given.get("metric")
        if own is not None and asked and own.params.get("metric") == asked.key:
            self.add_error("metric", _("The outcome is this very metric: choose another one."))
        if given.get("compare") and given.get("threshold") is None:
            self.add_error("threshold", _("Say from which value on it counts as reached."))
        if not given.get("compare"):
            given["threshold"] = None
        metric = given.get("metric")
        if given.get("threshold") is not None and metric and metric.unit in PERCENT:
            given["threshold"] /= 100
        if given.get("smallest"):
            given["smallest"] /= 100
        return given

    def clean_segment(self) -> Segment | None:
        asked = self.cleaned_data["segment"]
        return next((s for s in self.known_segments if s.value == asked), None)


class AheadForm(forms.Form):
    """What the wait for a first look depends on."""

    outcome = forms.CharField(max_length=40)
    compare = forms.CharField(required=False)
    segment = forms.CharField(required=False)
    smallest = forms.FloatField(min_value=1, max_value=60)


class PlanForm(forms.Form):
    """Who looks after a hypothesis, and when it is checked next."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))
    next_check_on = forms.DateField(
        label=_("Next check"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["owner"].queryset = people_who_own()  # type: ignore[attr-defined]

    def clean_next_check_on(self) -> date:
        day: date = self.cleaned_data["next_check_on"]
        if day <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return day


class RetireForm(forms.Form):
    """Why a hypothesis is no longer checked."""

    because = forms.CharField(
        label=_("Why it is retired"),
        max_length=300,
        error_messages={"required": _("Say in a few words why.")},
    )


def from_finding(pk: int) -> tuple[dict[str, Any], Finding | None]:
    """What the form begins with when a finding is to be written down."""
    found = finding_of_metric(pk)
    if found is None:
        return {}, None
    finding, metric = found
    direction = finding.numbers.get("direction") or Direction.MORE
    return {"metric": metric.pk, "direction": direction, "outcome": "renewal"}, finding


def from_hypothesis(before: Hypothesis) -> dict[str, Any]:
    """What the form begins with when a hypothesis is written anew."""
    given: dict[str, Any] = {
        name: getattr(before, name)
        for name in ("statement", "compare", "threshold", "direction", "outcome", "every_months")
    }
    if before.threshold is not None and before.metric.unit in PERCENT:
        given["threshold"] = 100 * before.threshold
    segment = Segment(before.segment_key, before.segment_level, "", "", "")
    return given | {
        "metric": before.metric_id,
        "smallest": 100 * before.smallest,
        "segment": segment.value if before.segment_key else "",
    }
