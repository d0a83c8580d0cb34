"""A real process that loads is killed at any moment; none is lost, none doubled."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROWS, KILLS = 200_000, 2
ATTEMPTS = 5  # on a busy machine a stop may come after the last row
WIDE = "p" * 350  # so that the file has several pieces
LAKE = """
from banso.shared.lake.reads import query
from banso.shared.lake.writes import compact
compact()
found = query("SELECT COUNT(*) n, COUNT(DISTINCT user_key) users FROM events").to_pylist()[0]
print("FOUND", found["n"], found["users"])
"""


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"BANSO_HOME": str(home), "BANSO_LOG_LEVEL": "ERROR"}


def banso(home: Path, *words: str, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "banso", *words],
        env=environment(home), input=typed, text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


def saved(home: Path) -> tuple[int, str]:
    with closing(sqlite3.connect(home / "banso.sqlite3", timeout=20)) as connection:
        row = connection.execute("SELECT accepted, state FROM loads_load").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def a_file(folder: Path) -> Path:
    path = folder / "e.csv"
    at = (f"2024-05-{1 + n % 28:02d} 09:00:{n % 60:02d}" for n in range(ROWS))
    rows = (f"A{n % 900},u{n},login,{time},{WIDE}\n" for n, time in enumerate(at))
    path.write_text("account,user,event,time,plan\n" + "".join(rows))
    return path


def stops(home: Path, words: list[str], how: signal.Signals, *, most: float) -> list[int]:
    """How many rows were there each time the command was stopped, until it was through."""
    chance = random.Random(how)  # noqa: S311 - no secret
    stopped_at: list[int] = []
    for number in range(KILLS):
        before = saved(home)[0]
        process = subprocess.Popen(
            [sys.executable, "-m", "banso", *words, *(["--resume"] if number else [])],
            env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                if saved(home)[0] > before:
                    break
                time.sleep(0.005)
            time.sleep(chance.random() * most)
        finally:
            process.send_signal(how)
            process.wait()
        stopped_at.append(saved(home)[0])
        if stopped_at[-1] == ROWS:
            break
    return stopped_at


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_whatever_ends_the_command_each_row_comes_in_once(
    tmp_path: Path, how: signal.Signals
) -> None:
    path = a_file(tmp_path)
    words = ["events", "load", str(path), "--language", "en"]
    for attempt in range(ATTEMPTS):
        home = tmp_path / f"home{attempt}"
        banso(home, "migrate", "-v", "0")
        stopped_at = stops(home, words, how, most=0.15 / (1 + attempt))
        if stopped_at[0] < ROWS:
            break
    assert 0 < stopped_at[0] < ROWS, f"stopped at {stopped_at}: not in the middle"
    if saved(home)[1] != "done":
        assert "Resumed behind row" in banso(home, *words, "--resume")
    assert saved(home) == (ROWS, "done")
    assert f"FOUND {ROWS} {ROWS}" in banso(home, "shell", "--no-imports", typed=LAKE)


DRAFT = """
from pathlib import Path
from banso.listen.loads.drafting import proposed, sources_of
from banso.listen.loads.writes import begin, draft_load
sources = sources_of([Path({path!r})])
mapping = proposed([source.looked for source in sources])
load = draft_load(by=None, sources=sources, mapping=mapping, time_zone="UTC")
begin(by=None, load=load, check_only=False, in_worker=True)
"""


def a_killed_worker(home: Path, path: Path) -> None:
    """A load that a worker has begun, killed as soon as some rows are there."""
    banso(home, "migrate", "-v", "0")
    banso(home, "shell", "--no-imports", typed=DRAFT.format(path=str(path)))
    worker = subprocess.Popen(
        [sys.executable, "-m", "banso", "work"], env=environment(home), stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while not saved(home)[0] and time.monotonic() < deadline:
            time.sleep(0.005)
    finally:
        worker.kill()
        worker.wait()


def test_a_worker_that_is_killed_is_followed_by_the_next(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    for attempt in range(ATTEMPTS):
        home = tmp_path / f"home{attempt}"
        a_killed_worker(home, path)
        if saved(home)[0] < ROWS:
            break
    accepted, state = saved(home)
    assert 0 < accepted < ROWS and state == "running", f"killed at {accepted}: not in the middle"
    with closing(sqlite3.connect(home / "banso.sqlite3", timeout=20)) as connection:
        connection.execute("UPDATE journal_job SET lease_until = NULL")
        connection.commit()
    banso(home, "work", "--once")
    assert saved(home) == (ROWS, "done")
    assert f"FOUND {ROWS} {ROWS}" in banso(home, "shell", "--no-imports", typed=LAKE)
