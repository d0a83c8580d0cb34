"""The first proposal for a file: the columns kept from last time, or guessed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from banso.listen.earlier.meaning.columns import Column, Columns
from banso.listen.earlier.meaning.guess import Seen, guessed
from banso.listen.earlier.models import KeptColumns
from banso.listen.earlier.reads import columns_of_wave, surveys_to_fill, target_of
from banso.listen.imports.meaning.mappings import signature


def columns_for(mapping: Columns, seen: Sequence[Seen]) -> tuple[Column, ...]:
    """The columns for the survey or the wave that was chosen: a wave's as they were read for it,
    so that a corrected file means the same by the same word.
    """
    found = guessed(seen, target_of(mapping))
    before = columns_of_wave(mapping.wave) if mapping.wave else {}
    return tuple(before.get(column.name, column) for column in found)


def propose(name: str, seen: Sequence[Seen]) -> tuple[Columns, KeptColumns | None]:
    """``name``: of the file; the survey and the wave are called after it at first."""
    header = [one.name for one in seen]
    stem = name.rsplit(".", 1)[0][:120]
    kept = KeptColumns.objects.filter(signature=signature(header)).first()
    if kept is None:
        return Columns(guessed(seen, None), survey_name=stem, wave_name=stem), None
    mapping = replace(Columns.from_json(kept.mapping).for_header(header), wave_name=stem)
    if mapping.survey and mapping.survey not in [one.pk for one in surveys_to_fill()]:
        return Columns(guessed(seen, None), survey_name=stem, wave_name=stem), None
    return mapping, kept
