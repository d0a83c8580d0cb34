"""What does it cost to bring in an earlier survey by file?

    PYTHONPATH=. python benchmarks/earlier.py [--rows 20000,100000]

A throw-away SQLite home with 60 % as many customers as rows and two people at each; a CSV as a
form's export is, each row of a person of its own, known by customer and e-mail. Prints for the dry
run, the bringing in and the undoing CPU seconds and SQL statements, and the highest memory of the
process after each beside what it was before the first. It grows by about 1 kB a row: who was met
in the file is remembered, so that nobody answers twice.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HEADER = (
    "回答ID", "回答日", "会社名", "メールアドレス", "困りごとはありましたか", "困りごとの種類",
    "ご相談いただきましたか", "対応は期待と比べていかがでしたか", "総合満足度", "継続意向",
    "薦めたい度合い(0〜10)", "ご意見",
)  # fmt: skip
STEPS = ("dry run", "bringing in", "undoing")


def write_file(path: Path, rows: int, who: list[tuple[str, str]]) -> None:
    pick = random.Random(3)
    marks = ("満足", "やや満足", "どちらともいえない", "やや不満", "不満")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            customer, email = who[number]
            trouble = pick.random() < 0.5
            consulted = trouble and pick.random() < 0.8
            writer.writerow([
                f"R{number}", f"2024/05/{number % 28 + 1:02}", customer, email,
                "はい" if trouble else "いいえ",
                pick.choice(["操作方法が分からない", "動作が遅い・止まる"]) if trouble else "",
                ("はい" if consulted else "いいえ") if trouble else "",
                pick.choice(["期待以上", "期待通り", "期待以下"]) if consulted else "",
                pick.choice(marks), pick.randint(1, 5), pick.randint(0, 10),
                "助かりました" if number % 3 else "",
            ])  # fmt: skip


def start() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
    import django

    django.setup()


def make(rows: int) -> None:
    """The customers, their people and the file; in a process of its own, for its memory."""
    start()
    from django.core.management import call_command
    from django.db.models import F, Value
    from django.db.models.functions import Concat

    from banso.know.people.models import Membership, Person
    from benchmarks.pages import make_company

    call_command("migrate", verbosity=0)
    make_company(rows * 6 // 10)
    Person.objects.update(email=Concat(F("external_id"), Value("@example.jp")))
    found = Membership.objects.order_by("pk").values_list("account__external_id", "person__email")
    write_file(file_path(), rows, list(found[:rows]))


def file_path() -> Path:
    return Path(os.environ["BANSO_HOME"]) / "earlier.csv"


def measure(rows: int) -> dict[str, Any]:
    """Step -> CPU seconds, SQL statements and peak MB, in this process and its BANSO_HOME."""
    start()
    from django.db import connection

    from banso.listen.earlier.jobs import carry_on
    from banso.listen.earlier.models import EarlierRun, State
    from banso.listen.earlier.proposing import propose
    from banso.listen.earlier.running import look_at_values, seen_as_json
    from banso.listen.earlier.writes.runs import (
        ask_for_check,
        ask_for_run,
        ask_to_undo,
        start_draft,
    )
    from banso.listen.imports.writes import keep_upload
    from banso.shared.users.models import User

    user = User.objects.create_user("me@example.jp", name="me", role="administrator")
    path = file_path()
    with path.open("rb") as file:
        upload = keep_upload(
            by=user, name=path.name, blocks=iter(lambda: file.read(1 << 20), b""),
            most_bytes=1 << 30,
        )  # fmt: skip
    seen = look_at_values(upload)
    mapping = propose(upload.name, seen)[0]
    run = start_draft(by=user, upload=upload, seen=seen_as_json(seen), mapping=mapping)
    statements = 0

    def counted(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*given)

    told: dict[str, Any] = {"before": peak_mb(), "bytes": path.stat().st_size}
    asks: tuple[Callable[[], object], ...] = (
        lambda: ask_for_check(by=user, run=run, mapping=mapping),
        lambda: ask_for_run(by=user, run=run),
        lambda: ask_to_undo(by=user, run=run),
    )
    for step, ask in zip(STEPS, asks, strict=True):
        ask()
        run.refresh_from_db()
        statements, begin = 0, time.process_time()
        with connection.execute_wrapper(counted):
            carry_on(run.pk, State(run.state))
        run = EarlierRun.objects.get(pk=run.pk)
        told[step] = [time.process_time() - begin, statements, peak_mb()]
        assert run.state in ("checked", "done", "undone"), (run.state, run.error)
        assert step != "bringing in" or run.created == rows, (run.created, run.preview)
    return told


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="20000,100000")
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(options.make)
        return
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    for rows in map(int, options.rows.split(",")):
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "BANSO_HOME": home, "BANSO_LOG_LEVEL": "ERROR"}
            environment.pop("DATABASE_URL", None)
            for step in ("--make", "--one"):
                done = subprocess.run(
                    [sys.executable, __file__, step, str(rows)],
                    env=environment, check=True, stdout=subprocess.PIPE, text=True,
                )  # fmt: skip
        told = json.loads(done.stdout.splitlines()[-1])
        print(f"{rows:,} rows, {told['bytes'] / 1e6:.1f} MB; {told['before']:.0f} MB before")
        for step in STEPS:
            cpu, statements, peak = told[step]
            print(f"  {step.ljust(12)}{cpu:8.1f} CPU s{statements:9,d} SQL{peak:8.0f} MB at most")


if __name__ == "__main__":
    main()
