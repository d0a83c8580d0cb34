"""Eight counts on 26 weekly dates: Banso, fightchurn on PostgreSQL, and DuckDB SQL by hand.

    python benchmarks/fightchurn.py --fightchurn /tmp/venv-fightchurn/bin/python
        [--events 5400000] [--accounts 4400] [--minutes 10]

The same made-up events for all three, and their rows are compared one by one: different counts end
the run with an error. ``--fightchurn`` is the Python of an environment of its own, made by
``python -m venv /tmp/venv-fightchurn`` and ``/tmp/venv-fightchurn/bin/pip install
fightchurn==1.2.0``; PostgreSQL is a throw-away one. Without it only Banso and SQL by hand run. What
fightchurn runs is its own: its schema with its indexes (``churndb.setup_churn_db``) and its listing
3.3, read from the installed package, once for each metric over all dates
(``run_churn_listing.sql_listing``). Metrics that do not fit in the minutes are left out and
their time is extrapolated by their events, which the table says.

What is counted: events in the 28 days before midnight UTC, first day included. fightchurn has no
row where nothing was counted and Banso has a 0: such rows are left out of the comparison.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:1] = [str(ROOT)]  # in place of this folder, where this file would be the package

from benchmarks import fightchurn_side  # noqa: E402 - the path comes first
from benchmarks.fightchurn_side import (  # noqa: E402
    DATES,
    DAYS,
    EPOCH,
    NAMES,
    TODAY,
    WEEKS,
    WINDOW,
)

Told = dict[str, Any]


def set_up(arguments: argparse.Namespace) -> Told:
    """Accounts, metrics and events; the clock of the organisation is UTC."""
    from banso.know.accounts.models import Account
    from banso.measure.metrics.models import MetricDefinition, Refresh
    from banso.shared import clock
    from banso.shared.lake import engine
    from banso.shared.lake.models import Segment
    from banso.shared.users.models import Organisation
    from benchmarks.fightchurn_events import week_file

    Organisation.objects.update_or_create(pk=1, defaults={"name": "made up", "time_zone": "UTC"})
    Account.objects.bulk_create(
        Account(
            pk=n,
            source="made up",
            external_id=f"A{n}",
            name=f"A{n}",
            signed_up_on=TODAY - timedelta(days=600),
        )
        for n in range(1, arguments.accounts + 1)
    )
    now = clock.now()
    for name in NAMES:
        MetricDefinition.objects.create(
            key=name,
            name_en=name,
            name_ja=name,
            shape="recent_count",
            params={"event": name, "days": WINDOW},
            created_at=now,
        )
    for week in WEEKS:
        path = engine.root() / f"w{week:05d}-bench.parquet"
        rows = arguments.events // len(WEEKS)
        week_file(path, week, events=rows, accounts=arguments.accounts)
        size = path.stat().st_size
        told = {"rows": rows, "bytes": size, "layout": 2, "promoted": [], "created_at": now}
        Segment.objects.create(week=week, file=path.name, **told)
    Refresh.objects.create(pk=1, first_day=EPOCH + timedelta(days=WEEKS[-1] * 7 - 3))
    return {"files": str(engine.root())}


def banso(arguments: argparse.Namespace) -> Told:
    """The facts of every week and the values of every Monday: the first time, and once more."""
    from banso.measure.metrics.models import FactFile, GridFile

    rounds = [_banso_once()]
    GridFile.objects.all().delete()
    FactFile.objects.all().delete()
    rounds.append(_banso_once())
    _keep_rows_of_banso(Path(arguments.home) / "banso.parquet")
    return {"rounds": rounds, "said": f"{GridFile.objects.count()} Mondays kept, all it has"}


def _banso_once() -> Told:
    from banso.measure.metrics import standing
    from banso.measure.metrics.changes import EVERY
    from banso.measure.metrics.writes import courses, mirror
    from banso.measure.metrics.writes.facts import build_facts

    pages, keep = 0.0, mirror.keep_series

    def timed(*given: Any) -> None:
        nonlocal pages
        begin = time.perf_counter()
        keep(*given)
        pages += time.perf_counter() - begin

    mirror.keep_series = timed  # type: ignore[assignment]
    wall, cpu = time.perf_counter(), time.process_time()
    metrics = [*standing.served(), *standing.coming()]
    build_facts([EVERY, *standing.plan_of(metrics).bases])
    facts = time.perf_counter() - wall
    courses.compute_courses()
    told = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    mirror.keep_series = keep
    return {**told, "facts": facts, "pages": pages}


def _keep_rows_of_banso(path: Path) -> None:
    """account_id, day, metric, value of the dates, from the files that were kept."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from banso.measure.metrics import grid, standing

    parts = []
    for day in DAYS:
        file = grid.at(day)
        if file is None:
            raise SystemExit(f"Banso has no values of {EPOCH + timedelta(days=day)}.")
        table = grid.loaded(file)
        for one in standing.served():
            columns = {"account_id": table["account_id"], "value": table[one.column]}
            part = pa.table(columns).append_column("day", pa.array([day] * table.num_rows))
            parts.append(part.append_column("metric", pa.array([one.key] * table.num_rows)))
    pq.write_table(pa.concat_tables(parts), path)


def by_hand(arguments: argparse.Namespace) -> Told:
    """One statement for all metrics and dates, in two ways."""
    import duckdb

    counts = [f"COUNT(CASE WHEN name = '{n}' THEN 1 END) AS {n}" for n in NAMES]
    sums = [f"SUM({n}) AS {n}" for n in NAMES]
    window = f"e.day >= d.on_day - {WINDOW} AND e.day < d.on_day"
    dates = f"(SELECT UNNEST({DAYS}) AS on_day) d"
    events = f"'{arguments.files}/*-bench.parquet'"
    ways = {
        "direct": f"SELECT account_id, on_day, {', '.join(counts)} FROM {events} e "
        f"JOIN {dates} ON {window} GROUP BY account_id, on_day",
        "days first": f"WITH daily AS (SELECT account_id, day, {', '.join(counts)} FROM {events} "
        f"GROUP BY account_id, day) SELECT account_id, on_day, {', '.join(sums)} FROM daily e "
        f"JOIN {dates} ON {window} GROUP BY account_id, on_day",
    }
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false; SET threads = 2")
    connection.execute("SET memory_limit = '1GB'")
    sql, path = ways[arguments.way], Path(arguments.home) / f"{arguments.way}.parquet"
    rounds = []
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        rounds.append({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu})
    return {"rounds": rounds, "said": "one statement, one file"}


STEPS: dict[str, Callable[[argparse.Namespace], Told]] = {
    "set_up": set_up,
    "banso": banso,
    "by_hand": by_hand,
    "fightchurn": fightchurn_side.measured,
}


def run_step(arguments: argparse.Namespace) -> None:
    started = time.perf_counter()
    if arguments.step in ("set_up", "banso"):
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
        django.setup()
        from banso.shared import clock

        with clock.held_at(TODAY):
            start = time.perf_counter() - started
            told = STEPS[arguments.step](arguments)
    else:
        start = 0.0
        told = STEPS[arguments.step](arguments)
    print(json.dumps({"start": start, **told}))


def step(name: str, arguments: argparse.Namespace, python: str = "", **more: str) -> Told:
    """What the step said, run in a process of its own."""
    given = [f"--{k}={v}" for k, v in {**vars(arguments), **more, "step": name}.items() if v]
    environment = {**os.environ, "BANSO_HOME": f"{arguments.home}/banso", "PYTHONPATH": str(ROOT)}
    if python:
        at = urlsplit(more["url"])
        del environment["PYTHONPATH"]
        environment |= {"CHURN_DB": at.path[1:], "CHURN_DB_HOST": f"{at.hostname}:{at.port}"}
        environment |= {"CHURN_DB_USER": "postgres", "CHURN_DB_PASS": ""}
    ran = subprocess.run(
        [python or sys.executable, __file__, *given],
        cwd=arguments.home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"The step {name} failed:\n{ran.stderr[-3000:]}")
    told: Told = json.loads(ran.stdout.splitlines()[-1])
    return told


def run_fightchurn(arguments: argparse.Namespace, files: str) -> Told:
    import duckdb

    from tools.throwaway_postgres import cluster, find_binaries

    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("No PostgreSQL found in PATH or /usr/lib/postgresql: fightchurn needs it.")
    duckdb.execute(
        f"COPY (SELECT account_id, make_timestamp(ts_us), LIST_POSITION({NAMES}, name), NULL, NULL "
        f"FROM '{files}/*-bench.parquet') TO '{arguments.home}/events.csv' (HEADER false)"
    )
    with cluster(binaries) as url:
        return step("fightchurn", arguments, python=arguments.fightchurn, url=url)


def line(label: str, wall: float, cpu: float, said: str = "") -> None:
    print(f"{label:42}{wall:9.2f}{cpu:9.2f}  {said}", flush=True)


def measure(arguments: argparse.Namespace) -> None:
    from benchmarks.fightchurn_events import compare

    files = step("set_up", arguments)["files"]
    home = Path(arguments.home)
    print(f"{'':42}{'wall s':>9}{'CPU s':>9}")
    ours = step("banso", arguments)
    first, again = ours["rounds"]
    said = f"{first['facts']:.2f} s facts, {first['pages']:.2f} s rows for pages; {ours['said']}"
    line("Banso, the first time", first["wall"], first["cpu"], said)
    said = f"{again['facts']:.2f} s facts, {again['pages']:.2f} s rows for pages"
    line("Banso, the same process again", again["wall"], again["cpu"], said)
    best = []
    for way in ("direct", "days first"):
        told = step("by_hand", arguments, way=way, files=files)
        for number, one in enumerate(told["rounds"]):
            when = "again" if number else "the first time"
            line(f"SQL by hand, {way}, {when}", one["wall"], one["cpu"], told["said"])
        best.append(told["rounds"])
        rows = compare(home / "banso.parquet", home / f"{way}.parquet", NAMES)
    print(f"identical: Banso and SQL by hand, {rows:,} rows")
    by_hand_wall = [min(way[n]["wall"] for way in best) for n in (0, 1)]
    for n, when in enumerate(("the first time", "again")):
        ratio = ours["rounds"][n]["wall"] / by_hand_wall[n]
        print(f"Banso takes {ratio:.1f} times the wall time of the quicker SQL by hand, {when}")
    print(f"(Python and Django of Banso took {ours['start']:.2f} s to start, not counted above)")
    if arguments.fightchurn:
        beside_fightchurn(arguments, files, first["wall"], again["wall"])
    else:
        print("fightchurn was left out: give the Python that has it with --fightchurn PYTHON.")


def beside_fightchurn(
    arguments: argparse.Namespace, files: str, first: float, again: float
) -> None:
    from benchmarks.fightchurn_events import compare, share_of_events

    theirs = run_fightchurn(arguments, files)
    walls = theirs["walls"]
    if not walls:
        raise SystemExit(f"fightchurn made not one metric in {arguments.minutes} minutes.")
    done = NAMES[: len(walls)]
    said = f"PostgreSQL {theirs['server']}; {theirs['load']:.0f} s before it to load and index"
    line(f"fightchurn 1.2.0, {len(done)} metrics", sum(walls), theirs["cpu"], said)
    print("  each: " + ", ".join(f"{n} {s:.1f} s" for n, s in zip(done, walls, strict=True)))
    whole = float(sum(walls))
    if len(done) < len(NAMES):
        whole /= share_of_events(files, done)
        print(f"  EXTRAPOLATED to the events of {len(NAMES)} metrics: {whole:.0f} s")
    home = Path(arguments.home)
    rows = compare(home / "banso.parquet", home / "fightchurn.csv", done)
    print(f"identical: Banso and fightchurn, {rows:,} rows of {len(done)} metrics")
    print(f"fightchurn takes {whole / first:.1f} times the wall time of Banso, the first time")
    print(f"fightchurn takes {whole / again:.1f} times the wall time of Banso, again")


def checked(python: str) -> str:
    """The Python's full path, if it has the fightchurn that this is about."""
    python = str(Path(shutil.which(python) or python).absolute())
    asked = "from importlib.metadata import version; print(version('fightchurn'))"
    try:
        ran = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False)
        found = ran.stdout.strip()
    except OSError:
        found = ""
    if found != "1.2.0":
        raise SystemExit(
            f"{python} has no fightchurn 1.2.0. Make an environment for it:\n"
            "  python -m venv /tmp/venv-fightchurn\n"
            "  /tmp/venv-fightchurn/bin/pip install fightchurn==1.2.0\n"
            "and give /tmp/venv-fightchurn/bin/python."
        )
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fightchurn", default="", help="the Python that has fightchurn")
    parser.add_argument("--events", type=int, default=5_400_000)
    parser.add_argument("--accounts", type=int, default=4_400)
    parser.add_argument("--minutes", type=float, default=10, help="at most for fightchurn")
    for inner in ("step", "home", "files", "url", "way"):
        parser.add_argument(f"--{inner}", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        run_step(arguments)
        return
    if arguments.fightchurn:
        arguments.fightchurn = checked(arguments.fightchurn)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{' '.join(sys.argv)}\n{platform.platform()}, {os.cpu_count()} cores, load {load}")
    rows = arguments.events // len(WEEKS) * len(WEEKS)
    print(f"{rows:,} events, {arguments.accounts:,} accounts, {len(NAMES)} counts, {DATES} dates")
    with tempfile.TemporaryDirectory() as arguments.home:
        subprocess.run(
            [sys.executable, "-m", "banso", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "BANSO_HOME": f"{arguments.home}/banso", "PYTHONPATH": str(ROOT)},
            check=True,
        )
        measure(arguments)


if __name__ == "__main__":
    main()
