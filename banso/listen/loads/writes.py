from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.reading.faults import Fault, unreadable
from banso.listen.loads.meaning.converting import Converted
from banso.listen.loads.models import AT_WORK, RESUMABLE, STARTABLE, Load, LoadFile, State, folder
from banso.listen.loads.reading.looking import Looked
from banso.listen.loads.reading.shapes import Block
from banso.listen.loads.refused import RefusedRows
from banso.listen.loads.rules import digest_of
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.lake.writes import append
from banso.shared.users.models import User

JOB = "loads.run"
UNKNOWN_KEPT = 50
COUNTS = ("accepted", "refused", "unknown", "passed", "left_out")
NOTHING_YET: dict[str, Any] = {
    **dict.fromkeys((*COUNTS, "refused_bytes", "refused_kept", "worked_seconds"), 0),
    "unknown_keys": {},
    "error": {},
    "waits": False,
    "finished_at": None,
}


class Stopped(Exception):
    """The load is no longer ours: it was stopped, or another process goes on with it."""


@dataclass(frozen=True)
class Source:
    """A file that shall be loaded, and what was seen of it."""

    path: Path
    name: str
    looked: Looked
    is_copy: bool = False


def _allowed(by: User | None) -> None:
    if by is not None and not by.may("import"):
        raise PermissionDenied


def keep_copy(*, by: User | None, blocks: Iterable[bytes], most_bytes: int, ending: str) -> Path:
    """Store an upload under a name nobody can guess; nothing is kept of one that is too large."""
    _allowed(by)
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{token_hex(16)}{ending[:20]}"
    size = 0
    try:
        with path.open("xb") as file:
            for block in blocks:
                size += len(block)
                if size > most_bytes:
                    raise unreadable("too_large", limit=most_bytes >> 20, folder="incoming")
                file.write(block)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    path.chmod(0o600)
    return path


@transaction.atomic
def draft_load(
    *, by: User | None, sources: Sequence[Source], mapping: Mapping, time_zone: str
) -> Load:
    """A load that waits for its start."""
    _allowed(by)
    name = sources[0].name + (f" + {len(sources) - 1}" if len(sources) > 1 else "")
    load = Load.objects.create(
        name=name[-255:],
        token=token_hex(16),
        mapping=mapping.as_json(),
        time_zone=time_zone,
        by=by,
        created_at=clock.now(),
    )
    LoadFile.objects.bulk_create(
        LoadFile(
            load=load,
            place=place,
            path=str(source.path),
            name=source.name[-255:],
            is_copy=source.is_copy,
            size=source.path.stat().st_size,
            changed_ns=source.path.stat().st_mtime_ns,
            digest=digest_of(source.path),
            form=source.looked.form.as_json(),
        )
        for place, source in enumerate(sources)
    )
    record("load.drafted", by=by, load=load.pk, files=len(sources), name=name[:200])
    return load


@transaction.atomic
def change_draft(
    *, by: User | None, load: Load, mapping: Mapping, time_zone: str, encoding: str = ""
) -> None:
    """Settle where the columns go, before anything was loaded."""
    _allowed(by)
    fields = {"mapping": mapping.as_json(), "time_zone": time_zone}
    if not Load.objects.filter(pk=load.pk, state__in=STARTABLE).update(**fields):
        raise Stopped
    if encoding:
        for file in load.files.all():
            if file.form["encoding"] != encoding and file.form["kind"] != "parquet":
                LoadFile.objects.filter(pk=file.pk).update(form=file.form | {"encoding": encoding})
    load.refresh_from_db()
    record("load.mapped", by=by, load=load.pk, source=mapping.source)


@transaction.atomic
def begin(*, by: User | None, load: Load, check_only: bool, in_worker: bool) -> None:
    """Read from the first row on: to check only, or to load. The worker does it when asked to."""
    _allowed(by)
    state = State.CHECKING if check_only else State.RUNNING
    fields: dict[str, Any] = NOTHING_YET | {
        "state": state,
        "started_at": clock.now(),
        "active_at": clock.now(),
    }
    if not Load.objects.filter(pk=load.pk, state__in=STARTABLE).update(**fields):
        raise Stopped
    load.files.update(at=0, rows=0, read_bytes=0, done=False)
    load.refresh_from_db()
    if in_worker:
        _owe(load)
    record("load.check_asked" if check_only else "load.started", by=by, load=load.pk)


@transaction.atomic
def resume(*, by: User | None, load: Load, in_worker: bool, left_running: bool = False) -> None:
    """Go on behind the last row that was saved; ``left_running`` when its process is gone."""
    _allowed(by)
    states = (*RESUMABLE, State.RUNNING) if left_running else RESUMABLE
    fields: dict[str, Any] = {
        "state": State.RUNNING,
        "error": {},
        "finished_at": None,
        "active_at": clock.now(),
    }
    if not Load.objects.filter(pk=load.pk, state__in=states).update(**fields):
        raise Stopped
    load.refresh_from_db()
    if in_worker:
        _owe(load)
    record("load.resumed", by=by, load=load.pk, rows=load.rows)


def _owe(load: Load) -> None:
    enqueue(JOB, key=f"{JOB}:{load.pk}", load_id=load.pk)


@transaction.atomic
def stop(*, by: User | None, load: Load) -> bool:
    """Stop behind the rows that are saved; False when it was over already."""
    _allowed(by)
    running = Load.objects.filter(pk=load.pk, state=State.RUNNING)
    stopped = bool(running.update(state=State.STOPPED, waits=False, finished_at=clock.now()))
    checking = Load.objects.filter(pk=load.pk, state=State.CHECKING)
    stopped = stopped or bool(checking.update(state=State.DRAFT))
    if stopped:
        load.refresh_from_db()
        record("load.stopped", by=by, load=load.pk, rows=load.rows)
    return stopped


@transaction.atomic
def cancel(*, by: User | None, load: Load) -> bool:
    """Give up what is not loaded yet; events that were loaded stay, uploaded copies go."""
    _allowed(by)
    open_ones = Load.objects.filter(pk=load.pk).exclude(
        state__in=(*AT_WORK, State.DONE, State.CANCELLED)
    )
    gone = bool(open_ones.update(state=State.CANCELLED, finished_at=clock.now()))
    if gone:
        _forget_copies(load)
        record("load.cancelled", by=by, load=load.pk)
    return gone


def _forget_copies(load: Load) -> None:
    copies = [Path(path) for path in load.files.filter(is_copy=True).values_list("path", flat=True)]

    def remove() -> None:
        for path in copies:
            path.unlink(missing_ok=True)

    transaction.on_commit(remove)


@transaction.atomic
def keep_block(
    *,
    load: Load,
    file: LoadFile,
    block: Block,
    converted: Converted,
    refused: RefusedRows,
    seconds: float,
) -> None:
    """Keep a block's events, what was refused of it and the place behind it together, or nothing.

    While a load is only checked its events are not kept.
    """
    counts = {
        "accepted": converted.table.num_rows,
        "refused": len(converted.refused),
        "unknown": sum(converted.unknown.values()),
        "passed": block.passed,
        "left_out": converted.left_out,
    }
    fields: dict[str, Any] = {name: F(name) + count for name, count in counts.items() if count}
    fields |= {"worked_seconds": F("worked_seconds") + seconds, "active_at": clock.now()}
    fields |= {"waits": False}
    if converted.unknown:
        fields["unknown_keys"] = _most_common(load.unknown_keys, converted.unknown)
    if not Load.objects.filter(pk=load.pk, state=load.state).update(**fields):
        raise Stopped
    here = LoadFile.objects.filter(pk=file.pk, at=file.at, rows=file.rows, done=False)
    if not here.update(at=block.end.at, rows=block.end.rows, read_bytes=block.read_bytes):
        raise Stopped
    if converted.table.num_rows and load.state == State.RUNNING:
        append(events=converted.table, source=load.mapping["source"])
    if converted.refused:
        length, kept = refused.add(file.name, converted.refused)
        Load.objects.filter(pk=load.pk).update(refused_bytes=length, refused_kept=kept)
    file.at, file.rows, file.read_bytes = block.end.at, block.end.rows, block.read_bytes
    load.unknown_keys = fields.get("unknown_keys", load.unknown_keys)


def _most_common(before: dict[str, int], more: Counter[str]) -> dict[str, int]:
    return dict((Counter(before) + more).most_common(UNKNOWN_KEPT))


@transaction.atomic
def finish_file(*, load: Load, file: LoadFile) -> None:
    """The file was read to its end."""
    if not Load.objects.filter(pk=load.pk, state=load.state).exists():
        raise Stopped
    LoadFile.objects.filter(pk=file.pk).update(done=True, read_bytes=F("size"))
    file.done = True


@transaction.atomic
def finish(*, load: Load) -> None:
    """All files were read; the lake tells the other stages when the events are in it."""
    checked = load.state == State.CHECKING
    state = State.CHECKED if checked else State.DONE
    ours = Load.objects.filter(pk=load.pk, state=load.state)
    if not ours.update(state=state, finished_at=clock.now(), waits=False):
        raise Stopped
    load.refresh_from_db()
    if not checked:
        _forget_copies(load)
    counts = {name: getattr(load, name) for name in COUNTS}
    record("load.checked" if checked else "load.finished", by=load.by, load=load.pk, **counts)


def note_wait(*, load: Load, waits: bool) -> None:
    """Say on the page that the load lets the lake catch up."""
    Load.objects.filter(pk=load.pk, state=State.RUNNING).update(waits=waits, active_at=clock.now())


@transaction.atomic
def fail(*, load: Load, found: Fault) -> None:
    """Keep what went wrong; what was loaded stays and the load can be resumed."""
    state = State.DRAFT if load.state == State.CHECKING else State.FAILED
    fields = {"state": state, "error": found.as_json(), "finished_at": clock.now(), "waits": False}
    if Load.objects.filter(pk=load.pk, state__in=AT_WORK).update(**fields):
        load.refresh_from_db()
        record("load.failed", by=load.by, load=load.pk, code=found.code)


def remove_copy(*, path: Path) -> None:
    """Forget an upload that no load came of."""
    if path.parent == folder():
        path.unlink(missing_ok=True)


def free_bytes() -> int:
    """Room on the disk that takes uploads."""
    folder().mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder()).free
