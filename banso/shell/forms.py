from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.shared.users.models import Language


def time_zones() -> list[tuple[str, str | Promise]]:
    zones = sorted(
        z
        for z in available_timezones()
        if "/" in z and not z.startswith(("Etc/", "SystemV/", "posix/"))
    )
    return [
        ("", _("As the organisation")),
        ("UTC", "UTC"),
        *((z, z.replace("_", " ")) for z in zones),
    ]


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the browser asks")), *Language.choices],
        required=False,
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, required=False)
