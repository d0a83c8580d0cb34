from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from banso.listen.earlier.labels import KINDS
from banso.listen.earlier.meaning import columns as goes
from banso.listen.earlier.meaning.columns import EMPTY, UNKNOWN, Column, Columns, said
from banso.listen.earlier.meaning.guess import Seen, again, values_of
from banso.listen.earlier.proposing import columns_for
from banso.listen.earlier.reads import surveys_to_fill, target_of, waves_to_correct
from banso.listen.imports.meaning.dates import DAY_FIRST, MONTH_FIRST
from banso.listen.surveys.meanings import MEANINGS


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        error_messages={"required": _("Choose a file first."), "empty": _("The file is empty.")},
    )


def columns_given(given: QueryDict, before: Columns, seen: Sequence[Seen]) -> Columns:
    """What the form says; another survey, or another place of a column, is guessed anew."""
    mapping = replace(
        before,
        survey=_one_of(given.get("survey"), [one.pk for one in surveys_to_fill()]),
        survey_name=given.get("survey_name", before.survey_name)[:120],
        wave_name=given.get("wave_name", before.wave_name)[:120],
        source=given.get("source", before.source)[:60],
        answered_on=_day(given.get("answered_on", before.answered_on)),
        is_anonymous=bool(given.get("is_anonymous")),
        wave=0,
    )
    if mapping.survey:
        waves = [one.pk for one in waves_to_correct(mapping.survey)]
        mapping = replace(mapping, wave=_one_of(given.get("wave"), waves))
    if (mapping.survey, mapping.wave) != (before.survey, before.wave):
        return replace(mapping, columns=columns_for(mapping, seen))
    chosen = [
        _column(given, place, column, one)
        for place, (column, one) in enumerate(zip(before.columns, seen, strict=True))
    ]
    known = {column.name: column for column in before.columns}
    return replace(mapping, columns=again(known, chosen, seen, target_of(mapping)))


def _one_of(text: str | None, pks: Sequence[int]) -> int:
    return int(text) if text and text.isdecimal() and int(text) in pks else 0


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        return ""


def _column(given: QueryDict, place: int, before: Column, seen: Seen) -> Column:
    wanted = given.get(f"goes-{place}", before.goes)
    kind, order = given.get(f"kind-{place}", before.kind), given.get(f"order-{place}", "")
    values = dict(before.values)
    for number, text in enumerate(values_of(seen, before.split)):
        ours = given.get(f"v-{place}-{number}")
        if ours == UNKNOWN:
            values.pop(said(text), None)
        elif ours is not None and _may_mean(before, ours):
            values[said(text)] = "" if ours == EMPTY else ours[:200]
    return replace(
        before,
        goes=wanted if _is_known(wanted) else before.goes,
        kind=kind if kind in dict(KINDS) else before.kind,
        order=order if order in (MONTH_FIRST, DAY_FIRST) else before.order,
        span=given.get(f"span-{place}", before.span)[:6],
        values=values,
    )


def _may_mean(column: Column, ours: str) -> bool:
    """A number must lie on the scale; whether a choice is one is seen when a row is read."""
    if ours == EMPTY or column.kind != "scale":
        return True
    return ours.isdecimal() and column.low <= int(ours[:3]) <= column.high


def _is_known(wanted: str) -> bool:
    if wanted.startswith(goes.MEANING):
        return wanted.removeprefix(goes.MEANING) in MEANINGS
    plain = (goes.LEFT_OUT, goes.ACCOUNT, goes.PERSON, goes.OWN)
    return wanted in (*plain, *goes.ONCE) or wanted.startswith(goes.QUESTION)
