from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.invitations.rules import MOST_REMINDERS
from banso.listen.surveys.models import Asked, Survey
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own


def _day(label: Any, **more: Any) -> forms.DateField:
    day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=day, **more)


class WaveForm(forms.Form):
    """One asking of a survey: when, whom, how often, and what is promised."""

    name = forms.CharField(label=gettext_lazy("Name of the wave"), max_length=120)
    opens_on = _day(gettext_lazy("Opens on"))
    closes_on = _day(
        gettext_lazy("Closes on"),
        required=False,
        help_text=gettext_lazy("The last day on which it can be answered; may stay empty."),
    )
    key_people_only = forms.BooleanField(label=gettext_lazy("Key persons only"), required=False)
    throttle_days = forms.IntegerField(
        label=gettext_lazy("Days between two surveys"),
        min_value=0,
        max_value=1000,
        initial=90,
        help_text=gettext_lazy(
            "Who was asked within so many days, by any survey, is left out; an answer in a survey "
            "brought in by file counts as asked."
        ),
    )
    remind_after = forms.CharField(
        label=gettext_lazy("Remind after (days)"),
        required=False,
        initial="5, 10",
        max_length=60,
        help_text=gettext_lazy(
            "Days after the invitation, such as 5, 10; only those who have not answered."
        ),
    )
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous"),
        required=False,
        help_text=gettext_lazy(
            "Promised to those who are asked: nothing ties a handed-in answer to a person or a "
            "customer, so it cannot be changed, and no customer’s page shows it."
        ),
    )
    sends_mail = forms.BooleanField(
        label=gettext_lazy("Invite by e-mail"), required=False, initial=True
    )
    has_public_link = forms.BooleanField(
        label=gettext_lazy("Public link"),
        required=False,
        help_text=gettext_lazy(
            "Whoever has it can answer; nobody knows who did. For a website or a QR code."
        ),
    )
    colleagues = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Colleagues who are asked about every customer"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    owners_answer = forms.BooleanField(
        label=gettext_lazy("Each customer’s owner is asked about it"), required=False, initial=True
    )

    def __init__(self, *args: Any, survey: Survey, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asks_colleagues = survey.asked == Asked.COLLEAGUES
        self.fields["opens_on"].initial = clock.today()
        self.fields["colleagues"].queryset = people_who_own()  # type: ignore[attr-defined]
        aside = (
            ("key_people_only", "throttle_days", "has_public_link", "sends_mail")
            if self.asks_colleagues
            else ("colleagues", "owners_answer")
        )
        for name in aside:
            del self.fields[name]

    def clean_remind_after(self) -> list[int]:
        words = self.cleaned_data["remind_after"].replace("、", ",").replace(",", " ").split()
        if len(words) > MOST_REMINDERS or not all(w.isdecimal() and len(w) < 4 for w in words):
            raise forms.ValidationError(
                _("Write up to %(most)s whole numbers of days, such as 5, 10.")
                % {"most": MOST_REMINDERS}
            )
        days = sorted({int(word) for word in words})
        if days and days[0] < 1:
            raise forms.ValidationError(
                _("The first reminder may go out a day later at the earliest.")
            )
        return days

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        opens, closes = given.get("opens_on"), given.get("closes_on")
        if opens and closes and closes < max(opens, clock.today()):
            self.add_error("closes_on", _("It must not close before it opens, or before today."))
        if self.asks_colleagues:
            if not given.get("colleagues") and not given.get("owners_answer"):
                self.add_error("colleagues", _("Choose somebody who is asked."))
        elif not given.get("sends_mail") and not given.get("has_public_link"):
            self.add_error("sends_mail", _("Choose e-mail, a public link, or both."))
        return given

    def written(self) -> dict[str, Any]:
        """What ``plan_wave`` and ``change_wave`` want, without the audience."""
        g = self.cleaned_data
        return {
            "name": g["name"],
            "opens_on": g["opens_on"],
            "closes_on": g["closes_on"],
            "key_people_only": g.get("key_people_only", False),
            "throttle_days": g.get("throttle_days", 0),
            "remind_after": g["remind_after"],
            "is_anonymous": g["is_anonymous"],
            "has_public_link": g.get("has_public_link", False),
            "mailing": {
                "sends_mail": g.get("sends_mail", True),
                "colleagues": [user.pk for user in g.get("colleagues") or ()],
                "owners_answer": g.get("owners_answer", False),
            },
        }


class ReopenForm(forms.Form):
    """Until when answers are taken again."""

    closes_on = _day(gettext_lazy("Closes on"), required=False)

    def clean_closes_on(self) -> date | None:
        day: date | None = self.cleaned_data["closes_on"]
        if day is not None and day < clock.today():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day
