"""A refresh that is killed leaves nothing wrong: the next one ends where everything is right.

BANSO_TEST_KILLS=100 kills a hundred times instead of three.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

KILLS = int(os.environ.get("BANSO_TEST_KILLS", "3"))


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
    return chosen


def started(environment: dict[str, str], verb: str, *numbers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "banso.measure.metrics.tests.killing", verb]
    return subprocess.Popen(
        [*command, *map(str, numbers)], env=environment, stdout=subprocess.PIPE, text=True
    )


def said(environment: dict[str, str], verb: str, *numbers: int) -> str:
    process = started(environment, verb, *numbers)
    text = process.communicate(timeout=300)[0]
    assert process.returncode == 0
    return text


def test_killed_refreshes_leave_every_value_right(environment: dict[str, str]) -> None:
    chance = random.Random(11)  # noqa: S311 - moments to kill at, not secrets
    said(environment, "prepare")
    longest, cut_short = 1.0, 0
    for number in range(3 * KILLS):
        process = started(environment, "refresh", number)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, longest))
        process.send_signal(signal.SIGKILL)
        if "done" in process.communicate()[0]:
            longest *= 0.7
            continue
        cut_short += 1
        if cut_short == KILLS:
            break
    assert cut_short == KILLS
    assert said(environment, "refresh") == "ready\ndone\n"
    found: dict[str, Any] = json.loads(said(environment, "report"))
    assert found["kept"] == [
        [pytest.approx(values) for values in metrics] for metrics in found["plain"]
    ]
    assert found["now"] == [pytest.approx(values) for values in found["plain"][-1]]
    assert any(value for metrics in found["plain"] for values in metrics for value in values)
