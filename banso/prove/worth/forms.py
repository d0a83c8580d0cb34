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
from banso.prove.studies.models import Verdict
from banso.prove.worth.measured import Effect
from banso.prove.worth.rules import FIELD, HORIZONS, MILESTONE, Asked
from banso.prove.worth.subjects import (
    Milestone,
    Subject,
    is_field,
    is_levelled,
    key_of,
    level_word,
    levels_of,
    unit_of,
)
from banso.shared.money import CURRENCIES, to_minor
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

LONGEST_WAIT = 3650
PERCENT = (Unit.SHARE, Unit.CHANGE)
COMPARE = (
    ("", _("The mean of the metric")),
    ("at_least", _("The share of customers with at least …")),
    ("at_most", _("The share of customers with at most …")),
)


def _group(subject: Subject) -> str:
    """Under which heading it is offered."""
    if isinstance(subject, Effect):
        return gettext("Measured effects")
    if isinstance(subject, Milestone):
        return gettext("Milestones")
    verdict = str(Verdict(subject.verdict).label)
    if not is_field(subject):
        return verdict
    return gettext("Fields: %(verdict)s") % {"verdict": verdict}


def _has_own_entries(told: dict[str, Any], meant: str) -> bool:
    """Whether the subject now, or the one before, is asked by entries of its own."""
    own = (FIELD, MILESTONE)
    return str(told["metric"]).startswith(own) or meant.startswith(own)


def _percent(label: Any, **more: Any) -> forms.FloatField:
    return forms.FloatField(label=label, required=False, **more)


class WhatIfForm(forms.Form):
    """A change and its assumptions; what is left empty takes its default."""

    metric = forms.ChoiceField(label=_("KPI, milestone, field or measured effect"))
    level = forms.ChoiceField(label=_("Share of customers with the value"), required=False)
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
            groups.setdefault(_group(one), []).append((key_of(one), one.label))
        self.units = {key_of(one): unit_of(one) for one in subjects}
        self.one = next((one for one in subjects if key_of(one) == told.get("metric")), None)
        self.fields["metric"].choices = list(groups.items())  # type: ignore[attr-defined]
        self.fields["currency"].choices = [(name, name) for name in currencies]  # type: ignore[attr-defined]
        if len(currencies) < 2:
            self.fields["currency"].widget = forms.HiddenInput()
        self._ask_of(self.one)

    def _ask_of(self, subject: Subject | None) -> None:
        """What says nothing of this kind of subject is not asked."""
        if isinstance(subject, Effect):
            self.fields["target"].label = _("Share of customers that get it (%)")
            left_out: tuple[str, ...] = ("level", "compare", "threshold", "low", "high")
        elif isinstance(subject, Milestone):
            self.fields["target"].label = _("Share of customers that get there (%)")
            self.fields["threshold"] = forms.IntegerField(
                label=_("Within days of the start (empty: at any time)"), required=False,
                min_value=1, max_value=LONGEST_WAIT,
            )  # fmt: skip
            left_out = ("level", "compare")
        elif subject is not None and is_levelled(subject):
            self.fields["target"].label = _("It becomes (%)")
            levels = [(level, level_word(subject, level)) for level in levels_of(subject)]
            self.fields["level"].choices = levels  # type: ignore[attr-defined]
            left_out = ("compare", "threshold") if levels else ("level", "compare", "threshold")
        else:
            left_out = ("level",)
        for name in left_out:
            del self.fields[name]

    @classmethod
    def of(
        cls, asked: QueryDict, *, subjects: Sequence[Subject], currencies: Sequence[str]
    ) -> WhatIfForm:
        """The form with what was asked for, the defaults where nothing was."""
        told = {name: asked.get(name) or field.initial for name, field in cls.base_fields.items()}
        told["low"] = asked.get("low") or 0
        told["quarters"] = asked.get("quarters") or ("0" if asked.get("quarters") == "0" else 2)
        known = {key_of(subject) for subject in subjects}
        if told["metric"] is None and subjects:
            told["metric"] = key_of(subjects[0])
        if told["currency"] not in currencies:
            told["currency"] = currencies[0] if currencies else ""
        meant = told.get("meant")
        if meant and meant.split("|")[0] != told["metric"] and _has_own_entries(told, meant):
            told |= {"compare": "", "threshold": None, "level": None}
        form = cls(told, subjects=subjects, currencies=currencies)
        if told["metric"] in known and meant not in (None, form.meaning(told)):
            told["target"] = None
            if not told["compare"] and not isinstance(form.one, Milestone):
                told["threshold"] = None
        form.fill_level(told)
        return form

    def fill_level(self, told: dict[str, Any]) -> None:
        """The value of a field that is meant where none of its own was said."""
        field = self.fields.get("level")
        known = [name for name, _word in field.choices] if field else []  # type: ignore[attr-defined]
        if known and not told.get("level"):
            told["level"] = known[0]

    @staticmethod
    def meaning(told: dict[str, Any]) -> str:
        """What a target was said for: of another metric or step it says nothing."""
        parts = [told.get("metric"), told.get("compare") or "", told.get("threshold") or ""]
        return "|".join(str(part) for part in [*parts, *filter(None, [told.get("level")])])

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
        edge = g.get("threshold")
        if compare and edge is not None and self.units.get(g["metric"]) in PERCENT:
            edge = edge / 100.0
        currency = g["currency"] or ""
        cost = Decimal(g["cost"] or 0)
        return Asked(
            metric=g["metric"],
            compare=compare,
            threshold=edge if compare or isinstance(self.one, Milestone) else None,
            level=g.get("level") or "",
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
