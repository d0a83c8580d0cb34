"""How many events a second does one `banso serve` take, each durable before its 202?

    python benchmarks/ingest.py [--seconds 5] [--clients 32] [--sizes 1,100,1000] [--worker no]

Starts Banso on a throw-away SQLite home and sends ready batches with `wrk` (Debian: apt-get install
wrk) from the same machine, so the generator's CPU counts too. Without the worker nothing is
compacted meanwhile; with it the compaction runs beside. Afterwards everything is compacted, and
every acknowledged event must be there once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = Path(__file__).with_suffix(".lua")
# so many bytes of ready requests the generator keeps; an event has about 165
POOL_BYTES = 150_000_000
EVENT_BYTES = 165
MOST_READY = 200_000


@dataclass(frozen=True)
class Run:
    """One line of the table."""

    form: str
    rows: int
    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    broken: int
    pool: int

    def line(self, worker: bool) -> str:
        per_second = self.requests / self.seconds
        return (
            f"| {self.form} | {self.rows:,} | {'yes' if worker else 'no'} | {per_second:,.0f} "
            f"| {per_second * self.rows:,.0f} | {self.p50:.1f} | {self.p99:.1f} |"
        )

    def stored(self, clients: int) -> tuple[int, int]:
        """How many different events must be there, and may be: the last answers may be cut off."""
        most = min(self.requests + clients, self.pool)
        return min(self.requests, self.pool) * self.rows, most * self.rows


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
                asked.request("GET", "/health/")
                asked.getresponse().read()
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("Banso does not answer")


def measured(port: int, token: str, form: str, rows: int, options: argparse.Namespace) -> Run:
    pool = max(20, min(MOST_READY, POOL_BYTES // (EVENT_BYTES * rows)))
    settings = {"ROWS": str(rows), "POOL": str(pool), "FORM": form, "TOKEN": token}
    command = ["wrk", "-t1", f"-c{options.clients}", f"-d{options.seconds}s", "--timeout", "30s"]
    done = subprocess.run(
        [*command, "-s", str(SCRIPT), f"http://127.0.0.1:{port}/"],
        env={**os.environ, **settings, "RUN": f"{form[0]}{rows}"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    run = Run(form=form, rows=rows, pool=pool, **json.loads(said.removeprefix("RESULT ")))
    assert not run.refused and not run.broken, said
    return run


def prepared() -> str:
    """An empty installation with a key; in this process, so that the check can run here too."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from banso.shared.keys.writes import make_key

    return make_key(by=None, name="benchmark", scopes=["events:write"])[1]


def check(runs: list[Run], clients: int) -> None:
    from banso.shared.lake import reads, writes

    waiting = reads.waiting_rows()
    started = time.perf_counter()
    writes.compact()
    took = time.perf_counter() - started
    bounds = [run.stored(clients) for run in runs]
    least, most = (sum(ends) for ends in zip(*bounds, strict=True))
    assert least <= reads.event_rows() <= most, (least, reads.event_rows(), most)
    print(
        f"\nThe rest of the inbox, {waiting:,} events, was compacted at {waiting / took:,.0f}/s; "
        f"{reads.event_rows():,} different events were sent, each is there once."
    )


def one_home(worker: bool, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "BANSO_HOME": home,
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "banso.shell.settings",
            "BANSO_API_EVENTS_PER_SECOND": "100000000",
            "BANSO_INBOX_MOST_EVENTS": "1000000000",
            "BANSO_LOG_LEVEL": "ERROR",
        }
        sys.path.insert(0, str(ROOT))
        token, port, runs = prepared(), free_port(), []
        command = [sys.executable, "-m", "banso", "serve" if worker else "web"]
        server = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, start_new_session=True)
        try:
            wait_for(port)
            for rows in map(int, options.sizes.split(",")):
                runs.append(measured(port, token, "events", rows, options))
                print(runs[-1].line(worker), flush=True)
            for rows in map(int, filter(None, options.segment.split(","))):
                runs.append(measured(port, token, "segment", rows, options))
                print(runs[-1].line(worker), flush=True)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        check(runs, options.clients)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--sizes", default="1,100,1000")
    parser.add_argument("--segment", default="100", help="sizes of Segment batches")
    parser.add_argument("--worker", choices=["no", "yes"], default="no")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing; on Debian: apt-get install wrk")
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, load before {load}; wrk on the same machine"
    )
    print("| sent as | events per request | worker | requests/s | events/s | p50 ms | p99 ms |")
    print("|---|---|---|---|---|---|---|")
    one_home(options.worker == "yes", options)


if __name__ == "__main__":
    main()
