from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.forms import AccountField
from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.prove.patterns.models import Occasion, Pattern, PatternVersion
from banso.prove.patterns.reads import views_to_choose
from banso.prove.patterns.situations import conditions_of, depends_on_reader, fitting
from banso.prove.patterns.sources import known_sources
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

KEEP = "keep"
MOST_QUERY = 2000


class PatternForm(forms.ModelForm[PatternVersion]):
    """The words of a pattern; its evidence level is no field: nobody types it."""

    situation = forms.ChoiceField(
        label=_("Which customers it fits"),
        required=False,
        help_text=_(
            "A saved view of the customer list. The pattern is then offered on the pages of the "
            "customers in it. Its conditions are copied: changing the view later changes nothing "
            "here."
        ),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who looks after it"), required=False
    )

    class Meta:
        model = PatternVersion
        fields = ("name", "occasion", "in_whom", "what_to_do", "content")
        widgets = {
            "in_whom": forms.Textarea(attrs={"rows": 3}),
            "what_to_do": forms.Textarea(attrs={"rows": 8}),
            "content": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "in_whom": _("In what kind of customer, and by what you notice that it is time."),
            "what_to_do": _("Step by step, so that a colleague can do it without you."),
            "content": _("Documents, mails, slides: links or text that is used as it is."),
        }

    def __init__(self, *args: Any, user: User, query: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.given = query
        self.views = {str(view.pk): view for view in views_to_choose(user)}
        chosen = [(pk, view.name) for pk, view in self.views.items()]
        kept = self.instance.query if self.instance.pk else query
        if kept:
            name = self.instance.filter_name or str(_("The conditions of the customer list"))
            chosen.insert(0, (KEEP, name))
            self.initial["situation"] = KEEP
        self.fields["situation"].choices = [  # type: ignore[attr-defined]
            ("", _("No conditions: it is offered on no customer's page")), *chosen,
        ]  # fmt: skip
        self.fields["owner"].queryset = people_who_own()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["because"] = forms.CharField(
                label=_("What changed, and why"), max_length=300, required=False
            )
        self.order_fields(("name", "occasion", "in_whom", "situation", "what_to_do", "content"))

    def clean_situation(self) -> str:
        """The conditions themselves; a view may be changed or deleted tomorrow."""
        asked = self.cleaned_data["situation"]
        if asked == KEEP:
            self.filter_name = self.instance.filter_name
            query = self.instance.query if self.instance.pk else self.given
        else:
            view = self.views.get(asked)
            self.filter_name, query = (view.name[:120], view.query) if view else ("", "")
        conditions = conditions_of(query)
        if depends_on_reader(conditions):
            raise forms.ValidationError(
                _("“Me” and “my team” mean other customers for each reader: name the owner.")
            )
        if query and fitting(query) is None:
            raise forms.ValidationError(
                _("This view has no conditions, or one that can no longer be read.")
            )
        return conditions.address()[:MOST_QUERY]

    @property
    def words(self) -> dict[str, Any]:
        """What a version is made of."""
        given = self.cleaned_data
        said = {name: given[name] for name in self.Meta.fields}
        return said | {"query": given["situation"], "filter_name": self.filter_name}


class UseForm(forms.Form):
    """I used this with customer X."""

    account = AccountField(label=_("Customer"), max_length=420)
    used_on = forms.DateField(
        label=_("Used on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, user: User, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user, self.today = user, today
        self.fields["used_on"].initial = today

    def clean_account(self) -> Account:
        account: Account = self.cleaned_data["account"]
        if not may_change(self.user, account):
            raise forms.ValidationError(
                _("This customer belongs to another team; its owner marks what was used with it.")
            )
        return account

    def clean_used_on(self) -> date:
        day: date = self.cleaned_data["used_on"]
        if day > self.today:
            raise forms.ValidationError(_("Choose a day that is not after today."))
        return day


class LinkForm(forms.Form):
    """What the pattern rests on or is done by: one of the things its sources know."""

    link = forms.ChoiceField(label=_("Link to"))

    def __init__(self, *args: Any, pattern: Pattern, **options: Any) -> None:
        super().__init__(*args, **options)
        taken = set(pattern.links.values_list("source", "reference"))
        groups = [
            (
                str(source.label),
                [
                    (f"{key}/{reference}", label[:160])
                    for reference, label in source.choices()
                    if (key, reference) not in taken
                ],
            )
            for key, source in known_sources().items()
        ]
        self.any_choice = any(choices for _name, choices in groups)
        self.fields["link"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *(group for group in groups if group[1]),
        ]  # fmt: skip

    @property
    def asked(self) -> tuple[str, str]:
        source, _sep, reference = self.cleaned_data["link"].partition("/")
        return source, reference


class FilterForm(forms.Form):
    """What the list of patterns is asked for."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    occasion = forms.ChoiceField(
        label=_("Occasion"), required=False, choices=[("", _("Any time")), *Occasion.choices]
    )
