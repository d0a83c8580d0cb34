from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.act.signals.rules import snoozed_until


class SnoozeForm(forms.Form):
    """Until when a signal is put off."""

    choice = forms.ChoiceField(choices=[("week", ""), ("month", ""), ("date", "")])
    until = forms.DateField(required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        day = snoozed_until(given.get("choice", ""), self.today, given.get("until"))
        if day is None:
            raise forms.ValidationError(_("Choose a day after today."))
        return {"until": day}


class DismissForm(forms.Form):
    """Why a signal needs no answer."""

    note = forms.CharField(
        max_length=300,
        error_messages={"required": _("Write in a few words why it needs no answer.")},
    )
