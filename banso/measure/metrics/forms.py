from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, cast

from django import forms
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.events.models import EventName
from banso.listen.events.reads import event_names, feature_labels, features, role_names
from banso.measure.metrics.condition_forms import MOST_CONDITIONS, ConditionForm, found_properties
from banso.measure.metrics.evaluation import CORE, FEATURE, STEPS
from banso.measure.metrics.models import Better, MetricDefinition, Unit
from banso.measure.metrics.shape import Parameter, Shape
from banso.measure.metrics.wording import title

MOST_EVENTS = 500
LONGEST_NAME = 120
Choices = list[tuple[str, Any]]


class ParametersForm(forms.Form):
    """What a shape lets choose: events, roles, days, properties, other metrics; and a filter."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, shape: Shape, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.shape = shape
        self.events = list(event_names()[:MOST_EVENTS])
        for parameter in shape.parameters:
            self.fields[parameter.key] = self._field(parameter)

    def _field(self, parameter: Parameter) -> forms.Field:
        label = str(parameter.label)
        if parameter.kind in ("days", "number"):
            return forms.IntegerField(
                label=label,
                min_value=parameter.least,
                max_value=parameter.most,
                initial=parameter.default,
            )
        if parameter.kind == "parts":
            return forms.MultipleChoiceField(
                label=label,
                choices=self._named_choices,
                required=False,
                widget=forms.SelectMultiple(attrs={"size": 8}),
                help_text=_("Choose none to take every feature that is named under Events."),
            )
        choices = {
            "event": self._event_choices,
            "role": self._role_choices,
            "property": self._property_choices,
            "metric": self._metric_choices,
            "choice": self._own_choices,
        }[parameter.kind](parameter)
        return forms.ChoiceField(
            label=label,
            choices=choices,
            required=not parameter.optional,
            initial=parameter.default,
            help_text=self._hint(parameter, choices),
        )

    def _event_choices(self, parameter: Parameter) -> Choices:
        if parameter.optional:
            empty = [("", _("No further step") if parameter.key in STEPS else _("Any event"))]
        else:
            empty = [] if parameter.key == "event" else [("", _("Choose …"))]
        return [*empty, (CORE, _("Any core action")), *self._named_choices]

    @cached_property
    def _named_choices(self) -> Choices:
        """Features and events; under headings where there are both."""
        names = [(e.name, _event_label(e)) for e in self.events]
        labels = feature_labels()
        parts = [(f"{FEATURE}{key}", labels.get(key, key)) for key in features()]
        return [(_("Features"), parts), (_("Events"), names)] if parts else [*names]

    def _role_choices(self, parameter: Parameter) -> Choices:
        every = [("", _("Every role"))] if parameter.optional else []
        return [*every, *((role.name, role.name) for role in role_names())]

    def _property_choices(self, parameter: Parameter) -> Choices:
        found = dict.fromkeys(key for event in self.events for key in event.numeric_properties)
        return [(key, key) for key in found]

    def _metric_choices(self, parameter: Parameter) -> Choices:
        return [(d.key, d.name) for d in MetricDefinition.objects.exclude(shape="ratio")]

    def _own_choices(self, parameter: Parameter) -> Choices:
        return [*parameter.choices]

    def _hint(self, parameter: Parameter, choices: Choices) -> str:
        if choices:
            return ""
        if parameter.kind == "role":
            return _("No event carries a role yet: import events with a role column.")
        if parameter.kind == "property":
            return _("No event carries a number yet: import events with a column of properties.")
        return ""

    @cached_property
    def conditions(self) -> list[ConditionForm]:
        """The rows of the filter: those that were sent, or those of the definition."""
        if not self.shape.takes_filter:
            return []
        kept = self.initial.get("where", [])
        props = found_properties(self.events, kept)
        if not self.is_bound:
            return [
                ConditionForm(prefix=f"where-{n}", props=props, initial=row)
                for n, row in enumerate(kept)
            ]
        sent = [n for n in range(MOST_CONDITIONS) if f"where-{n}-prop" in self.data]
        return [ConditionForm(self.data, prefix=f"where-{n}", props=props) for n in sent]

    def is_valid(self) -> bool:
        own = super().is_valid()
        return all([own, *(row.is_valid() for row in self.conditions)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "other_role" in self.fields and cleaned.get("role") == cleaned.get("other_role"):
            self.add_error("other_role", _("Choose two different roles."))
        if "bottom" in self.fields and cleaned.get("top") == cleaned.get("bottom"):
            self.add_error("bottom", _("Choose two different metrics."))
        if "after" in cleaned and cleaned["after"] == cleaned.get("event"):
            self.add_error("event", _("Choose two different events."))
        if "property" in cleaned and "event" in cleaned:
            self._check_property(cleaned["event"], cleaned["property"])
        if "parts" in cleaned and len(cleaned["parts"] or features()) < 2:
            self.add_error("parts", _("Choose two or more, or name features under Events first."))
        self._check_steps([(key, cleaned[key]) for key in STEPS if cleaned.get(key)])
        return cleaned

    def _check_steps(self, steps: list[tuple[str, str]]) -> None:
        for (_before, first), (key, second) in pairwise(steps):
            if first == second:
                self.add_error(key, _("Choose another event than in the step before."))

    def _check_property(self, event: str, prop: str) -> None:
        carrying = [e for e in self.events if prop in e.numeric_properties]
        if event == CORE:
            names = {e.name for e in self.events if e.is_core}
        else:
            names = set(features().get(event.removeprefix(FEATURE), (event,)))
        if not any(e.name in names for e in carrying):
            told = {"property": prop, "events": ", ".join(e.label for e in carrying[:5])}
            self.add_error(
                "property",
                _("This event does not carry “%(property)s”. Events that do: %(events)s.") % told,
            )

    @property
    def faults(self) -> list[str]:
        """What is wrong with what was chosen; not what was not chosen yet."""
        forms_of = [self, *self.conditions]
        return [
            f"{form.fields[name].label}: {error.message % (error.params or {})}"
            for form in forms_of
            for name, errors in form.errors.as_data().items()
            for error in errors
            if error.code != "required"
        ]

    @property
    def params(self) -> dict[str, Any]:
        """What a definition keeps; without a filter it has none, as those from before filters."""
        chosen = {p.key: self.cleaned_data[p.key] for p in self.shape.parameters}
        where = [row.kept for row in self.conditions if row.kept]
        return chosen | ({"where": where} if where else {})


class ReadingForm(forms.Form):
    """In what a metric is told, and whether more of it is better."""

    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[("", gettext_lazy("As the definition says")), *Unit.choices],
        required=False,
    )
    better = forms.ChoiceField(
        label=gettext_lazy("Direction"), choices=Better.choices, required=False
    )


class NamesForm(forms.Form):
    """How a metric is called; empty names are generated."""

    name_ja = forms.CharField(
        label=gettext_lazy("Japanese name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=gettext_lazy("Left empty, the name is made from the definition."),
    )
    name_en = forms.CharField(
        label=gettext_lazy("English name"), max_length=LONGEST_NAME, required=False
    )


def kept_choices(definition: MetricDefinition, shape: Shape) -> dict[str, Any]:
    """What the forms of a metric begin with."""
    own_unit = definition.unit != shape.unit_of(definition.params)
    names = {f"name_{language}": _own_name(definition, language) for language in ("ja", "en")}
    reading = {"unit": definition.unit if own_unit else "", "better": definition.better}
    return cast("dict[str, Any]", definition.params) | names | reading


def _own_name(definition: MetricDefinition, language: str) -> str:
    """Its name; empty where it was made from the definition, so that it changes with it."""
    name = str(getattr(definition, f"name_{language}"))
    with translation.override(language):
        return "" if name == title(definition.shape, definition.params)[:LONGEST_NAME] else name


def _event_label(event: EventName) -> str:
    return event.name if event.label == event.name else f"{event.label} ({event.name})"
