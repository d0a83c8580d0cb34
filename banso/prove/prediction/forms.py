from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from banso.measure.health import rules
from banso.measure.health.forms import WeightsForm


class AlternativeForm(WeightsForm):
    """Another score: weights, measures, marks and borders, with a name and the reason for it."""

    new_lines: ClassVar[tuple[str, ...]] = ("new", "second", "third")

    name = forms.CharField(label=_("Name"), max_length=120)
    because = forms.CharField(
        label=_("Why it may be better"),
        max_length=300,
        help_text=_("Written down before looking: it is kept beside what was found."),
    )
    good_from = forms.IntegerField(label=_("“Going well” from"), min_value=1, max_value=100)
    watch_from = forms.IntegerField(label=_("“Needs watching” from"), min_value=0, max_value=99)

    def __init__(self, *args: Any, borders: rules.Borders, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["good_from"].initial = borders.good
        self.fields["watch_from"].initial = borders.watch

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        good, watch = given.get("good_from"), given.get("watch_from")
        if good is not None and watch is not None and watch >= good:
            self.add_error("watch_from", _("It must be below the border of “going well”."))
        return given

    @property
    def borders(self) -> rules.Borders:
        return rules.Borders(self.cleaned_data["good_from"], self.cleaned_data["watch_from"])


class TakeForm(forms.Form):
    """Why the alternative takes the place of the score in force."""

    because = forms.CharField(
        label=_("Why it is put in force"),
        max_length=300,
        error_messages={"required": _("Say in a few words why.")},
    )
