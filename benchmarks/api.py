"""What does a call of the API cost with few and with many accounts?

    PYTHONPATH=. python benchmarks/api.py [--sizes 1000,100000] [--runs 15]

The same throw-away SQLite homes as in pages.py. Prints server CPU per request (median of in-process
requests after a warm-up, middleware included), SQL queries and kB. "Far" pages follow a cursor that
lies behind nine tenths of the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CALLS = {
    "customers, 50": "/accounts",
    "customers, 200": "/accounts?limit=200",
    "customers, 50, far": "/accounts?cursor={id}",
    "customers by name, far": "/accounts?sort=name&cursor={name}",
    "customers by renewal, far": "/accounts?sort=next_renewal&cursor={renewal}",
    "customers, one stage (25 %)": "/accounts?stage=left",
    "customers, segment and industry (3 %)": "/accounts?segment=SMB&industry=IT&sort=-mrr",
    "customers, own choice (33 %)": "/accounts?own_contract=Gold",
    "customers, own number (0.1 %)": "/accounts?own_score.min=999&own_score.max=999",
    "customers by own number": "/accounts?sort=own_score",
    "customers changed since": "/accounts?updated_since=2999-01-01T00:00:00Z",
    "one customer": "/accounts/500",
    "one customer by external id": "/accounts/by-external-id?source=crm&external_id=C-0000500",
    "people, 50": "/people",
    "subscriptions, 50": "/subscriptions",
}


def measure(size: int, runs: int) -> dict[str, tuple[float, int, int]]:
    """Call -> (CPU ms, queries, bytes), in this process and its BANSO_HOME."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from banso.shared.keys.rules import SCOPES
    from banso.shared.keys.writes import make_key
    from benchmarks.pages import make_company

    call_command("migrate", verbosity=0)
    make_company(size)
    _key, token = make_key(by=None, name="benchmark", scopes=SCOPES)
    client = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {token}"})

    def ask(path: str) -> Any:
        answer = client.get(f"/api/v1{path}")
        assert answer.status_code == 200, f"{path}: {answer.content.decode()}"
        return answer

    far = cursors()
    found: dict[str, tuple[float, int, int]] = {}
    for label, path in CALLS.items():
        address = path.format(**far)
        ask(address)
        with CaptureQueriesContext(connection) as queries:
            answer = ask(address)
            asked = len(queries)
        found[label] = (_cpu_ms(ask, address, runs), asked, len(answer.content))
    return found


def cursors() -> dict[str, str]:
    """A cursor behind nine tenths of the rows, for each order."""
    from banso.know.accounts.models import Account
    from banso.shared.rest.paging import after

    found = {}
    for name, sort, by in (
        ("id", "id", "pk"),
        ("name", "name", "name"),
        ("renewal", "next_renewal", "next_renewal_on"),
    ):
        rows = Account.objects.exclude(**{by: None}).order_by(by, "pk")
        account = rows[int(rows.count() * 0.9)]
        value = None if by == "pk" else getattr(account, by)
        found[name] = after(sort, value, account.pk)
    return found


def _cpu_ms(ask: Callable[[str], Any], path: str, runs: int) -> float:
    times = []
    for _ in range(runs):
        begin = time.process_time()
        ask(path)
        times.append((time.process_time() - begin) * 1000)
    return median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,100000")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.runs)))
        return
    results = {}
    sizes = [int(size) for size in options.sizes.split(",")]
    for size in sizes:
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "BANSO_HOME": home, "BANSO_LOG_LEVEL": "ERROR"}
            environment["BANSO_API_REQUESTS_PER_SECOND"] = "1000000"
            environment.pop("DATABASE_URL", None)
            command = [sys.executable, __file__, "--one", str(size), "--runs", str(options.runs)]
            done = subprocess.run(
                command, env=environment, check=True, stdout=subprocess.PIPE, text=True
            )
            results[size] = json.loads(done.stdout.splitlines()[-1])
    heads = "".join(f"{size:>12,} accounts  " for size in sizes)
    print("CPU ms, SQL queries, kB".ljust(40) + heads)
    for label in CALLS:
        cells = (results[size][label] for size in sizes)
        print(
            label.ljust(40)
            + "".join(f"{ms:9.1f} {queries:4d} {size / 1000:6.1f}  " for ms, queries, size in cells)
        )


if __name__ == "__main__":
    main()
