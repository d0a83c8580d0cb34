from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.act.visits.mailing import Words
from banso.act.visits.models import Finding
from banso.listen.surveys.definition import LANGUAGES
from banso.listen.surveys.models import Leaf
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

LONGEST = 10_000


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


def _text(label: Any, *, rows: int, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, widget=widget, **more)


class PlanForm(forms.Form):
    """When we go, who goes, and what to ask."""

    planned_on = _day(_("Day of the visit"))
    goers = forms.ModelMultipleChoiceField(
        label=_("Who goes"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    questions = _text(
        _("Questions to ask"),
        rows=8,
        required=False,
        help_text=_("One a line. They are suggested from the answers: change them as you like."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goers = self.fields["goers"]
        if isinstance(goers, forms.ModelMultipleChoiceField):
            goers.queryset = people_who_own()


class FoundForm(forms.Form):
    """What a visit found."""

    held_on = _day(_("Held on"), required=True)
    found = _text(
        _("What we found on real usage"),
        rows=6,
        help_text=_("What they really do with it, in their words, and where it is hard for them."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError(_("A visit that was held cannot be in the future."))
        return day


class FindingForm(forms.Form):
    """One request, action or learning; the first two become a task."""

    kind = forms.ChoiceField(label=_("What is it"), choices=Finding.Kind.choices)
    text = forms.CharField(label=_("In one or two sentences"), max_length=1000)
    about = forms.ChoiceField(label=_("About what"), required=False)
    owner = forms.ModelChoiceField(
        label=_("Who does it"), queryset=User.objects.none(), required=False
    )
    due_on = _day(_("Due on"))

    def __init__(self, *args: Any, troubles: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about, owner = self.fields["about"], self.fields["owner"]
        if isinstance(about, forms.ChoiceField):
            about.choices = _subjects(troubles)
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = people_who_own()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("kind") in (Finding.Kind.REQUEST, Finding.Kind.ACTION):
            for name in ("owner", "due_on"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("A request or an action needs this."))
        return given

    @property
    def fields_of_finding(self) -> dict[str, Any]:
        meaning, _sep, value = self.cleaned_data["about"].partition(":")
        given = {name: self.cleaned_data[name] for name in ("kind", "text", "owner", "due_on")}
        return given | {"meaning": meaning, "value": value}


def _subjects(troubles: dict[str, str]) -> list[Any]:
    """What a finding can be about: the kinds of trouble that were asked for, and the leaves."""
    kinds = [(f"trouble_kind:{value}", label) for value, label in troubles.items()]
    leaves = [(f"leaf:{leaf.value}", leaf.label) for leaf in Leaf]
    named: list[Any] = [(_("Kind of trouble"), kinds)] if kinds else []
    return [("", _("Something else")), *named, (_("Place in the tree"), leaves)]


class WordsForm(forms.Form):
    """What the thank-you mail says, in both languages."""

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "ja": (_("Subject in Japanese"), _("Text in Japanese")),
            "en": (_("Subject in English"), _("Text in English")),
        }
        for language in LANGUAGES:
            said = words[language]
            subject, body = labels[language]
            self.fields[f"subject_{language}"] = forms.CharField(
                label=subject, max_length=150, initial=said["subject"]
            )
            self.fields[f"body_{language}"] = _text(body, rows=9, initial=said["body"])

    @property
    def words(self) -> Words:
        given = self.cleaned_data
        return {
            language: {part: given[f"{part}_{language}"] for part in ("subject", "body")}
            for language in LANGUAGES
        }
