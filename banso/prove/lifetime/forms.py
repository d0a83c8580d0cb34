from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from banso.prove.lifetime.worth import Assumptions


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

    @classmethod
    def of(cls, asked: QueryDict) -> ValueForm:
        """The form with what was asked for, the defaults where nothing was."""
        told = {name: asked.get(name) or field.initial for name, field in cls.base_fields.items()}
        return cls(told)

    def assumptions(self) -> Assumptions:
        told: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        discount, margin = told.get("discount"), told.get("margin")
        years = told.get("years") or "5"
        return Assumptions(
            discount=max(float(10 if discount is None else discount) / 100, 0.001),
            margin=float(100 if margin is None else margin) / 100,
            years=None if years == "all" else int(years),
        )
