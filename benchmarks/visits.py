"""What does the list of whom to visit cost with 100,000 customers and as many answers?

    PYTHONPATH=. python benchmarks/visits.py [--answers 100000] [--accounts 100000] [--runs 5]

A throw-away SQLite home. Prints server CPU of in-process requests, middleware included: "cold" is
the first (Django itself is warm), "warm" the median of those that follow, and the queries of one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from statistics import median
from typing import Any

PAGES = {
    "whom to visit": "/visits/",
    "whom to visit, page 100": "/visits/?page=100",
    "whom to visit, one reason": "/visits/?reason=below",
    "whom to visit, without a visit": "/visits/?state=free",
    "whom to thank": "/visits/thanks/",
    "visits": "/visits/planned/",
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--answers", type=int, default=100_000)
    asked.add_argument("--accounts", type=int, default=100_000)
    asked.add_argument("--runs", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BANSO_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
        import django

        django.setup()
        measure(given.answers, given.accounts, given.runs)


def measure(answers: int, accounts: int, runs: int) -> None:
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    from banso.prove.contrasts.tests.builders import an_answered_wave, customers
    from banso.prove.scenarios.tests.builders import TODAY, paying
    from banso.shared import clock
    from banso.shared.users.tests.builders import a_user

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    setup_test_environment()
    paying(customers(accounts))
    an_answered_wave(answers)
    client = Client()
    client.force_login(a_user())
    with clock.held_at(TODAY):
        client.get("/customers/")
        for label, path in PAGES.items():
            tell(client, label, path, runs)


def tell(client: Any, label: str, path: str, runs: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cold = cpu(client, path)
    warm = median(cpu(client, path) for _ in range(runs))
    with CaptureQueriesContext(connection) as queries:
        cpu(client, path)
    sys.stdout.write(
        f"{label}: cold {cold:.0f} ms CPU, warm {warm:.0f} ms, {len(queries)} queries\n"
    )
    sys.stdout.flush()


def cpu(client: Any, path: str) -> float:
    """CPU of this process in ms."""
    begun = time.process_time()
    page = client.get(path)
    if page.status_code != 200:
        sys.exit(f"no answer from {path}: {page.status_code}")
    return 1000 * (time.process_time() - begun)


if __name__ == "__main__":
    main()
