from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class ExportForm(forms.Form):
    """Which weeks go into the file."""

    first = forms.TypedChoiceField(label=_("From the week of"), coerce=date.fromisoformat)
    last = forms.TypedChoiceField(label=_("Until the week of"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, weeks: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weeks = weeks
        choices = [(week.isoformat(), date_format(week, "SHORT_DATE_FORMAT")) for week in weeks]
        for name in ("first", "last"):
            cast("forms.ChoiceField", self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if {"first", "last"} <= cleaned.keys() and cleaned["first"] > cleaned["last"]:
            self.add_error("last", _("The last week is before the first."))
        return cleaned

    @property
    def chosen(self) -> list[date]:
        """The weeks between the two, newest first."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return [week for week in self.weeks if first <= week <= last]
