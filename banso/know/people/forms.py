from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.know.people.models import Influence, Membership, Person
from banso.know.people.reads import person_meant
from banso.shared.fields.forms import PREFIX, own_form_fields, own_values
from banso.shared.fields.reads import fields_of


class PersonForm(forms.ModelForm[Person]):
    class Meta:
        model = Person
        fields = (
            "name", "name_kana", "department", "title", "product_role", "channel", "email", "phone",
            "personality",
        )  # fmt: skip
        widgets = {"personality": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["channel"].help_text = _(
            "How this person likes to be reached, such as telephone in the morning."
        )
        self.fields |= own_form_fields(fields_of("person"), self.instance.custom)

    def written(self) -> dict[str, Any]:
        fields = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith(PREFIX)
        }
        return fields | {"custom": own_values(self.cleaned_data)}


class PlaceForm(forms.ModelForm[Membership]):
    """A person's place at one account."""

    class Meta:
        model = Membership
        fields = ("is_key", "influence")


class LinkForm(forms.ModelForm[Membership]):
    person = forms.CharField(label=gettext_lazy("Person"), max_length=420)

    class Meta:
        model = Membership
        fields = ("person", "is_key", "influence")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields(["person", "is_key", "influence"])
        self.fields["person"].widget = forms.TextInput(
            attrs={
                "list": "people-offered",
                "autocomplete": "off",
                "hx-get": str(reverse_lazy("people:person_options")),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#people-offered",
            }
        )

    def clean_person(self) -> Person:
        person = person_meant(self.cleaned_data["person"])
        if person is None:
            raise forms.ValidationError(
                _("Nobody, or more than one person, is meant: choose one from the list.")
            )
        return person


class PeopleFilterForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or e-mail"), required=False, max_length=200)
    account = forms.CharField(label=gettext_lazy("Customer"), required=False, max_length=200)
    influence = forms.ChoiceField(
        label=gettext_lazy("Influence"),
        required=False,
        choices=[("", gettext_lazy("Any")), *Influence.choices],
    )
    key = forms.BooleanField(label=gettext_lazy("Key persons only"), required=False)
