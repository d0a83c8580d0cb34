"""DuckDB as the lake uses it: in memory, quiet, bounded, and reading an explicit list of files."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from django.conf import settings

from banso.shared.lake import rules

Connection = duckdb.DuckDBPyConnection
COLUMNS = "account_id, account_key, user_key, role, name, ts_us, day, props"
NO_EVENTS = (
    "SELECT CAST(NULL AS BIGINT) account_id, '' account_key, '' user_key, '' role, '' name, "
    "CAST(0 AS BIGINT) ts_us, 0 AS day, '' props, CAST('' AS BLOB) key WHERE false"
)


def root() -> Path:
    """The folder of the event files."""
    folder = Path(settings.LAKE_ROOT) / "events"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def spill() -> Path:
    """The folder for what does not fit into memory."""
    folder = Path(settings.LAKE_ROOT) / "spill"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def files_relation(paths: Sequence[Path], *, named: bool = False) -> str:
    """The FROM item that reads these files and no other; ``named`` adds the column filename."""
    if not paths:
        return f"({NO_EVENTS})"
    listed = ", ".join(rules.quoted(str(path)) for path in paths)
    more = ", filename = true" if named else ""
    return f"read_parquet([{listed}], hive_partitioning = false{more})"


@contextmanager
def opened(**tables: pa.Table) -> Iterator[Connection]:
    """A connection of its own with the given tables, closed afterwards.

    What it creates as TEMP is seen by nobody else. All of a process share one DuckDB, so that its
    limits hold for all of them together and a connection costs a millisecond.
    """
    connection = _shared().cursor()
    try:
        for name, table in tables.items():
            connection.register(name, table)
        yield connection
    except (duckdb.FatalException, duckdb.InternalException):
        _forget()  # such an error leaves a DuckDB that answers nothing any more
        raise
    finally:
        connection.close()


_started: dict[tuple[int, Path], Connection] = {}
_lock = threading.Lock()


def _shared() -> Connection:
    """The DuckDB of this process and lake, started when it is first asked for."""
    key = (os.getpid(), spill())
    with _lock:
        if key not in _started:
            _started.clear()
            _started[key] = _start()
        return _started[key]


def _start() -> Connection:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET threads = {int(settings.LAKE_THREADS)}")
    connection.execute(f"SET memory_limit = {rules.quoted(settings.LAKE_MEMORY)}")
    connection.execute(f"SET temp_directory = {rules.quoted(str(spill()))}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_external_file_cache = false")  # the system caches files well
    return connection


def _forget() -> None:
    with _lock:
        _started.clear()
