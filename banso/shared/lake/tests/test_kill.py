"""Processes that are killed lose nothing they acknowledged, and double nothing they sent twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

ROWS = 200


@pytest.fixture
def environment(tmp_path: Path, transactional_db: None) -> dict[str, str]:
    """An installation of its own for the processes, on the database that the suite runs on."""
    chosen = {**os.environ, "BANSO_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    if connection.vendor == "postgresql":
        server = connection.settings_dict
        chosen["DATABASE_URL"] = (
            f"postgresql://{server['USER']}:{server['PASSWORD']}@{server['HOST'] or 'localhost'}"
            f":{server['PORT'] or 5432}/{server['NAME']}"
        )
    else:
        assert started(chosen, "prepare").communicate()[0] == ""
    return chosen


def started(environment: dict[str, str], verb: str, *numbers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "banso.shared.lake.tests.hammer", verb, *map(str, numbers)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def acknowledged(process: subprocess.Popen[str]) -> list[int]:
    return [int(line) for line in process.communicate()[0].split()]


def kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)


def the_events(environment: dict[str, str]) -> tuple[Counter[int], int]:
    """How often each event is there, and the rows that the manifest says."""
    answer = json.loads(started(environment, "report").communicate(timeout=120)[0])
    return Counter(answer["numbers"]), answer["manifest"]


def test_killed_writers_and_compactors_lose_and_double_nothing(environment: dict[str, str]) -> None:
    chance = random.Random(20250305)  # noqa: S311 - moments to kill at, not secrets
    acked: list[int] = []
    for attempt in range(5):
        writer = started(environment, "append", attempt * 1_000_000, ROWS, 2000)
        compactor = started(environment, "compact", 10_000)
        assert writer.stdout is not None
        first = writer.stdout.readline()
        acked.append(int(first))
        kill_after(compactor, chance.uniform(0.2, 0.9))
        kill_after(writer, chance.uniform(0.0, 0.3))
        acked += acknowledged(writer)
        compactor.communicate()
    numbers, by_manifest = the_events(environment)
    assert max(numbers.values()) == 1
    assert len(numbers) == by_manifest
    assert len(acked) > 10
    lost = [n for start in acked for n in range(start, start + ROWS) if n not in numbers]
    assert lost == []
    assert len(numbers) % ROWS == 0  # what was not acknowledged came whole or not at all


def test_two_compactors_and_two_writers_at_once(environment: dict[str, str]) -> None:
    writers = [started(environment, "append", n * 1_000_000, ROWS, 25) for n in range(2)]
    compactors = [started(environment, "compact", 40) for _ in range(2)]
    acked = [start for writer in writers for start in acknowledged(writer)]
    for compactor in compactors:
        assert compactor.communicate(timeout=120)[0] == "done\n"
    numbers, _ = the_events(environment)
    assert len(acked) == 50
    assert len(numbers) == 50 * ROWS == sum(numbers.values())
