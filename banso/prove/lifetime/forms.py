from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from banso.prove.lifetime.worth import Assumptions

PLAN = "plan:"


class ValueForm(forms.Form):
    """The assumptions behind a lifetime value; whatever cannot be read keeps its default."""

    discount = forms.DecimalField(
        label=_("Discount a year (%)"), min_value=0, max_value=100, initial=10, required=False
    )
    margin = forms.DecimalField(
        label=_("Margin (% of revenue)"), min_value=1, max_value=100, initial=100, required=False
    )
    years = forms.ChoiceField(
        label=_("Years ahead"),
        choices=[("3", "3"), ("5", "5"), ("10", "10"), ("all", _("All"))],
        initial="5",
        required=False,
    )

    def __init__(self, told: Mapping[str, Any], plans: Sequence[str]) -> None:
        super().__init__(told)
        self.plans = list(plans)
        for plan in plans:
            self.fields[f"{PLAN}{plan}"] = forms.DecimalField(
                label=plan, min_value=0, max_value=100, required=False
            )

    @classmethod
    def of(cls, asked: QueryDict, plans: Sequence[str]) -> ValueForm:
        """The form with what was asked for, the defaults where nothing was."""
        told = {name: asked.get(name) or field.initial for name, field in cls.base_fields.items()}
        return cls(
            told | {f"{PLAN}{plan}": asked.get(f"{PLAN}{plan}", "") for plan in plans}, plans
        )

    def shared_fields(self) -> list[BoundField]:
        return [self[name] for name in self.base_fields]

    def plan_fields(self) -> list[BoundField]:
        return [self[f"{PLAN}{plan}"] for plan in self.plans]

    def plan_margins(self) -> dict[str, float]:
        """Plan -> its share of revenue that is margin, where one was told."""
        self.is_valid()
        told = {plan: self.cleaned_data.get(f"{PLAN}{plan}") for plan in self.plans}
        return {plan: float(share) / 100 for plan, share in told.items() if share is not None}

    def assumptions(self) -> Assumptions:
        self.is_valid()
        told: dict[str, Any] = self.cleaned_data
        discount, margin = told.get("discount"), told.get("margin")
        years = told.get("years") or "5"
        return Assumptions(
            discount=max(float(10 if discount is None else discount) / 100, 0.001),
            margin=float(100 if margin is None else margin) / 100,
            years=None if years == "all" else int(years),
        )
