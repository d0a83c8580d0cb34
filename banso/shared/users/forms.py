from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from banso.shared.money import CURRENCIES
from banso.shared.users.models import Organisation, Role, Team, User


class UserForm(forms.Form):
    """Name, role and team of someone; a new one also gets an e-mail and a first password."""

    email = forms.EmailField(label=_("E-mail"))
    name = forms.CharField(label=_("Name"), max_length=100)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CSM)
    team = forms.CharField(
        label=_("Team"), max_length=100, required=False, help_text=_("A new name makes a new team.")
    )
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Hand it over in person; it can be changed after the first sign-in."),
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["team"].widget.attrs["list"] = "teams"
        if user is not None:
            del self.fields["email"], self.fields["password"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(
                _("Somebody with this e-mail is there already; change them in the list.")
            )
        return email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class OrganisationForm(forms.ModelForm[Organisation]):
    class Meta:
        model = Organisation
        fields = (
            "name",
            "time_zone",
            "language",
            "currency",
            "fiscal_year_start",
            "landmark_days",
            "keep_events_months",
        )
        help_texts = {
            "landmark_days": _(
                "Evidence reads each metric this many days before the renewal, so that nothing "
                "measured after the decision slips in. 90 suits yearly contracts."
            ),
            "keep_events_months": _(
                "Empty keeps them for ever. Otherwise whole weeks of older events are removed once "
                "a day and cannot be brought back; metrics then count only what is kept."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fiscal_year_start"] = forms.TypedChoiceField(
            label=self.fields["fiscal_year_start"].label,
            coerce=int,
            choices=[(month, str(month)) for month in range(1, 13)],
        )

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if currency not in CURRENCIES:
            raise forms.ValidationError(
                _("“%(code)s” is no ISO currency code; write one such as JPY or USD."),
                params={"code": currency},
            )
        return currency


def team_names() -> list[str]:
    return list(Team.objects.order_by("name").values_list("name", flat=True))
