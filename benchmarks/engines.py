"""From which size on does another engine pay? DuckDB, Spark and ClickHouse on the same files.

    .venv-engines/bin/python benchmarks/engines.py [--millions 2,10] [--engines duckdb,spark,…]

Writes that many made-up events (100,000 accounts of very unequal size, 40 names, one file a week, a
numeric property as a column), then asks each engine, in a process of its own, for the same 30
metrics per account and week with the same portable SQL: seconds to start and to answer, CPU seconds
and peak memory (with Java), and a checksum over all rows, which must be the same. Spark and
ClickHouse are left out where they are not installed; `python tools/engines.py` makes an environment
that has them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEEDS = {"duckdb": "duckdb", "spark": "pyspark", "clickhouse": "chdb"}
ACCOUNTS = 100_000
WEEKS = 52
FIRST_WEEK = 2870
CLIP = 2**62


def written(folder: Path, rows: int) -> list[Path]:
    """One sorted file for each week, as the compaction leaves them."""
    import duckdb

    paths = []
    for number in range(WEEKS):
        week = FIRST_WEEK + number
        paths.append(folder / f"w{week:05d}-made-up.parquet")
        duckdb.execute(
            f"""
            COPY (
              WITH made AS (
                SELECT CAST({ACCOUNTS} * pow(random(), 3) AS BIGINT) + 1 AS account_id,
                       CAST(24 * pow(random(), 2) AS BIGINT) AS place,
                       ({week} * 7 - 3) * 86400000000
                         + CAST(604799999999 * random() AS BIGINT) AS ts_us,
                       CAST(39 * pow(random(), 2) AS INTEGER) AS kind, random() AS luck
                FROM range({rows // WEEKS})
              )
              SELECT account_id, 'A-' || account_id AS account_key,
                     'u' || place || '@' || account_id AS user_key,
                     CASE WHEN place = 0 THEN 'admin' WHEN place < 20 THEN 'member' END AS role,
                     'event_' || kind AS name, ts_us,
                     CAST(ts_us // 86400000000 AS INTEGER) AS day,
                     CASE WHEN luck < 0.5 THEN '{{"amount": ' || kind || '}}' END AS props,
                     account_id * 31 + place AS user_no,
                     CASE WHEN luck < 0.5 THEN CAST(1000000 * luck AS BIGINT) END AS n1
              FROM made ORDER BY account_id, ts_us
            ) TO '{paths[-1]}' (FORMAT parquet, COMPRESSION zstd)
            """
        )
    return paths


def metrics_sql() -> str:
    """30 metrics per account and week in two stages, and one row of checksums over them."""
    names = [f"e.name = 'event_{number}'" for number in range(14)]
    user = {f"c{n}": f"COUNT(CASE WHEN {name} THEN 1 END)" for n, name in enumerate(names)}
    user["c14"] = "COUNT(*)"
    for n in (15, 16):
        user[f"c{n}"] = f"SUM(CASE WHEN {names[n - 14]} THEN e.n1 END)"
    for n in range(17, 22):
        user[f"f{n}"] = f"MIN(CASE WHEN {names[n - 17]} THEN e.ts_us END)"
    week = {name: f"SUM({name})" for name in user if name.startswith("c")}
    week |= {name: f"MIN({name})" for name in user if name.startswith("f")}
    week |= {f"u{n}": f"COUNT(CASE WHEN c{n} > 0 THEN 1 END)" for n in range(7)}
    week["users"] = "COUNT(user_no)"
    inner = ", ".join(f"{sql} AS {name}" for name, sql in user.items())
    outer = ", ".join(f"{_whole(sql)} AS w{name}" for name, sql in week.items())
    sums = ", ".join(f"{_whole(f'SUM(w{name} - week)')} AS s{name}" for name in week)
    return (
        f"WITH per_user AS (SELECT e.account_id, e.user_no, cal.week, {inner} FROM events e "
        "JOIN cal ON cal.day = e.day GROUP BY e.account_id, e.user_no, cal.week), "
        f"per_account AS (SELECT account_id, week, {outer} FROM per_user "
        f"GROUP BY account_id, week) SELECT COUNT(*) AS lines, {sums} FROM per_account"
    )


def _whole(aggregate: str) -> str:
    return f"CAST(GREATEST(LEAST(COALESCE({aggregate}, 0), {CLIP}), -{CLIP}) AS BIGINT)"


def asked(name: str, files: list[Path]) -> dict[str, object]:
    """What one engine answers, in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    import django
    import pyarrow as pa

    django.setup()
    from banso.shared.lake.engines.choice import engine

    days = range(FIRST_WEEK * 7 - 3, (FIRST_WEEK + WEEKS) * 7 - 3)
    calendar = pa.table({"day": list(days), "week": [(day + 3) // 7 for day in days]})
    started = time.perf_counter()
    chosen = engine(name)
    chosen.aggregate("SELECT COUNT(*) AS n FROM events", files=files[:1])
    began = time.perf_counter()
    [found] = chosen.aggregate(metrics_sql(), files=files, tables={"cal": calendar}).to_pylist()
    took = time.perf_counter() - began
    digest = sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:12]
    return {"start": began - started, "took": took, "lines": found["lines"], "sum": digest}


def measured(name: str, files: list[Path], home: Path) -> dict[str, object]:
    """The same in a process of its own, watched for its memory."""
    command = [sys.executable, __file__, "--ask", name, *map(str, files)]
    environment = {**os.environ, "BANSO_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        seen = [0, 0.0]
        watching = threading.Thread(target=watch, args=(process, seen), daemon=True)
        watching.start()
        said = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{name} failed ({process.returncode}): run with --ask to see why")
    return {**json.loads(said.splitlines()[-1]), "peak": seen[0] / 1024, "cpu": seen[1]}


def watch(process: subprocess.Popen[str], seen: list[float]) -> None:
    """The most memory (kB) and the CPU seconds of the process and its children together."""
    tick = os.sysconf("SC_CLK_TCK")
    while process.poll() is None:
        held, used = 0, 0
        for pid in family(process.pid):
            try:
                status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
                spent = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
            except OSError:
                continue
            held += sum(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
            used += sum(map(int, spent.split()[11:13]))
        seen[:] = [max(seen[0], held), max(seen[1], used / tick)]
        time.sleep(0.2)


def family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in family(int(child)))]


def main() -> None:
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--millions", default="2,10")
    asking.add_argument("--engines", default="duckdb,clickhouse,spark")
    asking.add_argument("--ask", nargs="+", help=argparse.SUPPRESS)
    given = asking.parse_args()
    if given.ask:
        print(json.dumps(asked(given.ask[0], [Path(path) for path in given.ask[1:]])))
        return
    sizes = [float(size) for size in given.millions.split(",")]
    chosen = [name for name in given.engines.split(",") if find_spec(NEEDS[name])]
    print("| events (million) | engine | start s | answer s | CPU s | peak MB | rows | checksum |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="banso-engines-") as folder:
        (Path(folder) / "events").mkdir()
        files = written(Path(folder) / "events", int(max(sizes) * 1e6))
        for size in sizes:
            some = files[: max(round(WEEKS * size / max(sizes)), 1)]
            found = {name: measured(name, some, Path(folder) / "home") for name in chosen}
            for name, one in found.items():
                print(
                    f"| {size:g} | {name} | {one['start']:.1f} | {one['took']:.1f} | "
                    f"{one['cpu']:.1f} | {one['peak']:,.0f} | {one['lines']:,} | {one['sum']} |",
                    flush=True,
                )
            assert len({str(one["sum"]) for one in found.values()}) == 1, "answers differ"


if __name__ == "__main__":
    main()
