"""How many events a second does one `banso web` take, each durable before its 202?

    python benchmarks/ingest.py [--seconds 4] [--clients 4] [--sizes 1,100,1000]

Starts `banso web` on a throw-away SQLite home and sends batches over kept-alive connections from a
process on the same machine (so the generator's CPU counts too): events/s, requests/s, p50 and p99.
Nothing is compacted meanwhile; afterwards the compaction runs once and must find every event.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).resolve().parents[1]
EPOCH = 1_741_136_400


def a_batch(first: int, rows: int) -> bytes:
    """About 190 bytes an event, half of them with properties."""
    return json.dumps(
        [
            {
                "event_id": f"evt-{n:012d}",
                "account": f"A-{n % 4000:05d}",
                "user": f"user-{n % 90000:06d}",
                "role": "member",
                "name": ("login", "report_exported", "member_invited")[n % 3],
                "time": EPOCH + n % 600_000,
                **({"properties": {"plan": "pro", "rows": n % 97}} if n % 2 else {}),
            }
            for n in range(first, first + rows)
        ]
    ).encode()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
                asked.request("GET", "/health/")
                asked.getresponse().read()
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("banso web does not answer")


def send(port: int, token: str, bodies: list[bytes], until: float, times: list[float]) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for body in bodies:
            if time.perf_counter() > until:
                return
            started = time.perf_counter()
            connection.request("POST", "/api/v1/events", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 202, answer.status
            times.append(time.perf_counter() - started)


def measured(port: int, token: str, rows: int, offset: int, options: argparse.Namespace) -> int:
    """Print one line of the table; how many events were acknowledged."""
    per_client = max(20, min(4000, 1_200_000 // rows // options.clients))
    bodies = [
        [
            a_batch(offset + (client * per_client + n) * rows, rows)
            for n in range(min(per_client, 300))
        ]
        for client in range(options.clients)
    ]
    times: list[float] = []
    until = time.perf_counter() + options.seconds
    threads = [
        threading.Thread(target=send, args=(port, token, some, until, times)) for some in bodies
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    cuts = quantiles(times, n=100)
    print(
        f"| {rows:,} | {len(times) * rows / took:,.0f} | {len(times) / took:,.0f} "
        f"| {cuts[49] * 1000:.1f} | {cuts[98] * 1000:.1f} |",
        flush=True,
    )
    return len(times) * rows


def prepared() -> str:
    """An empty installation with a key; in this process, so that the check can run here too."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from banso.shared.keys.writes import make_key

    return make_key(by=None, name="benchmark", scopes=["events:write"])[1]


def check(sent: int) -> None:
    from banso.shared.lake import reads, writes

    started = time.perf_counter()
    writes.compact()
    took = time.perf_counter() - started
    assert reads.event_rows() == sent, (reads.event_rows(), sent)
    print(
        f"\nCompaction: {sent:,} events in {took:.1f} s ({sent / took:,.0f}/s); each is there once."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--sizes", default="1,100,1000")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "BANSO_HOME": home,
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "banso.shell.settings",
            "BANSO_API_EVENTS_PER_SECOND": "100000000",
            "BANSO_LOG_LEVEL": "ERROR",
        }
        sys.path.insert(0, str(ROOT))
        token, port = prepared(), free_port()
        command = [sys.executable, "-m", "banso", "web", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        try:
            wait_for(port)
            print("| events per request | events/s | requests/s | p50 ms | p99 ms |")
            print("|---|---|---|---|---|")
            sent, offset = 0, 0
            for rows in map(int, options.sizes.split(",")):
                sent += measured(port, token, rows, offset, options)
                offset += 100_000_000
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        check(sent)


if __name__ == "__main__":
    main()
