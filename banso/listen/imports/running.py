"""Walks a file from beginning to end: once to find repeated ids, once for the dry run, once to
import.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from django.utils import translation

from banso.listen.imports.applying import Applier
from banso.listen.imports.meaning.keys import key_columns, row_keys
from banso.listen.imports.meaning.kinds import EVENTS, HOLDERS
from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.meaning.rows import Refusal
from banso.listen.imports.models import ImportRun
from banso.listen.imports.reading.duplicates import RepeatedKeys, Repeats
from banso.listen.imports.reading.faults import Fault, unreadable
from banso.listen.imports.reading.files import read
from banso.listen.imports.reading.shapes import Chunk, Shape
from banso.listen.imports.sentences import sentence
from banso.listen.imports.writes import (
    define_own_fields,
    finish_run,
    import_chunk,
    mark_checked,
    note_checked,
    note_total,
)
from banso.shared.spreadsheets import BOM, safe_cell

ROWS_AT_ONCE = 5_000
EVENTS_AT_ONCE = 25_000


class RefusedRows:
    """The file of refused rows: the row's number, its cells as they came, and the reason.

    It is cut to the length of the checkpoint first, so that a run that goes on repeats no line.
    """

    def __init__(
        self,
        path: Path,
        header: tuple[str, ...],
        *,
        length: int,
        language: str,
        say: Callable[[Fault], str] = sentence,
    ) -> None:
        self.path, self.width, self.language, self.say = path, len(header), language, say
        with translation.override(language):
            self.head = [translation.gettext("Row"), *header, translation.gettext("Reason")]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.truncate(length)
        self.length = length

    def add(self, refused: list[Refusal]) -> int:
        """Append the rows and make them durable; the new length of the file."""
        if not refused:
            return self.length
        text = io.StringIO()
        writer = csv.writer(text)
        if not self.length:
            text.write(BOM)
            writer.writerow([safe_cell(cell) for cell in self.head])
        with translation.override(self.language):
            for one in sorted(refused, key=lambda row: row.number):
                cells = (one.cells + [""] * self.width)[: max(self.width, len(one.cells))]
                reason = " ".join(self.say(found) for found in one.faults)
                writer.writerow(
                    [one.number, *(safe_cell(cell) for cell in cells), safe_cell(reason)]
                )
        with self.path.open("r+b") as file:
            file.truncate(self.length)
            file.seek(self.length)
            file.write(text.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
            self.length = file.tell()
        return self.length


def _chunks(run: ImportRun, mapping: Mapping, *, after: int = 0) -> Iterator[Chunk]:
    if not run.upload.path.exists():
        raise unreadable("file_gone")
    size = EVENTS_AT_ONCE if mapping.kind == EVENTS else ROWS_AT_ONCE
    return read(run.upload.path, Shape.from_json(run.upload.shape), size=size, after=after)


def find_repeats(run: ImportRun, mapping: Mapping) -> tuple[Repeats, int]:
    """The rows with an id that came before, kept beside the upload for the import; and the rows
    there are.
    """
    places, total = key_columns(mapping), 0
    with RepeatedKeys() as keys:
        for chunk in _chunks(run, mapping):
            total += chunk.size
            if places:
                keys.add(chunk.numbers, row_keys(chunk, places))
        pairs = keys.found()
    np.save(run.beside("repeats.npy"), pairs)
    return Repeats(pairs), total


def _kept_repeats(run: ImportRun, mapping: Mapping) -> Repeats:
    path = run.beside("repeats.npy")
    return Repeats(np.load(path)) if path.exists() else find_repeats(run, mapping)[0]


def check(run: ImportRun) -> None:
    """The dry run: every row is read and compared, nothing is written but the run's own page."""
    mapping = Mapping.from_json(run.mapping)
    repeats, total = find_repeats(run, mapping)
    note_total(run=run, rows_total=total)
    applier = Applier.of(mapping, by=run.by, dry_run=True)
    header = Shape.from_json(run.upload.shape).header
    refused = RefusedRows(run.refused_path, header, length=0, language=run.language)
    for name in ("created", "changed", "same", "refused", "unclaimed", "noticed"):
        setattr(run, name, 0)
    run.preview = {}
    for chunk in _chunks(run, mapping):
        result = applier.apply(chunk, _among(repeats, chunk))
        length = refused.add(result.refused)
        note_checked(run=run, result=result, chunk=chunk, refused_bytes=length)
    mark_checked(run=run)


def go(run: ImportRun) -> None:
    """Import from the checkpoint to the end."""
    mapping = Mapping.from_json(run.mapping)
    repeats = _kept_repeats(run, mapping)
    applier = Applier.of(mapping, by=run.by, dry_run=False)
    holder = HOLDERS.get(mapping.kind)
    if holder and not run.position:
        own = [column for column in mapping.columns if column.key and column.target]
        define_own_fields(run=run, holder=holder, columns=own)
    header = Shape.from_json(run.upload.shape).header
    refused = RefusedRows(run.refused_path, header, length=run.refused_bytes, language=run.language)
    for chunk in _chunks(run, mapping, after=run.position):
        import_chunk(
            run=run,
            applier=applier,
            chunk=chunk,
            repeats=_among(repeats, chunk),
            refused_bytes=refused.add,
        )
    finish_run(run=run, applier=applier)


def _among(repeats: Repeats, chunk: Chunk) -> dict[int, int]:
    return repeats.among(chunk.numbers[0], chunk.numbers[-1]) if chunk.numbers else {}
