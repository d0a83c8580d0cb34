from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.shared.keys import rules

LABELS = {
    rules.EVENTS_WRITE: _("Send usage events"),
    rules.PEOPLE_WRITE: _("Write people and say where they stand"),
    rules.ACCOUNTS_WRITE: _("Write customers"),
    rules.SUBSCRIPTIONS_WRITE: _("Write subscriptions"),
    rules.TASKS_WRITE: _("Add tasks and tick them off"),
    rules.SUCCESS_WRITE: _("Write definitions of success"),
    rules.ACCOUNTS_READ: _("Read customers"),
    rules.PEOPLE_READ: _("Read people"),
    rules.SUBSCRIPTIONS_READ: _("Read subscriptions"),
    rules.NOTES_READ: _("Read notes"),
    rules.SUCCESS_READ: _("Read definitions of success"),
    rules.EVENTS_READ: _("Read which events arrive"),
    rules.METRICS_READ: _("Read metrics and their values"),
    rules.HEALTH_READ: _("Read health scores"),
    rules.SIGNALS_READ: _("Read signals"),
    rules.TASKS_READ: _("Read tasks"),
    rules.VISITS_READ: _("Read customer visits and what they brought"),
    rules.EVIDENCE_READ: _("Read evidence"),
    rules.REVENUE_READ: _("Read revenue, staying and value"),
}
AT_FIRST = (rules.EVENTS_WRITE,)


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
    may_write = forms.MultipleChoiceField(
        label=_("It may write"),
        choices=[(scope, LABELS[scope]) for scope in rules.CHANGING],
        initial=AT_FIRST,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    may_read = forms.MultipleChoiceField(
        label=_("It may read"),
        choices=[(scope, LABELS[scope]) for scope in rules.READING],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("Choose only what the program needs."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["scopes"] = [*cleaned.pop("may_write", []), *cleaned.pop("may_read", [])]
        if not cleaned["scopes"]:
            self.add_error(None, _("Choose at least one thing that the key may do."))
        return cleaned
