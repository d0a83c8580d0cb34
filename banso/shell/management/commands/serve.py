from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

GRACE = 15.0
# the worker yields to those who wait for an answer
NICE = {"web": 0, "work": 10}


class Command(BaseCommand):
    help = "Serve the pages and do the work: a web server and a worker, restarted when one dies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        banso = [sys.executable, "-m", "banso"]
        web = [*banso, "web", "--host", options["host"], "--port", str(options["port"])]
        commands = {"web": web, "work": [*banso, "work"]}
        children = {name: _started(name, command) for name, command in commands.items()}
        while not self.stopping:
            time.sleep(0.5)
            for name, child in children.items():
                if child.poll() is not None and not self.stopping:
                    self.stderr.write(f"{name} ended with {child.returncode}; starting it again")
                    time.sleep(1)
                    children[name] = _started(name, commands[name])
        self._end(list(children.values()))

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self, children: list[subprocess.Popen[bytes]]) -> None:
        for child in children:
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()


def _started(name: str, command: list[str]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(command)
    if NICE[name]:
        with suppress(OSError):  # it ended at once, or may not be slowed
            os.setpriority(os.PRIO_PROCESS, child.pid, NICE[name])
    return child
