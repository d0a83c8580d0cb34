from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.prove.engine.levers import Levels
from banso.prove.scenarios.choices import LEVERS, shown
from banso.prove.scenarios.rules import CALIBRATED, GAP, STATED, TRANSFER, Asked
from banso.shared.money import CURRENCIES, to_minor
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

MOST_COST = Decimal(10) ** 12


def _percent(label: Any, step: str = "0.1") -> forms.FloatField:
    field = forms.FloatField(label=label, required=False, min_value=0, max_value=100)
    field.widget.attrs["step"] = step
    return field


class LeverForm(forms.Form):
    """Where the levers go, in percent, and what is assumed; what is left empty stays."""

    trouble = _percent(_("People with trouble (%)"))
    consulted = _percent(_("Of these, consult us (%)"))
    above = _percent(_("Answered above expectation (%)"))
    below = _percent(_("Answered below expectation (%)"))
    transfer = _percent(_("Of the gap comes across (λ, %)"), "1")
    gap = _percent(_("Silent customers differ by up to (points)"), "1")
    risk = forms.ChoiceField(
        label=_("Churn risk of a leaf"), required=False,
        choices=((STATED, _("as stated: no intent to continue")),
                 (CALIBRATED, _("calibrated by renewals that came"))),
    )  # fmt: skip
    cost = forms.DecimalField(
        label=_("Cost of the change a year"), required=False, min_value=0, max_value=MOST_COST,
        decimal_places=2,
    )  # fmt: skip

    def __init__(self, given: Mapping[str, Any], *, now: Levels, calibrated: bool) -> None:
        said = {name: given.get(name) for name in self.base_fields}
        for name, value in shown(now).items():
            if said[name] in (None, ""):
                said[name] = value
        said["transfer"] = _default(said["transfer"], TRANSFER)
        said["gap"] = _default(said["gap"], GAP)
        said["risk"] = said["risk"] or STATED
        super().__init__(said)
        self.calibrated = calibrated

    def clean_risk(self) -> str:
        risk: str = self.cleaned_data["risk"] or STATED
        if risk == CALIBRATED and not self.calibrated:
            raise forms.ValidationError(_("Too few renewals have come yet to calibrate with."))
        return risk

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        above, below = given.get("above"), given.get("below")
        if above is not None and below is not None and above + below > 100.0001:
            self.add_error(
                "below",
                _("Above and below expectation are %(sum)s%% together; they can be 100%% at most. "
                  "What is left is answered as expected.") % {"sum": f"{above + below:g}"},
            )  # fmt: skip
        return given

    def asked(self, about: Asked, now: Levels, currency: str) -> Asked:
        """The question of a valid form; a lever that was not moved is None."""
        g = self.cleaned_data
        said: dict[str, float | None] = {name: g[name] for name in LEVERS}
        moved: dict[str, Any] = {k: None if v is None else v / 100 for k, v in said.items()}
        if moved["above"] is not None and moved["below"] is not None:
            moved["below"] = min(moved["below"], 1 - moved["above"])
        cost = Decimal(g["cost"] or 0)
        asked = replace(
            about, **moved, transfer=g["transfer"] / 100, gap=g["gap"] / 100, risk=g["risk"],
            cost=to_minor(cost, currency) if currency in CURRENCIES else 0, currency=currency,
        )  # fmt: skip
        return asked.moved_only(now)


def _default(value: Any, otherwise: float) -> Any:
    return f"{100 * otherwise:g}" if value in (None, "") else value


class KeepForm(forms.Form):
    """The name under which a what-if is kept, and who hears of what came."""

    name = forms.CharField(label=_("Name of the what-if"), max_length=120)
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who is told when it is due"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = people_who_own()  # type: ignore[attr-defined]
