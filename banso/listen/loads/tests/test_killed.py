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

ROWS, KILLS = 400_000, 4
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
        env=environment(home), input=typed, text=True, check=True, capture_output=True,
    )  # fmt: skip
    return done.stdout


def saved(home: Path) -> tuple[int, str]:
    with closing(sqlite3.connect(home / "banso.sqlite3", timeout=20)) as connection:
        row = connection.execute("SELECT accepted, state FROM loads_load").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_whatever_ends_the_command_each_row_comes_in_once(
    tmp_path: Path, how: signal.Signals
) -> None:
    home, path = tmp_path / "home", tmp_path / "e.csv"
    at = (f"2024-05-{1 + n % 28:02d} 09:00:{n % 60:02d}" for n in range(ROWS))
    rows = (f"A{n % 900},u{n},login,{time},p\n" for n, time in enumerate(at))
    path.write_text("account,user,event,time,plan\n" + "".join(rows))
    banso(home, "migrate", "-v", "0")
    chance = random.Random(how)  # noqa: S311 - no secret
    words = ["events", "load", str(path), "--language", "en"]
    stopped_at = []
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
            time.sleep(chance.random() * 0.15)
        finally:
            process.send_signal(how)
            process.wait()
        stopped_at.append(saved(home)[0])
        if stopped_at[-1] == ROWS:
            break
    assert 0 < stopped_at[0] < ROWS, f"stopped at {stopped_at}: not in the middle"
    if saved(home)[1] != "done":
        assert "Resumed behind row" in banso(home, *words, "--resume")
    assert saved(home) == (ROWS, "done")
    assert f"FOUND {ROWS} {ROWS}" in banso(home, "shell", "--no-imports", typed=LAKE)
