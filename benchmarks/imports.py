"""How fast do files come in, and does memory stay flat?

    python benchmarks/imports.py [--accounts 100000] [--events 1000000]

Makes the files, imports each in a process of its own, and prints rows per second of the check and
of the import (from file, everything included; per CPU second too, for machines that are busy with
other things) and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

MEASURE = """
import json, resource, sys, time
import django
django.setup()
from banso.listen.imports.guessing import propose
from banso.listen.imports.jobs import carry_on
from banso.listen.imports.writes import ask_for_check, ask_for_run, keep_upload, start_draft

def blocks(path):
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            yield block

path = sys.argv[1]
upload = keep_upload(by=None, name=path, blocks=blocks(path), most_bytes=1 << 40)
mapping = propose(upload).mapping
run = start_draft(by=None, upload=upload, mapping=mapping)
ask_for_check(by=None, run=run, mapping=mapping)
begun = time.perf_counter()
carry_on(run.pk, "checking")
checked = time.perf_counter()
run.refresh_from_db()
ask_for_run(by=None, run=run)
started, cpu = time.perf_counter(), time.process_time()
carry_on(run.pk, "running")
done, cpu = time.perf_counter(), time.process_time() - cpu
run.refresh_from_db()
assert run.state == "done", run.error
print(json.dumps({
    "rows": run.rows_done, "check": checked - begun, "import": done - started, "cpu": cpu,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def make_accounts(path: Path, rows: int) -> None:
    industries = ["製造", "小売", "金融", "医療", "物流"]
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            ["顧客コード", "会社名", "業種", "国", "従業員数", "利用開始日", "プラン", "Webサイト"]
        )
        for number in range(rows):
            out.writerow(
                [
                    f"C{number:07d}",
                    f"株式会社あおば{number}",
                    chance.choice(industries),
                    "JP",
                    chance.randint(1, 5000),
                    f"{chance.randint(2018, 2025)}/{chance.randint(1, 12)}/{chance.randint(1, 28)}",
                    chance.choice(["Basic", "Pro"]),
                    f"https://aoba{number}.example.jp",
                ]
            )


def make_events(path: Path, rows: int, accounts: int) -> None:
    chance = random.Random(2)
    begin = datetime(2025, 1, 1)  # noqa: DTZ001 - a file without a zone
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["event_id", "account_id", "user_id", "timestamp", "event", "duration"])
        for number in range(rows):
            moment = begin + timedelta(minutes=chance.randrange(525_600))
            out.writerow(
                [
                    f"E{number:09d}",
                    f"C{chance.randrange(accounts):07d}",
                    f"U{chance.randrange(accounts * 5)}",
                    moment.isoformat(sep=" "),
                    f"feature_{chance.randrange(40)}",
                    chance.randint(1, 600),
                ]
            )


def measure(home: str, path: Path) -> dict[str, float]:
    environment = os.environ | {
        "BANSO_HOME": home,
        "DJANGO_SETTINGS_MODULE": "banso.shell.settings",
        "BANSO_LOG_LEVEL": "ERROR",
    }
    subprocess.run(
        [sys.executable, "-m", "banso", "migrate", "-v", "0"], env=environment, check=True
    )
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def report(what: str, path: Path, found: dict[str, float]) -> None:
    rows = found["rows"]
    print(
        f"{what:<9} {rows:>10,.0f} rows {path.stat().st_size / 1e6:>7.0f} MB  "
        f"check {rows / found['check']:>9,.0f}/s  import {rows / found['import']:>9,.0f}/s "
        f"({rows / found['cpu']:>9,.0f} per CPU second)  "
        f"peak {found['peak']:>5.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for part in (10, 1):
            path = Path(folder, f"accounts{part}.csv")
            make_accounts(path, sizes.accounts // part)
            report("accounts", path, measure(f"{folder}/home{part}", path))
        for part in (10, 1):
            path = Path(folder, f"events{part}.csv")
            make_events(path, sizes.events // part, sizes.accounts)
            report("events", path, measure(f"{folder}/home1", path))
        print(f"in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
