from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.models import Account
from banso.know.people.models import Person
from banso.know.success import rules
from banso.know.success.models import Version
from banso.know.success.reads import metric_choices, people_to_choose, retired_titles
from banso.know.success.rules import StepSaid
from banso.shared import clock


class StepForm(forms.Form):
    """One row: the step in words, and the metric that observes it."""

    words = forms.CharField(required=False, max_length=rules.LONGEST_STEP)
    metric = forms.ChoiceField(
        required=False,
        error_messages={
            "invalid_choice": _("No metric in use has the key “%(value)s”: choose one of the list.")
        },
    )

    def __init__(self, said: StepSaid, choices: list[tuple[str, str]], *, judged: bool) -> None:
        given = {"words": said.words, "metric": said.metric}
        super().__init__(given if judged else None, initial=given, auto_id=False)
        self.said = said
        self.fields["metric"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("metric") and not given.get("words") and "words" not in self.errors:
            self.add_error("words", _("Say what the customer can do or has at this step."))

    @property
    def kept(self) -> StepSaid | None:
        """The step of a valid row; None for one that was left empty."""
        given = self.cleaned_data
        return StepSaid(given["words"], given["metric"]) if given["words"] else None


class SuccessForm(forms.Form):
    """What success is, who said so and when, and the steps that lead there.

    ``do`` of the request is "save", or what a button of the steps asked for: then the rows move and
    nothing is judged yet.
    """

    words = forms.CharField(
        label=_("In the customer's own words"),
        max_length=rules.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write down what is called success, in their words.")},
    )
    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("Who said it"),
        required=False,
        empty_label=_("Somebody else"),
        error_messages={"invalid_choice": _("This person does not stand at this customer.")},
    )
    said_by = forms.CharField(
        label=_("Somebody else: who"), max_length=rules.LONGEST_WHO, required=False
    )
    said_on = forms.DateField(
        label=_("Said on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Say on which day it was said.")},
    )
    because = forms.CharField(
        label=_("What changed, and why"), max_length=rules.LONGEST_REASON, required=False
    )

    def __init__(
        self, data: QueryDict | None, *, account: Account | None, version: Version | None = None
    ) -> None:
        self.do = "save" if data is None else data.get("do", "save") or "save"
        judged = data is not None and self.do == "save"
        super().__init__(
            data if judged else None, initial=data if data is not None else _of(version)
        )
        if account is None:
            del self.fields["person"]
            self.fields["said_by"].label = _("Who said it")
            self.fields["said_by"].required = True
            self.fields["words"].label = _("What success looks like for our customers")
        else:
            kept = version.person_id if version else None
            self.fields["person"].queryset = people_to_choose(  # type: ignore[attr-defined]
                account, kept
            )
        if version is None:
            del self.fields["because"]
        self.steps = self._rows(data, version, judged)

    def _rows(
        self, data: QueryDict | None, version: Version | None, judged: bool
    ) -> list[StepForm]:
        kept = [StepSaid(s.words, s.metric) for s in version.steps.all()] if version else []
        if data is None:
            blanks = max(rules.ROWS_AT_FIRST - len(kept), 0 if version else 1)
            rows = [*kept, *[StepSaid("")] * blanks]
        else:
            given = zip_longest(
                data.getlist("step_words"), data.getlist("step_metric"), fillvalue=""
            )
            rows = [StepSaid(words, metric) for words, metric in given][: rules.MOST_STEPS + 1]
            rows = rules.rearranged(rows, self.do, StepSaid(""))
        choices = metric_choices()
        gone = {step.metric for step in kept if step.metric} - {key for key, _title in choices}
        named = [(key, f"{title} ({gettext('no longer in use')})") for key, title in
                 retired_titles(sorted(gone)).items()] if gone else []  # fmt: skip
        choices = [("", gettext("Not measured yet")), *choices, *named]
        return [StepForm(row, choices, judged=judged) for row in rows]

    def clean_said_on(self) -> date:
        day: date = self.cleaned_data["said_on"]
        if day > clock.today():
            raise forms.ValidationError(
                _("This day has not come yet: choose the day on which it was said.")
            )
        return day

    def clean(self) -> None:
        given = self.cleaned_data
        if "person" in self.fields and "person" not in self.errors:
            if given.get("person") and given.get("said_by"):
                self.add_error("said_by", _("Choose a person or write somebody else, not both."))
            nobody = not given.get("person") and not given.get("said_by")
            if nobody and "said_by" not in self.errors:
                self.add_error("said_by", _("Say who said it: choose a person, or write who."))
        if len(self.steps) > rules.MOST_STEPS:
            self.add_error(None, _("At most 20 steps: leave out what does not lead there."))
        if not all(row.is_valid() for row in self.steps):
            self.add_error(None, _("Something is wrong with a step: see there."))

    @property
    def said(self) -> dict[str, Any]:
        """What a version is made of, of a valid form."""
        given = self.cleaned_data
        names = ("words", "said_by", "said_on", *(["because"] if "because" in given else []))
        steps = [row.kept for row in self.steps]
        return {name: given[name] for name in names} | {
            "person": given.get("person"),
            "steps": [step for step in steps if step is not None],
        }


def _of(version: Version | None) -> dict[str, Any]:
    if version is None:
        return {}
    return {
        "words": version.words, "person": version.person_id, "said_on": version.said_on,
        "said_by": "" if version.person_id else version.said_by,
    }  # fmt: skip


class EndForm(forms.Form):
    """Why it no longer holds."""

    because = forms.CharField(
        label=_("Why it no longer holds"),
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Say why it no longer holds.")},
    )


class FilterForm(forms.Form):
    """What the list is asked for."""

    q = forms.CharField(label=_("Customer"), required=False, max_length=200)
    owner = forms.ChoiceField(label=_("Whose customers"), required=False)

    def __init__(self, data: QueryDict, *, owners: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]
