from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.shared.keys.rules import EVENTS_WRITE, PEOPLE_WRITE

LABELS = {
    EVENTS_WRITE: _("Send usage events"),
    PEOPLE_WRITE: _("Say which user belongs to which customer"),
}


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Where the key is used, such as “production server”."),
    )
    source = forms.RegexField(
        r"^[\w.-]+$",
        label=_("System the ids come from"),
        max_length=40,
        initial="product",
        help_text=_(
            "Keys with the same system share their event ids and users. Use the name that imports "
            "of the same ids use."
        ),
    )
    may_send_events = forms.BooleanField(label=LABELS[EVENTS_WRITE], required=False, initial=True)
    may_name_people = forms.BooleanField(label=LABELS[PEOPLE_WRITE], required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = {
            EVENTS_WRITE: cleaned.pop("may_send_events", False),
            PEOPLE_WRITE: cleaned.pop("may_name_people", False),
        }
        cleaned["scopes"] = [scope for scope, may in chosen.items() if may]
        if not cleaned["scopes"]:
            self.add_error(None, _("Choose at least one thing that the key may do."))
        return cleaned
