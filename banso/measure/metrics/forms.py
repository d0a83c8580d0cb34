from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.events.models import EventName
from banso.listen.events.reads import event_names, role_names
from banso.measure.metrics.evaluation import CORE
from banso.measure.metrics.models import Better, MetricDefinition, Unit
from banso.measure.metrics.shape import Parameter, Shape

MOST_EVENTS = 500
MOST_DAYS = 730


class ParametersForm(forms.Form):
    """What a shape lets choose: events, roles, days, properties, other metrics."""

    def __init__(self, *args: Any, shape: Shape, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape = shape
        self.events = list(event_names()[:MOST_EVENTS])
        for parameter in shape.parameters:
            self.fields[parameter.key] = self._field(parameter)

    def _field(self, parameter: Parameter) -> forms.Field:
        if parameter.kind == "days":
            return forms.IntegerField(
                label=str(parameter.label),
                min_value=1,
                max_value=MOST_DAYS,
                initial=parameter.default,
            )
        choices = {
            "event": self._event_choices,
            "role": self._role_choices,
            "property": self._property_choices,
            "metric": self._metric_choices,
        }[parameter.kind](parameter)
        return forms.ChoiceField(
            label=str(parameter.label),
            choices=choices,
            required=not parameter.optional,
            help_text=self._hint(parameter, choices),
        )

    def _event_choices(self, parameter: Parameter) -> list[tuple[str, str]]:
        every = [("", _("Any event"))] if parameter.optional else []
        names = [(e.name, _event_label(e)) for e in self.events]
        return [*every, (CORE, _("Any core action")), *names]

    def _role_choices(self, parameter: Parameter) -> list[tuple[str, str]]:
        every = [("", _("Every role"))] if parameter.optional else []
        return [*every, *((role.name, role.name) for role in role_names())]

    def _property_choices(self, parameter: Parameter) -> list[tuple[str, str]]:
        found = dict.fromkeys(key for event in self.events for key in event.numeric_properties)
        return [(key, key) for key in found]

    def _metric_choices(self, parameter: Parameter) -> list[tuple[str, str]]:
        return [(d.key, d.name) for d in MetricDefinition.objects.exclude(shape="ratio")]

    def _hint(self, parameter: Parameter, choices: list[tuple[str, str]]) -> str:
        if choices:
            return ""
        if parameter.kind == "role":
            return _("No event carries a role yet: import events with a role column.")
        if parameter.kind == "property":
            return _("No event carries a number yet: import events with a column of properties.")
        return ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "other_role" in self.fields and cleaned.get("role") == cleaned.get("other_role"):
            self.add_error("other_role", _("Choose two different roles."))
        if "bottom" in self.fields and cleaned.get("top") == cleaned.get("bottom"):
            self.add_error("bottom", _("Choose two different metrics."))
        if "property" in cleaned and "event" in cleaned:
            self._check_property(cleaned["event"], cleaned["property"])
        return cleaned

    def _check_property(self, event: str, prop: str) -> None:
        carrying = [e for e in self.events if prop in e.numeric_properties]
        wanted = [e for e in self.events if e.is_core] if event == CORE else None
        names = {e.name for e in wanted} if wanted is not None else {event}
        if not any(e.name in names for e in carrying):
            told = {"property": prop, "events": ", ".join(e.label for e in carrying[:5])}
            self.add_error(
                "property",
                _("This event does not carry “%(property)s”. Events that do: %(events)s.") % told,
            )

    @property
    def params(self) -> dict[str, Any]:
        return {p.key: self.cleaned_data[p.key] for p in self.shape.parameters}


class NamesForm(forms.Form):
    """How a metric is called and read; empty names are generated."""

    name_ja = forms.CharField(
        label=gettext_lazy("Japanese name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Left empty, the name is made from the definition."),
    )
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=120, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=Unit.choices)
    better = forms.ChoiceField(
        label=gettext_lazy("Direction"), choices=Better.choices, required=False
    )


def _event_label(event: EventName) -> str:
    return event.name if event.label == event.name else f"{event.label} ({event.name})"
