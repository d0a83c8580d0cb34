"""`banso backup`: one moment of everything, taken while others go on working.

The database is copied first. The manifest of the lake inside that very copy says which event files
belong to it: they never change, and retired ones stay for an hour. Uploads are read last; they only
grow. A file that vanished meanwhile starts the backup anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from banso.shared import clock
from banso.shell.operations import archives, databases
from banso.shell.operations.archives import Gone, Sink
from banso.shell.operations.contents import (
    EVENTS,
    MANIFEST,
    SECRET,
    UPLOADS,
    Contents,
    Part,
    Refused,
    our_version,
)
from banso.shell.operations.unfinished import UNFINISHED, work_folder

ATTEMPTS = 5
_HALF_WRITTEN = (".part", UNFINISHED)
# asked of the copy, which is no database of Django's
_MIGRATIONS = "SELECT app, name FROM django_migrations"
_WAITING_ROWS = "SELECT COALESCE(SUM(rows), 0) FROM lake_batch"
# the newest weeks are the ones that are merged next: they are read first
_EVENT_FILES = (
    "SELECT file, bytes, rows FROM lake_segment WHERE retired_at IS NULL "
    "ORDER BY week DESC, id DESC"
)
_SPENT_UPLOADS = (
    "SELECT stored_as FROM imports_upload u WHERE "
    "EXISTS (SELECT 1 FROM imports_importrun r WHERE r.upload_id = u.id) AND NOT EXISTS "
    "(SELECT 1 FROM imports_importrun r WHERE r.upload_id = u.id AND r.state <> 'done')"
)


@dataclass(frozen=True)
class Wanted:
    """What a copy of the database says that belongs to it."""

    database: Path
    contents: Contents
    events: list[tuple[str, int]]
    spent: set[str] = field(default_factory=set)


def back_up(target: Path, *, with_secret: bool = False, allow_missing: bool = False) -> Contents:
    """Write a backup; under ``target`` it is whole or not there."""
    target = target.expanduser().absolute()
    form = archives.form_of(target)
    _refuse_place(target, form)
    gone = ""
    try:
        with work_folder(target.with_name(target.name + UNFINISHED)) as work:
            for attempt in range(1, ATTEMPTS + 1):
                lenient = allow_missing and attempt == ATTEMPTS
                try:
                    made, contents = _made(work / str(attempt), form, with_secret, lenient)
                except Gone as error:
                    gone = str(error)
                    continue
                _refuse_place(target, form)
                made.rename(target)
                os.sync()
                return contents
    except (OSError, DatabaseError) as error:
        raise Refused(
            _("The backup could not be written, and nothing was left: %(error)s")
            % {"error": str(error).strip()}
        ) from error
    raise Refused(
        _(
            "%(file)s is lost or not whole. Put it back from an older backup, or back up without "
            "it: --allow-missing. “banso check” lists what is missing."
        )
        % {"file": gone}
    )


def _made(folder: Path, form: str, with_secret: bool, lenient: bool) -> tuple[Path, Contents]:
    folder.mkdir()
    wanted = _wanted(folder)
    _look_for(wanted, lenient=lenient)
    made = folder / "made"
    with archives.sink(made, form, mtime=wanted.contents.made_at.timestamp()) as sink:
        return made, _fill(sink, wanted, with_secret=with_secret)


def _refuse_place(target: Path, form: str) -> None:
    if target.is_symlink() or (
        target.exists() and not (form == archives.FOLDER and _is_empty_folder(target))
    ):
        raise Refused(_("%(path)s exists already: name another place.") % {"path": target})
    for kept in (settings.LAKE_ROOT, settings.MEDIA_ROOT):
        if target.resolve().is_relative_to(Path(kept).resolve()):
            raise Refused(
                _("%(path)s lies among the data itself: name a place outside of %(folder)s.")
                % {"path": target, "folder": kept}
            )


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _wanted(folder: Path) -> Wanted:
    """The copy, and what it says; the database is let go before the long copying."""
    with databases.copied(folder) as copy:
        contents, events = _described(copy.select)
        return Wanted(copy.file, contents, events, _spent_uploads(copy.select))


def _look_for(wanted: Wanted, *, lenient: bool) -> None:
    """Find out before the long copying that an event file is not there or not whole."""
    for name, expected in list(wanted.events):
        path = _event_file(name)
        if path.is_file() and path.stat().st_size == expected:
            continue
        if not lenient:
            raise Gone(name)
        wanted.contents.missing.append(name)
        wanted.events.remove((name, expected))


def _event_file(name: str) -> Path:
    return Path(settings.LAKE_ROOT) / "events" / name


def _described(select: databases.Select) -> tuple[Contents, list[tuple[str, int]]]:
    """The manifest of the backup, still without its files; the event files with their sizes."""
    events = select(_EVENT_FILES)
    contents = Contents(
        banso=our_version(),
        made_at=clock.now(),
        database="postgresql" if connection.vendor == "postgresql" else "sqlite",
        migrations=sorted((app, name) for app, name in select(_MIGRATIONS)),
        counts=databases.counted(select, databases.tables_of(select)),
        event_rows=sum(rows for _file, _bytes, rows in events),
        waiting_rows=int(select(_WAITING_ROWS)[0][0]),
    )
    return contents, [(file, size) for file, size, _rows in events]


def _spent_uploads(select: databases.Select) -> set[str]:
    """Uploads of which every import is done: their rows are in the database and the lake."""
    return {name for (name,) in select(_SPENT_UPLOADS)}


def _fill(sink: Sink, wanted: Wanted, *, with_secret: bool) -> Contents:
    files = {wanted.database.name: wanted.database}
    files |= {f"{EVENTS}/{name}": _event_file(name) for name, _bytes in wanted.events}
    for path in _uploads(wanted.spent):
        files[f"{UPLOADS}/{path.relative_to(settings.MEDIA_ROOT).as_posix()}"] = path
    secret = Path(settings.HOME) / SECRET
    if with_secret and secret.exists():
        files[SECRET] = secret
    contents = wanted.contents
    contents.files = {name: _read(sink, name, path) for name, path in files.items()}
    text = contents.encoded()
    sink.add(MANIFEST, BytesIO(text), len(text))
    return contents


def _read(sink: Sink, name: str, path: Path) -> Part:
    try:
        with path.open("rb") as file:
            return sink.add(name, file, os.fstat(file.fileno()).st_size)
    except FileNotFoundError as error:
        raise Gone(name) from error


def _uploads(spent: set[str]) -> Iterator[Path]:
    """Every kept file but the originals of finished imports and what is being written."""
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.name.endswith(_HALF_WRITTEN):
            continue
        original = path.name.split("-")[0]
        if original in spent and not path.name.endswith(".refused.csv"):
            continue
        yield path
