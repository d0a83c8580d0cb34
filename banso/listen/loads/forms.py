from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from banso.listen.imports.meaning.kinds import PROP
from banso.listen.imports.meaning.mappings import Column, Mapping
from banso.listen.loads.meaning.guess import SPREAD, TARGETS
from banso.listen.loads.reads import Incoming

ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("cp932", _("Shift_JIS (Windows Japanese)")),
    ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
    ("euc_jp", "EUC-JP"),
)


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A file input that takes several, or none; gives the list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(SeveralFilesField, self).clean(one, initial) for one in given]


class ChoiceOfFilesForm(forms.Form):
    """Files sent by the browser, or files that lie in the server's folder."""

    file = SeveralFilesField(
        label=_("Files"),
        required=False,
        error_messages={"empty": _("The file is empty.")},
    )
    incoming = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, there: Sequence[Incoming], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incoming"].choices = [(file.name, file.name) for file in there]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("file") and not given.get("incoming"):
            raise ValidationError(_("Choose a file first."))
        return given


def mapping_given(given: QueryDict, before: Mapping) -> Mapping:
    """The mapping as the form says it; what the form does not show stays as it was."""
    columns = [_column(given, place, column) for place, column in enumerate(before.columns)]
    return replace(
        before,
        columns=tuple(columns),
        source=(given.get("source", "").replace("\0", "").strip() or before.source)[:40],
        event_name=given.get("event_name", before.event_name).replace("\0", "").strip()[:200],
    )


def _column(given: QueryDict, place: int, column: Column) -> Column:
    target = given.get(f"target-{place}", column.target)
    if target == column.target or target not in ("", PROP, SPREAD, *TARGETS):
        return column
    key = column.name[:100] if target == PROP else ""
    return Column(column.name, target, key, column.kind, order=column.order)


def zone_given(given: QueryDict, before: str) -> str:
    name = given.get("time_zone", before)
    return name if name in available_timezones() else before


def encoding_given(given: QueryDict) -> str:
    name = given.get("encoding", "")
    return name if name in dict(ENCODINGS) else ""


def zones() -> list[str]:
    """Names of zones to choose from, the long way round the world."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")
