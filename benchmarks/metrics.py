"""What do metrics cost in full, after one new week, and after late events in an old week?

    python benchmarks/metrics.py [--weeks 52] [--events 1923077] [--accounts 100000] [--files F]
        [--proposed]

30 metrics (14 counts, a total, 7 of distinct users, 5 first days, 2 sums and a last value of
properties) over made-up weeks (benchmarks/made_up_lake.py; kept in the folder F, if given, for the
next run); with ``--proposed`` also those that Banso proposes by itself. Every step runs in a
process of its own: wall and CPU seconds, and the largest memory it had. Beside them, on the same
files and with the same threads and memory: SQL by hand that computes the same numbers of each week
with one GROUP BY.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 11, 16)  # a Monday: the week before is complete
COUNTED = [f"event_{n:02d}" for n in range(14)]
PEOPLE = COUNTED[:6]
FIRSTS = COUNTED[:5]


def definitions() -> list[tuple[str, dict[str, Any]]]:
    week = {"days": 7}
    made = [("recent_count", {"event": name, **week}) for name in [*COUNTED, ""]]
    made += [("recent_users", {"event": name, **week}) for name in [*PEOPLE, ""]]
    made += [("days_to_first", {"event": name}) for name in FIRSTS]
    made += [("property_sum", {"event": "", "property": "amount", **week})]
    made += [("property_sum", {"event": "event_01", "property": "items", **week})]
    return [*made, ("property_last", {"event": "event_02", "property": "items"})]


def set_up(arguments: argparse.Namespace) -> str:
    """Accounts, metrics and all weeks but the newest; events as files that the manifest names."""
    from banso.know.accounts.models import Account
    from banso.measure.metrics.models import MetricDefinition
    from banso.shared import clock
    from banso.shared.lake.models import Promoted
    from benchmarks.made_up_lake import weeks_before

    Account.objects.bulk_create(
        [
            Account(
                pk=n, source="made up", external_id=f"A{n}", name=f"A{n}", signed_up_on=signed_up(n)
            )
            for n in range(1, arguments.accounts + 1)
        ],
        batch_size=2000,
    )
    for prop, kind in (("amount", "number"), ("items", "number"), ("plan", "text")):
        Promoted.objects.create(prop=prop, kind=kind)
    for number, (shape, params) in enumerate(definitions()):
        name = f"{shape} {number}"
        MetricDefinition.objects.create(
            key=f"k{number}",
            name_en=name,
            name_ja=name,
            shape=shape,
            params=params,
            created_at=clock.now(),
        )
    weeks = weeks_before(TODAY, arguments.weeks + 1)
    for week in weeks[:-1]:
        add_week(arguments, week)
    return f"{arguments.accounts:,} accounts, {len(weeks) - 1} weeks of {arguments.events:,} events"


def signed_up(account: int) -> date:
    return TODAY - timedelta(days=account % 500)


def add_week(arguments: argparse.Namespace, week: int) -> None:
    from banso.shared import clock
    from banso.shared.lake import engine
    from banso.shared.lake.models import Segment
    from benchmarks.made_up_lake import week_file

    made = Path(arguments.files) / f"w{week:05d}-bench.parquet"
    if not made.exists():
        week_file(made, week=week, events=arguments.events, accounts=arguments.accounts, seed=1)
    name = f"w{week:05d}-bench.parquet"
    os.link(made, engine.root() / name)
    Segment.objects.create(
        week=week,
        file=name,
        rows=arguments.events,
        bytes=made.stat().st_size,
        layout=2,
        promoted=[1, 2, 3],
        created_at=clock.now(),
    )


def facts(arguments: argparse.Namespace) -> str:
    from banso.measure.metrics import standing
    from banso.measure.metrics.changes import EVERY
    from banso.measure.metrics.writes.facts import build_facts

    made = build_facts([EVERY, *standing.plan_of(standing.served()).bases])
    return f"{made} files"


def refresh(arguments: argparse.Namespace) -> str:
    from banso.measure.metrics.writes import measuring, mirror

    seconds = 0.0
    keep = mirror.keep_rows

    def timed(*given: Any, **more: Any) -> None:
        nonlocal seconds
        begin = time.perf_counter()
        keep(*given, **more)
        seconds += time.perf_counter() - begin

    mirror.keep_rows = timed
    if not arguments.proposed:
        vars(measuring)["suggest_metrics"] = lambda: 0
    did = measuring.refresh()
    return f"{'' if did else 'nothing changed; '}{seconds:.1f} s of it rows in the database"


def names(arguments: argparse.Namespace) -> str:
    """What a job of its own counts after every arrival."""
    from banso.listen.events.writes import refresh_names

    return f"{refresh_names()} names"


def courses(arguments: argparse.Namespace) -> str:
    from banso.measure.metrics.models import GridFile
    from banso.measure.metrics.writes.courses import compute_courses

    made = compute_courses()
    rows = sum(GridFile.objects.filter(day__gt=0).values_list("rows", flat=True))
    return f"{made} Mondays, {rows:,} rows there"


def new_week(arguments: argparse.Namespace) -> str:
    from benchmarks.made_up_lake import weeks_before

    add_week(arguments, weeks_before(TODAY, 1)[0])
    return f"{arguments.events:,} events"


def late_events(arguments: argparse.Namespace) -> str:
    """Five events of each of a thousand accounts, half a year ago."""
    import pyarrow as pa

    from banso.shared.lake import writes
    from banso.shared.lake.rules import DAY_US
    from benchmarks.made_up_lake import weeks_before

    week = weeks_before(TODAY, min(26, arguments.weeks))[0]
    step = max(1, arguments.accounts // 1000)
    rows = [
        (f"A{n}", f"u{n}-0", "event_01", (week * 7 + k) * DAY_US + n, f"late-{n}-{k}")
        for n in range(1, arguments.accounts + 1, step)
        for k in range(5)
    ]
    columns = list(zip(*rows, strict=True))
    names = ("account_key", "user_key", "name", "ts_us", "event_id")
    table = pa.table({n: list(c) for n, c in zip(names, columns, strict=True)})
    writes.append(events=table, source="late")
    writes.compact()
    return f"{len(rows):,} events of {len(rows) // 5:,} accounts"


def by_hand(arguments: argparse.Namespace) -> str:
    """The same numbers of each week, as somebody would write them for one use."""
    import duckdb

    from banso.shared.lake import engine

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET threads = 2; SET memory_limit = '1GB'")
    columns = [f"COUNT(CASE WHEN name = '{n}' THEN 1 END) AS c{i}" for i, n in enumerate(COUNTED)]
    columns += ["COUNT(*) AS c", "COUNT(DISTINCT user_no) AS u"]
    columns += [
        f"COUNT(DISTINCT CASE WHEN name = '{n}' THEN user_no END) AS u{i}"
        for i, n in enumerate(PEOPLE)
    ]
    columns += [f"MIN(CASE WHEN name = '{n}' THEN day END) AS f{i}" for i, n in enumerate(FIRSTS)]
    columns += ["SUM(n1) AS s1", "SUM(CASE WHEN name = 'event_01' THEN n2 END) AS s2"]
    columns += ["ARG_MAX(CASE WHEN name = 'event_02' THEN n2 END, ts_us) AS l"]
    rows = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(engine.root().glob("*-bench.parquet")):
            done = connection.execute(
                f"COPY (SELECT account_id, {', '.join(columns)} FROM '{path}' GROUP BY account_id) "
                f"TO '{folder}/{path.name}' (FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
            rows += done[0] if done else 0
    return f"{rows:,} rows"


STEPS: dict[str, tuple[str, Callable[[argparse.Namespace], str]]] = {
    "set_up": ("made-up company", set_up),
    "facts": ("full: facts of every week", facts),
    "refresh": ("present values, the first time", refresh),
    "courses": ("full: values of every Monday", courses),
    "by_hand": ("SQL by hand, every week", by_hand),
    "new_week": ("(a new week arrives)", new_week),
    "refresh_week": ("refresh after the new week", refresh),
    "names_week": ("names and properties of that week", names),
    "late": ("(late events are sorted in)", late_events),
    "refresh_late": ("refresh after late events", refresh),
    "courses_late": ("Mondays after late events", courses),
}


def run_step(name: str, arguments: argparse.Namespace) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
    django.setup()
    from banso.shared import clock

    wall, cpu = time.perf_counter(), time.process_time()
    with clock.held_at(TODAY):
        said = STEPS[name][1](arguments)
    print(
        json.dumps(
            {
                "said": said,
                "wall": time.perf_counter() - wall,
                "cpu": time.process_time() - cpu,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--events", type=int, default=1_923_077)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--files", default="")
    parser.add_argument("--proposed", action="store_true")
    parser.add_argument("--step", default="")
    arguments = parser.parse_args()
    if arguments.step:
        run_step(arguments.step, arguments)
        return
    with tempfile.TemporaryDirectory(
        dir=Path(arguments.files).parent if arguments.files else None
    ) as home:
        arguments.files = arguments.files or f"{home}/made"
        Path(arguments.files).mkdir(exist_ok=True)
        environment = {**os.environ, "BANSO_HOME": f"{home}/banso", "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [sys.executable, "-m", "banso", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        print(f"{'step':36}{'wall s':>9}{'CPU s':>9}{'MB':>7}")
        given = [f"--{k}={getattr(arguments, k)}" for k in ("weeks", "events", "accounts", "files")]
        given += ["--proposed"] * arguments.proposed
        for name, (label, _function) in STEPS.items():
            ran = subprocess.run(
                [sys.executable, __file__, f"--step={name}", *given],
                cwd=ROOT,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            told = json.loads(ran.stdout.splitlines()[-1])
            print(
                f"{label:36}{told['wall']:9.2f}{told['cpu']:9.2f}{told['mb']:7.0f}  {told['said']}",
                flush=True,
            )


if __name__ == "__main__":
    main()
