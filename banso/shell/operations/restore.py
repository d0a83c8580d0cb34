"""`banso restore`: a backup into an empty installation, verified before it is put in place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from banso.shell.operations import archives, databases
from banso.shell.operations.contents import (
    DATABASES,
    EVENTS,
    MANIFEST,
    SECRET,
    UPLOADS,
    Contents,
    Part,
    Refused,
    belongs,
    decoded,
)
from banso.shell.operations.unfinished import UNFINISHED, work_folder


def restore(source: Path, *, say: Callable[[str], None]) -> Contents:
    """Put a backup in place; Refused, with nothing changed, when something speaks against it."""
    source = source.expanduser().absolute()
    if not source.exists():
        raise Refused(_("%(path)s does not exist: name a backup of Banso.") % {"path": source})
    refuse_unless_empty()
    try:
        with work_folder(Path(settings.HOME) / f"restore{UNFINISHED}") as work:
            contents = verified(source, work)
            say(
                _("Files verified: %(n)d, all as they were backed up.") % {"n": len(contents.files)}
            )
            _put_in_place(work, contents)
    except (OSError, DatabaseError, sqlite3.Error) as error:
        raise Refused(
            _("The backup could not be restored: %(error)s") % {"error": str(error).strip()}
        ) from error
    call_command("migrate", verbosity=0, interactive=False)
    return contents


def refuse_unless_empty() -> None:
    """A restore never goes over data."""
    there = databases.what_is_there()
    for folder in (Path(settings.LAKE_ROOT) / "events", Path(settings.MEDIA_ROOT)):
        if not there:
            there = next((str(path) for path in folder.rglob("*") if path.is_file()), "")
    if there:
        raise Refused(
            _(
                "There is data already (%(what)s), and a restore overwrites nothing. Name an empty "
                "BANSO_HOME and, with PostgreSQL, an empty database."
            )
            % {"what": there}
        )


def verified(source: Path, folder: Path) -> Contents:
    """Take the backup out into ``folder``; Refused unless every file is what the manifest says."""
    found: dict[str, Part] = {}
    try:
        for name, content in archives.members(source):
            found[name] = archives.take_out(name, content, folder)
    except archives.DAMAGED as error:
        raise Refused(
            _("%(name)s cannot be read to its end (%(error)s): it is damaged. Use another backup.")
            % {"name": source.name, "error": str(error).strip() or type(error).__name__}
        ) from error
    if found.pop(MANIFEST, None) is None:
        raise Refused(
            _("%(name)s has no %(file)s: it is not whole, or no backup of Banso.")
            % {"name": source.name, "file": MANIFEST}
        )
    contents = decoded((folder / MANIFEST).read_bytes())
    _refuse_other_files(contents, found)
    _refuse_other_database(contents)
    _refuse_newer(contents)
    if contents.database == "sqlite":
        _refuse_other_events(folder / DATABASES["sqlite"], contents)
    return contents


def _refuse_other_files(contents: Contents, found: dict[str, Part]) -> None:
    different = [name for name, part in contents.files.items() if found.get(name) != part]
    different += [name for name in found if name not in contents.files]
    if different or DATABASES[contents.database] not in found:
        raise Refused(
            _(
                "%(file)s is not as it was backed up (files missing, changed or strange: %(n)d). "
                "Nothing was restored; use another backup."
            )
            % {"file": (different or [DATABASES[contents.database]])[0], "n": len(different) or 1}
        )


def _refuse_other_database(contents: Contents) -> None:
    if contents.database == connection.vendor:
        return
    if contents.database == "postgresql":
        raise Refused(
            _("The backup holds a PostgreSQL database: set DATABASE_URL to an empty one.")
        )
    raise Refused(_("The backup holds a SQLite database: leave DATABASE_URL empty to restore it."))


def _refuse_newer(contents: Contents) -> None:
    known = set(MigrationLoader(None).disk_migrations or {})
    unknown = [f"{app}.{name}" for app, name in contents.migrations if (app, name) not in known]
    if unknown:
        raise Refused(
            _(
                "The backup was made by Banso %(version)s, which is newer than this one (it knows "
                "%(migration)s): restore it with that version."
            )
            % {"version": contents.banso, "migration": unknown[0]}
        )


def _refuse_other_events(database: Path, contents: Contents) -> None:
    """The database and the event files must speak of each other, and of nothing outside."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as copy:
        rows = copy.execute("SELECT file, retired_at IS NULL FROM lake_segment").fetchall()
    live = {f"{EVENTS}/{name}" for name, is_live in rows if is_live}
    expected = {f"{EVENTS}/{name}" for name in contents.missing} | set(contents.event_files())
    if live != expected or not all(belongs(f"{EVENTS}/{name}") for name, _live in rows):
        raise Refused(
            _("The backup's database names other event files than it holds: use another backup.")
        )


def _put_in_place(work: Path, contents: Contents) -> None:
    """Files first and the database last: without it, nothing looks like an installation."""
    os.sync()
    places = {
        f"{EVENTS}/": Path(settings.LAKE_ROOT) / "events",
        f"{UPLOADS}/": Path(settings.MEDIA_ROOT),
    }
    for name in contents.files:
        for beginning, folder in places.items():
            if name.startswith(beginning):
                databases.settle(work / name, folder / name.removeprefix(beginning))
    if SECRET in contents.files:
        databases.settle(work / SECRET, Path(settings.HOME) / SECRET)
    databases.load(work / DATABASES[contents.database])
    os.sync()
    _refuse_other_counts(contents)


def _refuse_other_counts(contents: Contents) -> None:
    counted = databases.counted(databases.ask, list(contents.counts))
    wrong = [name for name, rows in contents.counts.items() if counted[name] != rows]
    if wrong:
        raise Refused(
            _("The table %(table)s has %(found)d rows and had %(rows)d: do not use this database.")
            % {
                "table": wrong[0],
                "found": counted[wrong[0]],
                "rows": contents.counts[wrong[0]],
            }
        )
