from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.know.notes.models import Mood, Note
from banso.know.people.models import Person
from banso.shared import clock


class NoteForm(forms.ModelForm[Note]):
    """Who, what happened, how they feel."""

    mood = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, choices=Mood.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Note
        fields = ("person", "at", "channel", "happened", "feeling", "mood")
        widgets = {
            "at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "happened": forms.Textarea(attrs={"rows": 3}),
            "feeling": forms.Textarea(attrs={"rows": 1}),
        }

    def __init__(self, *args: Any, account: Account, **options: Any) -> None:
        super().__init__(*args, **options | {"auto_id": "note-%s"})
        people = Person.objects.filter(memberships__account=account).order_by(
            "-memberships__is_key", "name"
        )
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].empty_label = "—"  # type: ignore[attr-defined]
        self.fields["at"].initial = localtime(clock.now()).replace(second=0, microsecond=0)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > clock.now():
            raise forms.ValidationError(
                _("A note tells what happened: choose a time that has passed.")
            )
        return at
