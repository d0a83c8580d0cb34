"""Processes that are killed lose nothing they acknowledged, and double nothing they sent twice.

BANSO_TEST_KILLS=100 kills as often in each test; CI kills a few times.
"""

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
from typing import Any

import pytest
from django.db import connection

from banso.shared.lake.tests.hammer import USERS

ROWS = 200
KILLS = int(os.environ.get("BANSO_TEST_KILLS", "0"))


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


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20250305)  # noqa: S311 - moments to kill at, not secrets


def started(environment: dict[str, str], verb: str, *numbers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "banso.shared.lake.tests.hammer", verb, *map(str, numbers)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[str]:
    return [line for line in process.communicate(timeout=300)[0].split() if line != "ready"]


def numbers_said(process: subprocess.Popen[str]) -> list[int]:
    return [int(line) for line in said(process)]


def kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)


def wait_for_the_first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def the_report(environment: dict[str, str]) -> dict[str, Any]:
    """What is there at the end; the ledger, the manifest and the files must agree on it."""
    answer: dict[str, Any] = json.loads(started(environment, "report").communicate(timeout=300)[0])
    assert answer["is_even"] is True
    assert answer["faults"] == 0
    assert answer["manifest"] == len(answer["numbers"])
    return answer


def test_killed_writers_and_compactors_lose_and_double_nothing(
    environment: dict[str, str], chance: random.Random
) -> None:
    acked: list[int] = []
    for attempt in range(KILLS or 2):
        writer = started(environment, "append", attempt * 1_000_000, ROWS, 2000)
        compactor = started(environment, "compact", 10_000)
        promoter = started(environment, "promote", 10_000)
        acked.append(int(wait_for_the_first_line(writer)))
        wait_for_the_first_line(promoter)
        kill_after(compactor, chance.uniform(0.0, 0.6))
        kill_after(promoter, chance.uniform(0.0, 0.3))
        kill_after(writer, chance.uniform(0.0, 0.2))
        acked += numbers_said(writer)
        compactor.communicate()
        promoter.communicate()
    numbers = Counter(the_report(environment)["numbers"])
    assert max(numbers.values()) == 1
    assert len(acked) > 10
    lost = [n for start in acked for n in range(start, start + ROWS) if n not in numbers]
    assert lost == []
    assert len(numbers) % ROWS == 0  # what was not acknowledged came whole or not at all


def test_killed_forgettings_leave_nobody_half_forgotten(
    environment: dict[str, str], chance: random.Random
) -> None:
    batches = 30
    assert len(numbers_said(started(environment, "append", 0, ROWS, batches))) == batches
    forgotten = kills = 0
    while forgotten < 2 or kills < (KILLS or 3):
        process = started(environment, "forget", min(forgotten, USERS - 1), 1)
        wait_for_the_first_line(process)
        kill_after(process, chance.uniform(0.0, 0.8))
        kills += 1
        forgotten += len(said(process))
    there = the_report(environment)
    users = Counter(there["users"])
    assert max(Counter(there["numbers"]).values()) == 1
    done = range(min(forgotten, USERS))
    assert [user for user in done if f"U-{user}" in users] == []
    later = range(min(forgotten + 1, USERS), USERS)
    assert {users[f"U-{user}"] for user in later} <= {batches * ROWS // USERS}
    renamed = [n for user, n in users.items() if user.startswith("forgotten-")]
    assert set(renamed) <= {batches * ROWS // USERS}
    assert len(renamed) >= len([user for user in done if user % 2 == 0])


def test_a_killed_retention_removes_whole_weeks_or_nothing(
    environment: dict[str, str], chance: random.Random
) -> None:
    batches = 20
    started(environment, "append", 0, ROWS, batches).communicate()
    for _ in range(KILLS or 2):
        process = started(environment, "expire", 1)
        wait_for_the_first_line(process)
        kill_after(process, chance.uniform(0.0, 0.3))
        process.communicate()
        left = len(the_report(environment)["numbers"])
        assert left in (batches * ROWS, batches * ROWS * 3 // 4)
    assert said(started(environment, "expire", 1)) == ["done"]
    assert len(the_report(environment)["numbers"]) == batches * ROWS * 3 // 4


def test_writers_compactors_promoters_and_readers_at_once(environment: dict[str, str]) -> None:
    writers = [started(environment, "append", n * 1_000_000, ROWS, 25) for n in range(2)]
    compactors = [started(environment, "compact", 20) for _ in range(2)]
    promoters = [started(environment, "promote", 3) for _ in range(2)]
    readers = [started(environment, "read", 30) for _ in range(2)]
    acked = [start for writer in writers for start in numbers_said(writer)]
    for worker in (*compactors, *promoters):
        assert said(worker) == ["done"]
    assert [said(reader) for reader in readers] == [["0"], ["0"]]
    numbers = Counter(the_report(environment)["numbers"])
    assert len(acked) == 50
    assert len(numbers) == 50 * ROWS == sum(numbers.values())
