"""A server that is killed right after it said 202 has lost nothing of what it acknowledged."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

SCRIPT = "banso.listen.events.tests.serving"
ROWS = 50


@pytest.fixture
def environment(tmp_path: Path, transactional_db: None) -> dict[str, str]:
    """An installation of its own, on the database that the suite runs on."""
    chosen = {**os.environ, "BANSO_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    if connection.vendor == "postgresql":
        server = connection.settings_dict
        chosen["DATABASE_URL"] = (
            f"postgresql://{server['USER']}:{server['PASSWORD']}@{server['HOST'] or 'localhost'}"
            f":{server['PORT'] or 5432}/{server['NAME']}"
        )
    return chosen


def said(environment: dict[str, str], verb: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", SCRIPT, verb], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serving(environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """`banso web` with a group of its own, once it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "banso", "web", "--port", str(port)],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
                asked.request("GET", "/health/")
                asked.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return process
    os.killpg(process.pid, signal.SIGKILL)
    raise AssertionError("banso web does not answer")


def acknowledged(port: int, token: str, first: int) -> bool:
    events = [
        {"event_id": str(n), "account": "A", "name": "login", "time": 1_741_136_400 + n}
        for n in range(first, first + ROWS)
    ]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as asked:
        asked.request("POST", "/api/v1/events", json.dumps(events), headers)
        return asked.getresponse().status == 202


def test_a_killed_server_keeps_what_it_acknowledged(environment: dict[str, str]) -> None:
    token = said(environment, "prepare")
    acked: list[int] = []
    for attempt in range(3):
        port = free_port()
        process = serving(environment, port)
        try:
            for number in range(1 + 2 * attempt):
                first = (attempt * 100 + number) * ROWS
                assert acknowledged(port, token, first)
                acked += range(first, first + ROWS)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert json.loads(said(environment, "report")) == acked
