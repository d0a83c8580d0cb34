from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from banso.act.signals.kinds import Kind


class RuleForm(forms.Form):
    """Whether one kind of signal is raised, and its thresholds."""

    is_on = forms.BooleanField(label=_("Raise these signals"), required=False)

    def __init__(
        self, data: QueryDict | None, *, kind: Kind, is_on: bool, settings: Mapping[str, int]
    ) -> None:
        super().__init__(data, initial={"is_on": is_on, **settings}, prefix=kind.key)
        self.kind = kind
        for parameter in kind.parameters:
            self.fields[parameter.key] = forms.IntegerField(
                label=str(parameter.label), min_value=parameter.least, max_value=parameter.most
            )

    @property
    def settings(self) -> dict[str, int]:
        """The thresholds of a valid form."""
        return {p.key: self.cleaned_data[p.key] for p in self.kind.parameters}
