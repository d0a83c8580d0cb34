"""How fast does history come in from files, and does memory stay flat?

    python benchmarks/loads.py [--rows 1000000] [--times 10] [--forms parquet,csv,jsonl]

Makes one file per form, and one with so many times the rows; loads each with the code of
`banso events load` in a process of its own until every event is durable in the inbox (the
compaction is measured by `ingest.py`), and prints rows per second, per second of CPU too, for
machines that are busy with other things, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

EPOCH_US = 1_704_067_200_000_000
PART = 100_000
MEASURE = """
import json, resource, sys, time
import django
django.setup()
from pathlib import Path
from banso.listen.loads.drafting import proposed, sources_of
from banso.listen.loads.running import run_to_end
from banso.listen.loads.writes import begin, draft_load

started, cpu = time.perf_counter(), time.process_time()
sources = sources_of([Path(sys.argv[1])])
mapping = proposed([source.looked for source in sources])
load = draft_load(by=None, sources=sources, mapping=mapping, time_zone="Asia/Tokyo")
begin(by=None, load=load, check_only=False, in_worker=False)
run_to_end(load, leave=lambda: False, drain=lambda: None)
took, cpu = time.perf_counter() - started, time.process_time() - cpu
load.refresh_from_db()
assert load.state == "done" and not load.refused, load.error
print(json.dumps({
    "rows": load.accepted, "took": took, "cpu": cpu,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def a_part(first: int, rows: int) -> pa.Table:
    """Events of 4,000 customers and 90,000 users; half have the property of a plan."""
    number = np.arange(first, first + rows)
    names = np.array(["login", "report_exported", "member_invited"])
    plan = np.where(number % 2 == 0, "pro", "").astype(object)
    plan[plan == ""] = None
    return pa.table(
        {
            "event_id": [f"evt-{n:012d}" for n in number],
            "account": [f"A-{n % 4000:05d}" for n in number],
            "user": [f"user-{n % 90000:06d}" for n in number],
            "role": ["member"] * rows,
            "name": names[number % 3],
            "time": pa.array(EPOCH_US + number * 30_000_000 % 31_000_000_000_000).cast(
                pa.timestamp("us", "UTC")
            ),
            "plan": pa.array(plan, pa.string()),
            "rows": number % 97,
        }
    )


def made(path: Path, rows: int) -> Path:
    parts = (a_part(first, min(PART, rows - first)) for first in range(0, rows, PART))
    if path.suffix == ".jsonl":
        with path.open("w", encoding="utf-8") as file:
            for part in parts:
                for row in part.to_pylist():
                    props = {"plan": row.pop("plan"), "rows": row.pop("rows")}
                    row["time"] = row["time"].isoformat()
                    file.write(json.dumps(row | {"properties": props}) + "\n")
        return path
    schema = a_part(0, 1).schema
    if path.suffix == ".csv":
        with pcsv.CSVWriter(path, schema) as writer:
            for part in parts:
                writer.write(part)
        return path
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in parts:
            writer.write_table(part)
    return path


def measured(path: Path, home: Path) -> dict[str, float]:
    environment = os.environ | {
        "BANSO_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "banso.shell.settings",
        "BANSO_LOG_LEVEL": "ERROR",
        "BANSO_INBOX_MOST_EVENTS": "1000000000",
    }
    banso = [sys.executable, "-m", "banso", "migrate", "-v", "0"]
    subprocess.run(banso, env=environment, check=True)
    command = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--forms", default="parquet,csv,jsonl")
    options = parser.parse_args()
    print(
        "| file | rows | MB | rows/s | rows per CPU second | peak MB |\n|---|---|---|---|---|---|"
    )
    for form in options.forms.split(","):
        for rows in dict.fromkeys((options.rows, options.rows * options.times)):
            with tempfile.TemporaryDirectory(prefix="banso-loads-") as folder:
                path = made(Path(folder) / f"events.{form}", rows)
                found = measured(path, Path(folder) / "home")
                size = path.stat().st_size / 1_000_000
            rate, each_cpu = found["rows"] / found["took"], found["rows"] / found["cpu"]
            print(
                f"| {form} | {found['rows']:,} | {size:,.0f} | {rate:,.0f} | {each_cpu:,.0f} "
                f"| {found['peak']:,.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
