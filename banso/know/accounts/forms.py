from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.know.accounts.models import Account, Environment, SavedView, TouchModel
from banso.know.accounts.reads import account_label, account_meant, is_below, suggestions
from banso.know.accounts.rules import whole_number
from banso.know.accounts.writes import IN_BULK
from banso.shared.fields.forms import PREFIX, own_form_fields, own_values
from banso.shared.fields.reads import fields_of
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own


class Suggesting(forms.TextInput):
    """A text input that offers what other records say; any text may be typed."""

    template_name = "accounts/suggesting.html"

    def __init__(self, offered: list[str]) -> None:
        super().__init__()
        self.offered = offered

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"offers-{name}"
        context["widget"]["attrs"]["list"] = list_id
        return context | {"list_id": list_id, "offered": self.offered}


class AccountInput(forms.TextInput):
    """An input that finds accounts while one types."""

    template_name = "accounts/account_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"accounts-{name}"
        context["widget"]["attrs"] |= {
            "list": list_id,
            "autocomplete": "off",
            "hx-get": str(reverse_lazy("accounts:account_options")),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{list_id}",
            "hx-vals": f'{{"for": "{name}"}}',
        }
        return context | {"list_id": list_id}


class AccountField(forms.CharField):
    """One account, picked by its label, external id or only bearer of a name."""

    widget = AccountInput

    def prepare_value(self, value: Any) -> Any:
        return account_label(value) if isinstance(value, Account) else value

    def clean(self, value: Any) -> Account | None:
        text = super().clean(value)
        if not text:
            return None
        account = account_meant(text)
        if account is None:
            raise forms.ValidationError(
                _(
                    "No customer, or more than one, is meant by “%(text)s”: "
                    "choose one from the list."
                )
                % {"text": text}
            )
        return account


class AccountForm(forms.ModelForm[Account]):
    parent = AccountField(label=gettext_lazy("Parent company"), required=False, max_length=420)

    class Meta:
        model = Account
        fields = (
            "name", "name_kana", "external_id", "owner", "stage", "touch_model", "segment",
            "industry", "country", "employees", "website", "signed_up_on", "parent",
        )  # fmt: skip
        widgets = {"signed_up_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields(self.Meta.fields)
        if self.instance.pk:
            del self.fields["external_id"]
            self.initial["parent"] = self.instance.parent
        else:
            self.fields["external_id"].required = False
            self.fields["external_id"].help_text = _(
                "The number of this customer in your other systems; may stay empty."
            )
            self.initial.setdefault(
                "owner", by.pk if people_who_own().filter(pk=by.pk).exists() else None
            )
        self.fields["owner"].queryset = people_who_own()  # type: ignore[attr-defined]
        self.fields["owner"].empty_label = _("Nobody")  # type: ignore[attr-defined]
        for name in ("segment", "industry", "country"):
            self.fields[name].widget = Suggesting(suggestions(name))
        self.fields |= own_form_fields(fields_of("account"), self.instance.custom)

    def own_fields(self) -> Iterator[BoundField]:
        return (self[name] for name in self.fields if name.startswith(PREFIX))

    def built_in_fields(self) -> Iterator[BoundField]:
        return (self[name] for name in self.fields if not name.startswith(PREFIX))

    def clean_external_id(self) -> str:
        external_id: str = self.cleaned_data["external_id"]
        if (
            external_id
            and Account.objects.filter(source="manual", external_id=external_id).exists()
        ):
            raise forms.ValidationError(_("Another customer has this external id."))
        return external_id

    def clean_parent(self) -> Account | None:
        parent: Account | None = self.cleaned_data["parent"]
        if parent is not None and self.instance.pk and is_below(parent, self.instance):
            raise forms.ValidationError(
                _("This customer cannot stand below itself or its own subsidiary.")
            )
        return parent

    def written(self) -> dict[str, Any]:
        """What ``writes`` wants: the account's own fields, and ``custom``."""
        fields = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith(PREFIX)
        }
        return fields | {"custom": own_values(self.cleaned_data)}


class EnvironmentForm(forms.ModelForm[Environment]):
    class Meta:
        model = Environment
        fields = (
            "success_wished", "success_allowed", "success_realistic", "decision_style", "culture",
            "authorities", "income", "costs",
        )  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 2}) for name in fields if name != "decision_style"
        }


class ViewForm(forms.ModelForm[SavedView]):
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    class Meta:
        model = SavedView
        fields = ("name", "is_shared", "query")


class BulkForm(forms.Form):
    """Which rows, and what they become."""

    ids = forms.TypedMultipleChoiceField(coerce=int, required=False)
    all_matching = forms.BooleanField(required=False)
    field = forms.ChoiceField(choices=[(name, name) for name in IN_BULK])
    owner_id = forms.ModelChoiceField(queryset=User.objects.none(), required=False)
    touch_model = forms.ChoiceField(choices=[("", ""), *TouchModel.choices], required=False)
    segment = forms.CharField(max_length=60, required=False)
    query = forms.CharField(required=False, max_length=4000)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner_id"].queryset = people_who_own()  # type: ignore[attr-defined]
        given = [value for value in self.data.getlist("ids") if whole_number(value) is not None]  # type: ignore[attr-defined]
        self.fields["ids"].choices = [(value, value) for value in given]  # type: ignore[attr-defined]

    @property
    def value(self) -> Any:
        given = self.cleaned_data[self.cleaned_data["field"]]
        return given.pk if isinstance(given, User) else given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("ids") and not cleaned.get("all_matching"):
            raise forms.ValidationError(_("Choose at least one customer first."))
        return cleaned
