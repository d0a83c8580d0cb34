from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from banso.measure.metrics.models import MetricDefinition
from banso.prove.studies.models import STEPS


@dataclass(frozen=True)
class Column:
    """One step of the board (0, the last: no place in the order), with its metrics' fields."""

    step: int
    name: str
    fields: list[BoundField]


class OrderForm(forms.Form):
    """The step of each metric in the order; none for those that have no place in it."""

    def __init__(
        self,
        given: QueryDict | None,
        *,
        metrics: Sequence[MetricDefinition],
        steps: Mapping[str, int],
    ) -> None:
        super().__init__(given)
        self.keys = [metric.key for metric in metrics]
        choices = [("0", _("No place")), *((str(n), step_name(n)) for n in STEPS)]
        for metric in metrics:
            self.fields[metric.key] = forms.ChoiceField(
                label=metric.name, choices=choices, initial=str(steps.get(metric.key, 0))
            )

    def steps(self) -> dict[str, int]:
        told: dict[str, Any] = self.cleaned_data
        return {key: int(told[key]) for key in self.keys if int(told[key])}

    def board(self) -> list[Column]:
        """The steps with the metrics on them as they are kept."""
        fields = [self[key] for key in self.keys]
        return [
            Column(step, step_name(step), [f for f in fields if str(f.initial) == str(step)])
            for step in (*STEPS, 0)
        ]


def step_name(step: int) -> str:
    return _("Step %(n)s") % {"n": step} if step else _("No place")
