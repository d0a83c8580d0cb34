"""What a backup holds: its manifest, and the names that may stand in it."""

from __future__ import annotations

import re
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import Literal

import msgspec
from django.utils.translation import gettext as _

FORMAT = 1
MANIFEST = "manifest.json"
SECRET = "secret_key"  # noqa: S105 - the name of a file
EVENTS = "lake/events"
UPLOADS = "uploads"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
_ALONE = {MANIFEST, SECRET, *DATABASES.values()}
_EVENT_FILE = re.compile(r"[A-Za-z0-9_-]+\.parquet")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_DEEPEST = 8


class Refused(Exception):
    """The command stops; the text is a sentence for the operator."""


class Part(msgspec.Struct, frozen=True):
    """One file of a backup."""

    bytes: int
    sha256: str


class Contents(msgspec.Struct, kw_only=True):
    """The manifest of a backup; ``counts`` are rows per table at its moment."""

    format: int = FORMAT
    banso: str
    made_at: datetime
    database: Literal["sqlite", "postgresql"]
    migrations: list[tuple[str, str]]
    counts: dict[str, int]
    event_rows: int
    waiting_rows: int
    missing: list[str] = []
    files: dict[str, Part] = {}

    def encoded(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1)

    def event_files(self) -> list[str]:
        return [name for name in self.files if name.startswith(f"{EVENTS}/")]

    def upload_files(self) -> list[str]:
        return [name for name in self.files if name.startswith(f"{UPLOADS}/")]


def decoded(text: bytes) -> Contents:
    """The manifest as it was written; Refused when it is none that we understand."""
    try:
        contents = msgspec.json.decode(text, type=Contents)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Refused(
            _("%(file)s cannot be understood (%(error)s): this is not a whole Banso backup.")
            % {"file": MANIFEST, "error": error}
        ) from error
    if contents.format != FORMAT:
        raise Refused(
            _(
                "The backup was written by Banso %(version)s in a form this version does not know: "
                "restore it with Banso %(version)s or later."
            )
            % {"version": contents.banso}
        )
    return contents


def belongs(name: str) -> bool:
    """May a file of this name stand in a backup? Everything else is refused, never cleaned."""
    if name in _ALONE:
        return True
    path = PurePosixPath(name)
    if path.as_posix() != name or path.is_absolute() or _UNSAFE.search(name):
        return False
    if ".." in path.parts or len(path.parts) > _DEEPEST:
        return False
    if path.parts[:2] == tuple(EVENTS.split("/")):
        return len(path.parts) == 3 and bool(_EVENT_FILE.fullmatch(path.name))
    return len(path.parts) > 1 and path.parts[0] == UPLOADS


def summary(contents: Contents) -> list[tuple[str, int]]:
    """What a person wants to see of it: a name and a number per line."""
    shown = {
        "accounts_account": _("Customers"),
        "people_person": _("People"),
        "subscriptions_subscription": _("Subscriptions"),
        "notes_note": _("Notes"),
        "tasks_task": _("Tasks"),
        "users_user": _("Users"),
        "journal_entry": _("Journal entries"),
    }
    lines = [(label, contents.counts.get(table, 0)) for table, label in shown.items()]
    others = sum(rows for table, rows in contents.counts.items() if table not in shown)
    return [
        *lines,
        (_("Rows of other tables"), others),
        (_("Events"), contents.event_rows),
        (_("Events waiting in the inbox"), contents.waiting_rows),
        (_("Event files"), len(contents.event_files())),
        (_("Kept files (uploads and the like)"), len(contents.upload_files())),
    ]


def our_version() -> str:
    try:
        return version("banso")
    except PackageNotFoundError:
        return "0"
