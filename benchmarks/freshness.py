"""How long until health and signals have seen an event that was just acknowledged?

    PYTHONPATH=. .venv/bin/python benchmarks/freshness.py [--accounts 10000] [--rounds 10]
        [--busy 100000] [--rate 20000]

Fills a throw-away SQLite home with that many customers and 60 events each, starts `banso serve`
on it, sends one event of one customer whose usage fell, and waits until its metrics, its health
score and its signal say so. Prints the seconds since the 202 of every round, and how many rows of
other customers were written meanwhile. With --busy an import of that many rows runs beside it, with
--rate that many events a second of the other customers come in, a thousand a request.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
PER_ACCOUNT = 60
DAYS = 120
FALLEN = "A-000001"
STEPS = ("metrics", "health", "signals")


def make_company(size: int) -> str:
    """Customers with usage, and everything computed; returns a key for sending events."""
    from banso.know.accounts.models import Account
    from banso.shared.clock import today
    from banso.shared.journal.jobs import run_owed
    from banso.shared.keys.writes import make_key
    from banso.shared.lake import writes as lake
    from banso.shared.upserts.writes import insert_rows

    day, pick = today(), random.Random(1)
    insert_rows(Account, rows=[account(n, day, pick) for n in range(1, size + 1)])
    at_once = 100_000 // PER_ACCOUNT
    for first in range(2, size + 1, at_once):
        keys = [f"A-{n:06}" for n in range(first, min(first + at_once, size + 1))]
        lake.append(events=events(keys, day, range(DAYS), pick), source="past")
    lake.append(events=events([FALLEN] * 2, day, range(30, 56), pick), source="fallen")
    lake.append(events=events([FALLEN], day, range(1, 2), pick)[:20], source="late")
    run_owed()
    return make_key(by=None, name="benchmark", scopes=["events:write"])[1]


def account(n: int, day: date, pick: random.Random) -> dict[str, Any]:
    return {
        "source": "crm",
        "external_id": f"A-{n:06}",
        "name": f"Customer {n}",
        "signed_up_on": day - timedelta(pick.randrange(DAYS, 900)),
        "last_contact_on": day - timedelta(pick.randrange(60)),
        "touch_model": "mid",
        "mrr_minor": pick.randrange(10_000, 2_000_000),
        "currency": "JPY",
        "next_renewal_on": day + timedelta(pick.randrange(365)),
    }


def events(keys: list[str], day: date, back: range, pick: random.Random) -> pa.Table:
    """Events of the accounts on random days so far back."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    rows = [
        (key, f"{key}-{pick.randrange(9)}", pick.choice(("login", "report", "invite")), back_days)
        for key in keys
        for back_days in pick.choices(back, k=PER_ACCOUNT)
    ]
    names = ("account_key", "user_key", "name")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    stamps = [int((midnight - 86_400 * row[3] - pick.random() * 40_000) * 1e6) for row in rows]
    return pa.table(
        {
            "event_id": pa.nulls(len(rows), pa.string()),
            "account_key": columns["account_key"],
            "user_key": columns["user_key"],
            "role": pa.array(["member"] * len(rows)),
            "name": columns["name"],
            "ts_us": pa.array(stamps, pa.int64()),
            "props": pa.nulls(len(rows), pa.string()),
        }
    )


QUERIES = {
    "metrics": "SELECT json_extract(m.\"values\", '$.usage_28d.v') FROM metrics_accountmeasures m "
    "JOIN accounts_account a ON a.id = m.account_id WHERE a.external_id = ?",
    "health": "SELECT json_extract(h.parts, '$.usage_28d.v') FROM health_healthscore h "
    "JOIN accounts_account a ON a.id = h.account_id WHERE h.is_current AND a.external_id = ?",
    "signals": "SELECT json_extract(s.data, '$.now') FROM signals_signal s "
    "JOIN accounts_account a ON a.id = s.account_id "
    "WHERE s.kind = 'usage_fell' AND s.closed_at IS NULL AND a.external_id = ?",
}
WRITTEN = (  # a refresh of everybody says so once
    "SELECT COUNT(*) FROM metrics_accountmeasures "
    "WHERE revision > :seen OR (SELECT rewritten FROM metrics_refresh) > :seen"
)
NEWEST = (
    "SELECT MAX(MAX(revision), (SELECT rewritten FROM metrics_refresh)) "
    "FROM metrics_accountmeasures"
)


def seen(database: sqlite3.Connection, step: str) -> float | None:
    row = database.execute(QUERIES[step], (FALLEN,)).fetchone()
    return None if row is None or row[0] is None else float(row[0])


def one_round(database: sqlite3.Connection, port: int, token: str, number: int) -> dict[str, float]:
    """Send one event; seconds from its 202 until each step has counted it."""
    before = {step: seen(database, step) for step in STEPS}
    revision = database.execute(NEWEST).fetchone()[0]
    event = {"event_id": f"new-{number}", "account": FALLEN, "user": "u", "name": "login"}
    event["time"] = datetime.now(UTC).isoformat()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", "/api/v1/events", json.dumps([event]), headers)
        answer = connection.getresponse()
        assert answer.status == 202, answer.read()
    sent, found = time.perf_counter(), dict[str, float]()
    while len(found) < len(STEPS):
        for step in STEPS:
            if step not in found and seen(database, step) != before[step]:
                found[step] = time.perf_counter() - sent
        if time.perf_counter() - sent > 120:
            raise SystemExit(f"only {sorted(found)} saw the event within two minutes")
        time.sleep(0.02)
    found["rows"] = database.execute(WRITTEN, {"seen": revision}).fetchone()[0]
    return found


def import_beside(home: Path, rows: int) -> subprocess.Popen[bytes]:
    """A file of customers that is imported by the worker while events come."""
    file = home / "more.csv"
    lines = (f"M-{n:07},More {n},2024-01-01" for n in range(rows))
    file.write_text("external_id,name,signed_up_on\n" + "\n".join(lines), encoding="utf-8")
    return subprocess.Popen([sys.executable, "-m", "banso", "import", str(file)], cwd=ROOT)


class Stream(threading.Thread):
    """Sends events of random customers at a rate, a thousand a request, until it is stopped."""

    def __init__(self, port: int, token: str, rate: int, accounts: int) -> None:
        super().__init__(daemon=True)
        self.port, self.rate, self.accounts = port, rate, accounts
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.stopped, self.sent, self.began = threading.Event(), 0, time.perf_counter()

    def run(self) -> None:
        pick = random.Random(7)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            while not self.stopped.is_set():
                body = json.dumps([self.event(pick, n) for n in range(1000)])
                connection.request("POST", "/api/v1/events", body, self.headers)
                answer = connection.getresponse()
                if answer.status == 202:
                    self.sent += 1000
                answer.read()
                due = self.began + self.sent / self.rate
                self.stopped.wait(max(0.0, due - time.perf_counter()))

    def event(self, pick: random.Random, n: int) -> dict[str, str]:
        key = f"A-{pick.randrange(2, self.accounts + 1):06}"
        name = pick.choice(("login", "report", "invite"))
        event_id = f"s-{self.sent + n}"
        return {"event_id": event_id, "account": key, "user": f"{key}-1", "name": name}

    def stop(self) -> str:
        """How many events a second were acknowledged."""
        took = time.perf_counter() - self.began
        self.stopped.set()
        self.join()
        return f"{self.sent / took:,.0f} events/s acknowledged meanwhile, {self.sent:,} in all"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(1200):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
                asked.request("GET", "/health/")
                asked.getresponse().read()
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("banso serve does not answer")


def prepared(size: int) -> str:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    token = make_company(size)
    from django.db import connection

    connection.close()
    return token


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--busy", type=int, default=0, help="rows of an import beside it")
    parser.add_argument("--rate", type=int, default=0, help="events a second beside it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ |= {
            "BANSO_HOME": folder,
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "banso.shell.settings",
            "BANSO_LOG_LEVEL": "ERROR",
        }
        sys.path.insert(0, str(ROOT))
        started = time.perf_counter()
        token, port = prepared(options.accounts), free_port()
        print(f"{options.accounts:,} customers made in {time.perf_counter() - started:.0f} s")
        command = [sys.executable, "-m", "banso", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        beside, stream = None, None
        try:
            wait_for(port)
            time.sleep(3)
            if options.busy:
                beside = import_beside(home, options.busy)
            if options.rate:
                stream = Stream(port, token, options.rate, options.accounts)
                stream.start()
            print("| round | metrics s | health s | signals s | customers written |")
            print("|---|---|---|---|---|")
            totals = measured(home, port, token, options.rounds)
            if stream:
                print(f"\n{stream.stop()}")
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            if beside:
                beside.kill()
                beside.wait()
        print(f"\nUntil the signal: median {median(totals):.1f} s, worst {max(totals):.1f} s.")


def measured(home: Path, port: int, token: str, rounds: int) -> list[float]:
    totals = []
    with closing(sqlite3.connect(home / "banso.sqlite3", timeout=20)) as database:
        for number in range(1, rounds + 1):
            found = one_round(database, port, token, number)
            cells = " | ".join(f"{found[step]:.2f}" for step in STEPS)
            print(f"| {number} | {cells} | {found['rows']:,.0f} |", flush=True)
            totals.append(found["signals"])
            time.sleep(1 + random.random())
    return totals


if __name__ == "__main__":
    main()
