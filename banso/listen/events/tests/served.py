"""A real `banso web` for tests, on a home of its own: what only a whole server shows."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

SCRIPT = "banso.listen.events.tests.serving"
EPOCH = 1_741_136_400


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """An installation whose processes are started, killed and asked."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """On the database that the suite runs on."""
        chosen = {**os.environ, "BANSO_HOME": str(self.home), "DATABASE_URL": ""}
        if connection.vendor == "postgresql":
            server = connection.settings_dict
            chosen["DATABASE_URL"] = (
                f"postgresql://{server['USER']}:{server['PASSWORD']}@"
                f"{server['HOST'] or 'localhost'}:{server['PORT'] or 5432}/{server['NAME']}"
            )
        return chosen | self.settings

    def said(self, verb: str) -> str:
        """What serving.py says to the verb."""
        done = subprocess.run(
            [sys.executable, "-m", SCRIPT, verb],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, command: str = "web", *more: str) -> None:
        """Start a command with a group of its own; a server until it answers."""
        serves = command in ("web", "ingest", "serve")
        if serves:
            self.port = free_port()
            more = ("--port", str(self.port), *more)
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "banso", command, *more],
                env=self.environment,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        if serves:
            self._wait()

    def _wait(self) -> None:
        for _ in range(1200):
            try:
                self.ask("GET", "/health/")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server does not answer")

    def stop(self, with_signal: int = signal.SIGKILL) -> None:
        """End all processes and wait for their end."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                if with_signal == signal.SIGKILL:
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.send_signal(with_signal)
        for process in self.processes:
            process.wait(30)
        self.processes.clear()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as asked:
            asked.request(method, path, body, given)
            answer = asked.getresponse()
            return Reply(answer.status, answer.headers, answer.read())

    def send(self, token: str, events: Any, **headers: str) -> Reply:
        """POST events; bytes go as they are, the rest as JSON."""
        body = events if isinstance(events, bytes) else json.dumps(events).encode()
        given = {"Authorization": f"Bearer {token}", "Content_Type": "application/json"} | headers
        return self.ask("POST", "/api/v1/events", body, **given)

    def stored(self) -> list[int]:
        """The numbers of the events that are there once everything is compacted, in order."""
        found: list[int] = json.loads(self.said("report"))
        return found


def events_of(first: int, rows: int) -> list[dict[str, Any]]:
    """Events that follow from their numbers; ``Served.stored`` gives the numbers back."""
    return [
        {"event_id": str(n), "account": "A", "name": "login", "time": EPOCH + n}
        for n in range(first, first + rows)
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
