"""Walks the files of a load from where it stopped, block by block, until told to leave."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from django.conf import settings

from banso.listen.events.reads import homes_of
from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.reading.faults import fault, unreadable
from banso.listen.imports.references import References
from banso.listen.loads.meaning.converting import Converted, Converter, Refused
from banso.listen.loads.meaning.guess import lacking
from banso.listen.loads.models import Load, LoadFile, State
from banso.listen.loads.reading.looking import read
from banso.listen.loads.reading.shapes import Block, Blocks, Form, Place
from banso.listen.loads.refused import RefusedRows
from banso.listen.loads.rules import digest_of
from banso.listen.loads.writes import finish, finish_file, keep_block
from banso.shared import clock
from banso.shared.lake.packing import checked
from banso.shared.lake.reads import waiting_rows
from banso.shared.lake.rules import BadEvents

A_DAY = timedelta(days=1)
SHARE_OF_INBOX = 4
BACKLOG_SECONDS = 1.0
_backlog = [0.0, 0.0]


class Outcome(Enum):
    FINISHED = "finished"
    TOLD_TO_LEAVE = "told to leave"
    INBOX_IS_FULL = "the inbox is full"


def inbox_is_full() -> bool:
    """Whether so much waits for the compaction that a load lets it drain; asked once a second."""
    now = time.monotonic()
    if not _backlog[0] or now - _backlog[0] > BACKLOG_SECONDS:
        _backlog[:] = [now, waiting_rows()]
    return _backlog[1] > settings.INBOX_MOST_EVENTS // SHARE_OF_INBOX


def converter_of(mapping: Mapping, time_zone: str) -> Converter:
    """Reads rows as the mapping says and finds their customers."""
    return Converter(
        mapping,
        ZoneInfo(time_zone),
        int((clock.now() + A_DAY).timestamp() * 1_000_000),
        References(mapping.source).event_keys,
        lambda users: homes_of(mapping.source, users),
    )


class Walk:
    """A load in this process, with its place in the files; ``go_on`` can be called again."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.converter = converter_of(Mapping.from_json(load.mapping), load.time_zone)
        self.refused = RefusedRows(
            load.refused_path, length=load.refused_bytes, kept=load.refused_kept
        )
        self.waiting: list[LoadFile] = list(load.files.filter(done=False))
        self.blocks: Blocks | None = None

    def is_at(self, load: Load) -> bool:
        """Whether the load is where this walk left it, so that it need not be found again."""
        if load.state != self.load.state or not self.waiting:
            return False
        file = self.waiting[0]
        return load.files.filter(pk=file.pk, at=file.at, rows=file.rows, done=False).exists()

    def close(self) -> None:
        if self.blocks is not None:
            self.blocks.close()  # type: ignore[attr-defined]  # they are generators
            self.blocks = None

    def go_on(self, *, leave: Callable[[], bool]) -> Outcome:
        """Load until the end, until ``leave`` says so behind a block, or the inbox is full."""
        while self.waiting:
            if self.load.state == State.RUNNING and inbox_is_full():
                return Outcome.INBOX_IS_FULL
            file = self.waiting[0]
            if self.blocks is None:
                self.blocks = self._opened(file)
            started = time.monotonic()
            block = next(self.blocks, None)
            if block is None:
                refuse_changed(file)
                finish_file(load=self.load, file=file)
                self.waiting.pop(0)
                self.close()
                continue
            self._keep(file, block, started)
            if leave():
                return Outcome.TOLD_TO_LEAVE
        finish(load=self.load)
        return Outcome.FINISHED

    def _opened(self, file: LoadFile) -> Blocks:
        refuse_changed(file)
        form = Form.from_json(file.form)
        for found in lacking(self.converter.mapping, form.header):
            raise unreadable(found.code, **found.said)
        typed = self.converter.typed()
        return read(Path(file.path), form, Place(file.at, file.rows), typed=typed)

    def _keep(self, file: LoadFile, block: Block, started: float) -> None:
        converted = self.converter.convert(block)
        given: dict[str, Any] = {"load": self.load, "file": file, "block": block}
        given |= {"refused": self.refused}
        try:
            seconds = time.monotonic() - started
            keep_block(converted=converted, seconds=seconds, **given)
        except BadEvents:
            mended = without_unfit(converted, block)
            keep_block(converted=mended, seconds=time.monotonic() - started, **given)


def refuse_changed(file: LoadFile) -> None:
    """Raise Unreadable when the file is gone or is not what it was when the load began."""
    path = Path(file.path)
    try:
        now = path.stat()
        if now.st_size == file.size and now.st_mtime_ns == file.changed_ns:
            return
        if now.st_size == file.size and digest_of(path) == file.digest:
            return
    except OSError as error:
        raise unreadable("file_gone", path=file.name) from error
    raise unreadable("file_changed", was=f"{file.size:,}", now=f"{now.st_size:,}")


def without_unfit(converted: Converted, block: Block) -> Converted:
    """The events without those that the lake cannot keep, which are refused with its reason."""
    unfit = _unfit(converted.table, 0)
    good = np.ones(converted.table.num_rows, dtype=np.bool_)
    good[[at for at, _ in unfit]] = False
    refused = [
        Refused(
            int(converted.numbers[at]),
            block.rows.original(int(converted.places[at])),
            [fault("lake_refused", said=said)],
        )
        for at, said in unfit
    ]
    return replace(
        converted,
        table=converted.table.filter(pa.array(good)),
        numbers=converted.numbers[good],
        places=converted.places[good],
        refused=converted.refused + refused,
    )


def _unfit(table: pa.Table, offset: int) -> list[tuple[int, str]]:
    """The rows that the lake refuses, found in halves."""
    try:
        checked(table)
    except BadEvents as error:
        if table.num_rows == 1:
            return [(offset, str(error).split(":")[0])]
        half = table.num_rows // 2
        return _unfit(table.slice(0, half), offset) + _unfit(table.slice(half), offset + half)
    return []


def run_to_end(load: Load, *, leave: Callable[[], bool], drain: Callable[[], None]) -> Outcome:
    """In the foreground; ``drain`` makes room whenever the inbox is full."""
    walk = Walk(load)
    with closing(walk):
        while True:
            outcome = walk.go_on(leave=leave)
            if outcome is not Outcome.INBOX_IS_FULL:
                return outcome
            drain()
            _backlog[0] = 0.0
