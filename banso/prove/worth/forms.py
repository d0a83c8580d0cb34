from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from banso.measure.metrics.models import Unit
from banso.prove.studies.models import Finding, Verdict
from banso.prove.worth.measured import Effect, Subject, unit_of
from banso.prove.worth.rules import EFFECT, HORIZONS, Asked
from banso.shared.money import CURRENCIES, to_minor
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

PERCENT = (Unit.SHARE, Unit.CHANGE)
COMPARE = (
    ("", _("The mean of the metric")),
    ("at_least", _("The share of customers with at least …")),
    ("at_most", _("The share of customers with at most …")),
)


def _verdict(finding: Finding) -> str:
    return str(Verdict(finding.verdict).label)


def _percent(label: Any, **more: Any) -> forms.FloatField:
    return forms.FloatField(label=label, required=False, **more)


class WhatIfForm(forms.Form):
    """A change and its assumptions; what is left empty takes its default."""

    metric = forms.ChoiceField(label=_("KPI or measured effect"))
    compare = forms.ChoiceField(label=_("What is changed"), choices=COMPARE, required=False)
    threshold = forms.FloatField(label=_("Threshold (of a share)"), required=False)
    target = forms.FloatField(label=_("It becomes"), required=False)
    quarters = forms.IntegerField(
        label=_("Within (quarters)"), min_value=0, max_value=8, initial=2, required=False
    )
    horizon = forms.TypedChoiceField(
        label=_("Looking ahead (months)"), choices=[(m, str(m)) for m in HORIZONS], coerce=int,
        initial=12, required=False,
    )  # fmt: skip
    renewal = _percent(_("Renewal rate without it (%)"), min_value=1, max_value=99)
    low = _percent(_("Comes across, at least (%)"), min_value=0, max_value=100, initial=0)
    high = _percent(_("Comes across, at most (%)"), min_value=0, max_value=100, initial=100)
    discount = _percent(_("Discount a year (%)"), min_value=0, max_value=100, initial=10)
    margin = _percent(_("Margin (% of revenue)"), min_value=1, max_value=100, initial=100)
    years = forms.IntegerField(
        label=_("Value counted for (years)"), min_value=1, max_value=10, initial=5, required=False
    )
    cost = forms.DecimalField(
        label=_("Cost of the measure"), min_value=0, max_digits=14, decimal_places=2,
        required=False,
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    meant = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, told: dict[str, Any], *, subjects: Sequence[Subject], currencies: Sequence[str]
    ) -> None:
        super().__init__(told)
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in subjects:
            label = gettext("Measured effects") if isinstance(one, Effect) else _verdict(one)
            groups.setdefault(label, []).append((one.metric_key, one.label))
        self.units = {one.metric_key: unit_of(one) for one in subjects}
        self.fields["metric"].choices = list(groups.items())  # type: ignore[attr-defined]
        self.fields["currency"].choices = [(name, name) for name in currencies]  # type: ignore[attr-defined]
        if len(currencies) < 2:
            self.fields["currency"].widget = forms.HiddenInput()
        if str(told.get("metric")).startswith(EFFECT):
            self._ask_of_an_effect()

    def _ask_of_an_effect(self) -> None:
        """What says something of metrics only is not asked."""
        self.fields["target"].label = _("Share of customers that get it (%)")
        for name in ("compare", "threshold", "low", "high"):
            del self.fields[name]

    @classmethod
    def of(
        cls, asked: QueryDict, *, subjects: Sequence[Subject], currencies: Sequence[str]
    ) -> WhatIfForm:
        """The form with what was asked for, the defaults where nothing was."""
        told = {name: asked.get(name) or field.initial for name, field in cls.base_fields.items()}
        told["low"] = asked.get("low") or 0
        told["quarters"] = asked.get("quarters") or ("0" if asked.get("quarters") == "0" else 2)
        known = {finding.metric_key for finding in subjects}
        if told["metric"] is None and subjects:
            told["metric"] = subjects[0].metric_key
        if told["currency"] not in currencies:
            told["currency"] = currencies[0] if currencies else ""
        form = cls(told, subjects=subjects, currencies=currencies)
        if told["metric"] in known and told.get("meant") not in (None, form.meaning(told)):
            told["target"] = None
            if not told["compare"]:
                told["threshold"] = None
        return form

    @staticmethod
    def meaning(told: dict[str, Any]) -> str:
        """What a target was said for: of another metric or step it says nothing."""
        return f"{told.get('metric')}|{told.get('compare') or ''}|{told.get('threshold') or ''}"

    def in_percent(self, compare: str, metric: str) -> bool:
        return bool(compare) or self.units.get(metric) in PERCENT

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("compare") and given.get("threshold") is None:
            self.add_error("threshold", _("Say from which value on it counts as reached."))
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("high", _("This must not be less than the other end."))
        return given

    def asked(self) -> Asked:
        """The question of a valid form; ``target`` is NaN where none was said."""
        g = self.cleaned_data
        compare = g.get("compare") or ""
        scale = 100.0 if self.in_percent(compare, g["metric"]) else 1.0
        edge = 100.0 if self.units.get(g["metric"]) in PERCENT else 1.0
        currency = g["currency"] or ""
        cost = Decimal(g["cost"] or 0)
        return Asked(
            metric=g["metric"],
            compare=compare,
            threshold=g["threshold"] / edge if compare else None,
            target=float("nan") if g["target"] is None else g["target"] / scale,
            quarters=2 if g["quarters"] is None else g["quarters"],
            horizon=g["horizon"] or 12,
            renewal=None if g["renewal"] is None else g["renewal"] / 100,
            low=(g.get("low") or 0) / 100,
            high=(100.0 if g.get("high") is None else g["high"]) / 100,
            discount=(10.0 if g["discount"] is None else g["discount"]) / 100,
            margin=(100.0 if g["margin"] is None else g["margin"]) / 100,
            years=g["years"] or 5,
            cost=to_minor(cost, currency) if currency in CURRENCIES else int(cost * 100),
            currency=currency,
        )

    def show(self, target: float, lately: float | None) -> None:
        """Show the target that was used (NaN: none), and the renewal rate as it was lately."""
        g, told = self.cleaned_data, dict(self.data)
        told["meant"] = self.meaning(told)
        if not math.isnan(target):
            scale = 100 if self.in_percent(g.get("compare") or "", g["metric"]) else 1
            told["target"] = f"{target * scale:.10g}"
        self.data = told
        if lately is not None:
            rate = {"rate": f"{100 * lately:.0f}"}
            shown = gettext("as lately: %(rate)s") % rate
            self.fields["renewal"].widget.attrs["placeholder"] = shown


class SaveForm(forms.Form):
    """The name under which a scenario is kept, and who hears of what came."""

    name = forms.CharField(label=_("Name of the scenario"), max_length=120)
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who is told when it is due"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = people_who_own()  # type: ignore[attr-defined]
