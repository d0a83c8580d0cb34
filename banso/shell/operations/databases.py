"""The operational database as one file: copied while others write, loaded into an empty one."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from banso.shell.operations.contents import DATABASES, Refused

Select = Callable[[str], list[tuple[Any, ...]]]
BESIDE_SQLITE = ("-wal", "-shm", "-journal")
_ENVIRONMENT = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


@dataclass(frozen=True)
class Copied:
    """One moment of the database: a file, and questions to that same moment."""

    file: Path
    select: Select


@contextmanager
def copied(folder: Path) -> Iterator[Copied]:
    """Copy the database into ``folder``; others may read and write meanwhile."""
    file = folder / DATABASES[connection.vendor]
    if connection.vendor == "postgresql":
        with _dumped(file) as select:
            yield Copied(file, select)
        return
    if not is_there():
        raise Refused(
            _("There is no database at %(path)s: name the BANSO_HOME that is meant.")
            % {"path": connection.settings_dict["NAME"]}
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    file.chmod(0o600)
    with closing(sqlite3.connect(file)) as copy:
        yield Copied(file, lambda sql: copy.execute(sql).fetchall())


@contextmanager
def _dumped(file: Path) -> Iterator[Select]:
    """pg_dump and our own questions share one exported snapshot."""
    tool = _tool("pg_dump")

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = ask("SELECT pg_export_snapshot()")[0][0]
        file.touch(mode=0o600)
        _run([tool, "--format=custom", f"--snapshot={snapshot}", f"--file={file}"])
        yield ask


def is_there() -> bool:
    """For SQLite: asking the file itself would make an empty one."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return True
    name = Path(connection.settings_dict["NAME"])
    return name.exists() and name.stat().st_size > 0


def what_is_there() -> str:
    """The first thing that a restored database would overwrite; empty when there is none."""
    if connection.vendor == "postgresql":
        tables = connection.introspection.table_names()
        return tables[0] if tables else ""
    name = Path(connection.settings_dict["NAME"])
    beside = [name.with_name(name.name + ending) for ending in BESIDE_SQLITE]
    there = [path for path in beside if path.exists()]
    return str(name) if is_there() else str(there[0]) if there else ""


def load(file: Path) -> None:
    """Make the file the database, whole or not at all."""
    if connection.vendor == "postgresql":
        tool, name = _tool("pg_restore"), connection.settings_dict["NAME"]
        whole = ["--single-transaction", "--exit-on-error"]
        _run([tool, *whole, "--no-owner", "--no-privileges", f"--dbname={name}", str(file)])
        return
    connection.close()
    settle(file, Path(connection.settings_dict["NAME"]))


def settle(file: Path, place: Path) -> None:
    """Move a file to its place, also onto another disk; under its name it is whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.rename(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        unfinished = place.with_name(place.name + ".unfinished")
        shutil.copy2(file, unfinished)
        unfinished.rename(place)


def counted(select: Select, tables: list[str]) -> dict[str, int]:
    """Rows per table."""
    return {name: select(f'SELECT COUNT(*) FROM "{name}"')[0][0] for name in sorted(tables)}  # noqa: S608


def tables_of(select: Select) -> list[str]:
    if connection.vendor == "postgresql":
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in select(sql)]


def ask(sql: str) -> list[tuple[Any, ...]]:
    """A question to the database as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def damage() -> str:
    """What SQLite finds wrong with its own file; empty when it is sound."""
    if connection.vendor != "sqlite":
        return ""
    try:
        found = [row[0] for row in ask("PRAGMA quick_check(3)")]
    except DatabaseError as error:
        return str(error)
    return "" if found == ["ok"] else "; ".join(found)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    raise Refused(
        _(
            "%(tool)s was not found in PATH. Install the PostgreSQL client programs of your "
            "server's version (Debian: apt-get install postgresql-client) and run this again."
        )
        % {"tool": name}
    )


def _run(command: list[str]) -> None:
    server = connection.settings_dict
    given = {
        "PGHOST": server["HOST"],
        "PGPORT": server["PORT"],
        "PGUSER": server["USER"],
        "PGPASSWORD": server["PASSWORD"],
        "PGDATABASE": server["NAME"],
    }
    options = server.get("OPTIONS", {})
    given |= {_ENVIRONMENT[key]: options[key] for key in options if key in _ENVIRONMENT}
    environment = os.environ | {key: str(value) for key, value in given.items() if value}
    command = [command[0], "--no-password", *command[1:]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [""]
        raise Refused(
            _("%(tool)s failed: %(error)s. Its version must be the server's or newer.")
            % {"tool": Path(command[0]).name, "error": lines[0].rstrip(".")}
        )
