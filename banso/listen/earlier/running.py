"""Walks a file of answers: once for what stands in its columns, once for the dry run, once to bring
it in; and takes what it brought out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from banso.listen.earlier.applying import Applier
from banso.listen.earlier.meaning import columns as goes
from banso.listen.earlier.meaning.columns import LONGEST_VALUE, MOST_VALUES, Columns
from banso.listen.earlier.meaning.guess import Seen
from banso.listen.earlier.meaning.rows import repeated_key
from banso.listen.earlier.models import EarlierRun
from banso.listen.earlier.reads import definition_for
from banso.listen.earlier.sentences import sentence
from banso.listen.earlier.writes.runs import (
    begin_wave,
    bring_in_chunk,
    finish_run,
    finish_undo,
    mark_checked,
    note_checked,
    note_total,
    take_out,
)
from banso.listen.imports.models import Upload
from banso.listen.imports.reading.duplicates import RepeatedKeys, Repeats
from banso.listen.imports.reading.faults import unreadable
from banso.listen.imports.reading.files import read
from banso.listen.imports.reading.shapes import Chunk, Shape
from banso.listen.imports.running import RefusedRows

ROWS_AT_ONCE = 2_000
LOOKED_AT = 20_000
"""Rows whose values are shown on the page of the columns; the dry run adds what comes later."""


def look_at_values(upload: Upload) -> list[Seen]:
    """What stands in each column of the first rows."""
    shape = Shape.from_json(upload.shape)
    counted: list[Counter[str]] = [Counter() for _name in shape.header]
    more = [False] * len(counted)
    rows = 0
    for chunk in read(upload.path, shape, size=ROWS_AT_ONCE):
        for place, column in enumerate(chunk.columns):
            _count(counted, more, place, column)
        rows += chunk.size
        if rows >= LOOKED_AT:
            break
    return [
        Seen(name, tuple(counted[place].most_common(MOST_VALUES)), more[place])
        for place, name in enumerate(shape.header)
    ]


def _count(
    counted: list[Counter[str]], more: list[bool], place: int, column: Sequence[str]
) -> None:
    seen = counted[place]
    for text in column:
        value = text.strip()[:LONGEST_VALUE]
        if value in seen or (value and len(seen) < 2 * MOST_VALUES):
            seen[value] += 1
        elif value:
            more[place] = True
    more[place] = more[place] or len(seen) > MOST_VALUES


def seen_as_json(seen: Sequence[Seen]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "values": [list(pair) for pair in one.values], "more": one.has_more}
        for one in seen
    ]


def seen_of(run: EarlierRun) -> list[Seen]:
    return [
        Seen(one["name"], tuple((text, count) for text, count in one["values"]), one["more"])
        for one in run.seen
    ]


def _chunks(run: EarlierRun, *, after: int = 0) -> Iterator[Chunk]:
    if not run.upload.path.exists():
        raise unreadable("file_gone")
    shape = Shape.from_json(run.upload.shape)
    return read(run.upload.path, shape, size=ROWS_AT_ONCE, after=after)


def _find_repeats(run: EarlierRun, mapping: Columns) -> tuple[Repeats, int]:
    """The rows that say again who or which answer they are; and the rows there are."""
    places = {one: mapping.at(one) for one in (goes.ROW_ID, goes.PERSON, goes.ACCOUNT)}
    total = 0
    with RepeatedKeys() as keys:
        for chunk in _chunks(run):
            total += chunk.size
            if mapping.says_who:
                rows = (chunk.row(index) for index in range(len(chunk.numbers)))
                keys.add(chunk.numbers, [repeated_key(cells, places) for cells in rows])
        pairs = keys.found()
    np.save(run.refused_path.with_suffix(".repeats.npy"), pairs)
    return Repeats(pairs), total


def _kept_repeats(run: EarlierRun, mapping: Columns) -> Repeats:
    path = run.refused_path.with_suffix(".repeats.npy")
    return Repeats(np.load(path)) if path.exists() else _find_repeats(run, mapping)[0]


def _refused(run: EarlierRun, length: int) -> RefusedRows:
    header = Shape.from_json(run.upload.shape).header
    return RefusedRows(run.refused_path, header, length=length, language=run.language, say=sentence)


def check(run: EarlierRun) -> None:
    """The dry run: every row is read and looked up, nothing is written but the run's own page."""
    mapping = Columns.from_json(run.mapping)
    repeats, total = _find_repeats(run, mapping)
    note_total(run=run, rows_total=total)
    wave = run.wave if mapping.wave else None
    applier = Applier(mapping, definition_for(mapping, seen_of(run)), wave)
    refused = _refused(run, 0)
    for chunk in _chunks(run):
        judged = applier.judge(chunk, _among(repeats, chunk))
        length = refused.add(judged.refused)
        note_checked(run=run, judged=judged, chunk=chunk, refused_bytes=length)
    mark_checked(run=run)


def go(run: EarlierRun) -> None:
    """Bring in from the checkpoint to the end."""
    mapping = Columns.from_json(run.mapping)
    repeats = _kept_repeats(run, mapping)
    definition = definition_for(mapping, seen_of(run))
    wave = begin_wave(run=run, mapping=mapping, definition=definition)
    applier = Applier(mapping, definition, wave)
    refused = _refused(run, run.refused_bytes)
    for chunk in _chunks(run, after=run.position):
        judged = applier.judge(chunk, _among(repeats, chunk))
        bring_in_chunk(
            run=run, wave=wave, definition=definition, judged=judged, chunk=chunk,
            refused_bytes=refused.add,
        )  # fmt: skip
    finish_run(run=run)


def undo(run: EarlierRun) -> None:
    """Take the wave out again, some answers at a time."""
    while take_out(run=run):
        pass
    finish_undo(run=run)


def _among(repeats: Repeats, chunk: Chunk) -> dict[int, int]:
    return repeats.among(chunk.numbers[0], chunk.numbers[-1]) if chunk.numbers else {}
