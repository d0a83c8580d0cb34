"""fightchurn's side of benchmarks/fightchurn.py; runs in fightchurn's Python, without Banso."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

TODAY = date(2026, 11, 16)  # a Monday
DATES = 26
WINDOW = 28
EPOCH = date(1970, 1, 1)
DAYS = [(TODAY - EPOCH).days - 7 * n for n in range(DATES)][::-1]
WEEKS = [(DAYS[-1] + 3) // 7 - n for n in range(1, DATES + WINDOW // 7 + 1)]
NAMES = ["login", "view", "edit", "share", "comment", "export", "invite", "report"]
SCHEMA = "bench"
DAY_US = 86_400_000_000


def measured(arguments: argparse.Namespace) -> dict[str, Any]:
    """In fightchurn's own Python: its schema, our events, its inserts, and what they left."""
    import_module("fightchurn")  # its modules find each other by this name
    churndb = import_module("fightchurn.churnsim.churndb")
    listings = import_module("fightchurn.run_churn_listing")
    psycopg2 = import_module("psycopg2")
    connection = psycopg2.connect(arguments.url)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE ROLE postgres SUPERUSER LOGIN")
    limit = round(arguments.minutes * 60_000)
    cursor.execute(f"ALTER ROLE postgres SET statement_timeout = {limit}")
    begin = time.perf_counter()
    with redirect_stdout(sys.stderr):
        churndb.setup_churn_db(SCHEMA)
    for number, name in enumerate(NAMES, 1):
        cursor.execute(f"INSERT INTO {SCHEMA}.event_type VALUES ({number}, '{name}')")
    with (Path(arguments.home) / "events.csv").open() as file:
        cursor.copy_expert(f"COPY {SCHEMA}.event FROM STDIN (FORMAT csv)", file)
    cursor.execute(f"VACUUM ANALYZE {SCHEMA}.event")
    cursor.execute(f"ANALYZE {SCHEMA}.event_type")
    load = time.perf_counter() - begin
    walls, cpu = _inserts(arguments, listings.sql_listing, cursor)
    with (Path(arguments.home) / "fightchurn.csv").open("w") as file:
        cursor.copy_expert(f"COPY {SCHEMA}.metric TO STDOUT (FORMAT csv)", file)
    cursor.execute("SHOW server_version")
    return {"load": load, "walls": walls, "cpu": cpu, "server": cursor.fetchone()[0]}


def _inserts(
    arguments: argparse.Namespace, listing: Callable[..., None], cursor: Any
) -> tuple[list[float], float]:
    """Seconds of each metric that could be computed in the time, and of the server's CPU."""
    cursor.execute("SHOW data_directory")
    master = (Path(cursor.fetchone()[0]) / "postmaster.pid").read_text().split()[0]
    before, walls = _server_cpu(master), list[float]()
    dates = [(EPOCH + timedelta(days=day)).isoformat() for day in (DAYS[0], DAYS[-1])]
    for number, name in enumerate(NAMES, 1):
        if sum(walls) + max(walls, default=0) > arguments.minutes * 60:
            break
        given = {
            "%from_yyyy-mm-dd": dates[0],
            "%to_yyyy-mm-dd": dates[1],
            "%event2measure": name,
            "%new_metric_id": number,
        }
        begin = time.perf_counter()
        with redirect_stdout(sys.stderr):
            try:
                listing(3, 3, "count_metric_insert", SCHEMA, "run", given)
            except import_module("psycopg2").errors.QueryCanceled:
                break
        walls.append(time.perf_counter() - begin)
    return walls, _server_cpu(master) - before


def _server_cpu(pid: str) -> float:
    """CPU seconds of the server's processes, those that have ended too."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it ended just now
            continue
        if path.parent.name == pid:
            ticks += int(fields[13]) + int(fields[14])
        elif fields[1] == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
