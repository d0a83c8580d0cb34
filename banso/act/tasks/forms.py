from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.models import Account
from banso.know.accounts.reads import account_meant
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own


class TaskForm(forms.Form):
    """What to do, for which customer, by when and by whom."""

    title = forms.CharField(label=_("What to do"), max_length=200)
    account = forms.CharField(
        label=_("Customer"),
        required=False,
        max_length=200,
        help_text=_("Name or external id; leave it empty for a task about no customer."),
        widget=forms.TextInput(
            attrs={
                "list": "customers",
                "autocomplete": "off",
                "hx-get": reverse_lazy("accounts:account_options", query={"for": "account"}),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#customers",
            }
        ),
    )
    due_on = forms.DateField(
        label=_("Due on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    owner = forms.ModelChoiceField(label=_("Who does it"), queryset=User.objects.none())
    body = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, account: Account | None, is_new: bool, **kwargs: Any) -> None:
        """``account``: the customer where it is settled; a task keeps its customer for good."""
        super().__init__(*args, **kwargs)
        self.settled_account = account
        owner = self.fields["owner"]
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = people_who_own()
        if account is not None or not is_new:
            del self.fields["account"]

    def clean_account(self) -> Account | None:
        text = self.cleaned_data["account"].strip()
        if not text:
            return None
        found = account_meant(text)
        if found is None:
            raise forms.ValidationError(
                _(
                    "“%(text)s” is not one customer: "
                    "choose one from the list that opens while you type."
                ),
                params={"text": text},
            )
        return Account.objects.select_related("owner").get(pk=found.pk)

    @property
    def chosen_account(self) -> Account | None:
        """The customer of a valid form."""
        return self.settled_account or self.cleaned_data.get("account") or None
