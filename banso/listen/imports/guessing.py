"""The first proposal for a file: a mapping kept from last time, or one guessed from its header and
rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from banso.listen.imports.meaning import guess
from banso.listen.imports.meaning.kinds import CUSTOM, HOLDERS, WIDE
from banso.listen.imports.meaning.mappings import Mapping, signature
from banso.listen.imports.models import Mapping as KeptMapping
from banso.listen.imports.models import Upload
from banso.listen.imports.reading.files import sample_rows
from banso.listen.imports.reading.shapes import Shape
from banso.shared import clock
from banso.shared.fields.reads import fields_of
from banso.shared.users.reads import organisation

SAMPLE = 2_000


@dataclass(frozen=True)
class Proposal:
    """``mapping`` is None when no customer was found; ``kept`` is the saved one it came from."""

    mapping: Mapping | None
    columns: Sequence[guess.Sampled]
    kept: KeptMapping | None = None


def sample_of(upload: Upload) -> list[guess.Sampled]:
    shape = Shape.from_json(upload.shape)
    return guess.sampled(shape.header, sample_rows(upload.path, shape, SAMPLE))


def propose(upload: Upload, *, kind: str = "", named: str = "") -> Proposal:
    """For this kind, or for the kind the file seems to be."""
    columns = sample_of(upload)
    header = [column.name for column in columns]
    kept = KeptMapping.objects.filter(signature=signature(header)).order_by("-used_at")
    if named:
        kept = KeptMapping.objects.filter(name=named).order_by("-used_at")
    found = (kept.filter(kind=kind) if kind else kept).first()
    if found:
        mapping = Mapping.from_json(found.mapping).for_header(header)
        if mapping.kind == WIDE and not mapping.snapshot_on:
            mapping = replace(mapping, snapshot_on=clock.today().isoformat())
        return Proposal(mapping, columns, found)
    kind = kind or guess.guess_kind(columns)
    return Proposal(guessed(kind, columns) if kind else None, columns)


def guessed(kind: str, columns: Sequence[guess.Sampled]) -> Mapping:
    """The guess, with the organisation's own fields read the way they are defined."""
    mapping = guess.guess_mapping(kind, columns, currency=organisation().currency)
    if kind == WIDE:
        mapping = replace(mapping, snapshot_on=clock.today().isoformat())
    if kind not in HOLDERS:
        return mapping
    defined = {field.key: field for field in fields_of(HOLDERS[kind])}
    own = tuple(
        replace(column, kind=defined[column.key].kind, known_when=defined[column.key].known_when)
        if column.target == CUSTOM and column.key in defined
        else column
        for column in mapping.columns
    )
    return replace(mapping, columns=own)
