"""A real worker process is killed in the middle of an import; the next one loses nothing and
doubles nothing.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

ROWS = 30_000
DRAFT = """
import sys
from django.core.management import call_command
from banso.listen.imports.guessing import propose
from banso.listen.imports.jobs import carry_on
from banso.listen.imports.writes import ask_for_check, ask_for_run, keep_upload, start_draft
content = open({path!r}, "rb").read()
upload = keep_upload(by=None, name="f.csv", blocks=[content], most_bytes=1 << 30)
mapping = propose(upload).mapping
run = start_draft(by=None, upload=upload, mapping=mapping)
ask_for_check(by=None, run=run, mapping=mapping)
carry_on(run.pk, "checking")
run.refresh_from_db()
ask_for_run(by=None, run=run)
"""


def banso(home: Path, *words: str, typed: str = "") -> None:
    subprocess.run(
        [sys.executable, "-m", "banso", *words],
        env=environment(home), input=typed, text=True, check=True, capture_output=True,
    )  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"BANSO_HOME": str(home), "BANSO_LOG_LEVEL": "ERROR"}


def ask(home: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "banso.sqlite3", timeout=20)) as connection:
        rows = connection.execute(question).fetchall()
        connection.commit()
        return rows


def position(home: Path) -> int:
    return int(str(ask(home, "SELECT position FROM imports_importrun")[0][0]))


def test_a_killed_worker_loses_and_doubles_nothing(tmp_path: Path) -> None:
    home, path = tmp_path / "home", tmp_path / "f.csv"
    rows = (f"A{n},会社 {n},{n % 900}\n" for n in range(ROWS))
    path.write_text("account_id,account_name,employees\n" + "".join(rows) + "A7,again,1\nB,bad,x\n")
    banso(home, "migrate", "-v", "0")
    banso(home, "shell", "--no-imports", typed=DRAFT.format(path=str(path)))
    worker = subprocess.Popen([sys.executable, "-m", "banso", "work"], env=environment(home))
    try:
        deadline = time.monotonic() + 60
        while position(home) < 5_000 and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    stopped_at = position(home)
    assert 5_000 < stopped_at < ROWS, f"killed at {stopped_at}: not in the middle"
    assert ask(home, "SELECT COUNT(*) FROM accounts_account") == [(stopped_at - 1,)]
    ask(
        home,
        "UPDATE journal_job SET lease_until = '2000-01-01 00:00:00' WHERE lease_until IS NOT NULL",
    )
    banso(home, "work", "--once")
    assert ask(home, "SELECT COUNT(*), COUNT(DISTINCT external_id) FROM accounts_account") == [
        (ROWS, ROWS)
    ]
    run = ask(home, "SELECT state, created, changed, same, refused FROM imports_importrun")
    assert run == [("done", ROWS, 0, 0, 2)]
    (refused,) = (home / "uploads" / "imports").glob("*.refused.csv")
    assert [line.split(",")[0] for line in refused.read_text("utf-8-sig").splitlines()[1:]] == [
        str(ROWS + 2),
        str(ROWS + 3),
    ]
    assert ask(home, "SELECT COUNT(*) FROM journal_entry WHERE kind = 'import.finished'") == [(1,)]
