"""What do the pages of revenue and of staying cost?

    PYTHONPATH=. python benchmarks/revenue.py [accounts]

A throw-away SQLite home with that many accounts, four of five on annual terms (one in eight leaves
at each), the others rolling by the month, over four years. Server CPU of one request in process,
middleware and template included: the first after a contract changed, one of another segment, and
the same again; SQL queries of the last.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

TODAY = date(2026, 4, 1)
PAGES = {
    "revenue": "/revenue/?",
    "retention and cohorts": "/revenue/retention/?",
    "customers of a year before": (
        "/revenue/customers/?which=opening&first=2025-04-01&last=2026-04-01"
    ),
    "renewals due": "/revenue/renewals/?",
    "staying": "/lifetime/?",
    "staying, by segment": "/lifetime/?by=segment",
    "lifetime value, annual": "/lifetime/value/?contract=12",
    "lifetime value, monthly": "/lifetime/value/?contract=1",
}
SEGMENTS = ("SMB", "Mid", "Enterprise", "Public")


def terms(account: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """The contracts of one account."""
    start = TODAY - timedelta(days=int(rng.integers(30, 1500)))
    told = {"account_id": account, "currency": "JPY", "mrr_minor": int(rng.lognormal(10, 1))}
    if rng.random() < 0.2:
        months = int(rng.geometric(0.03))
        end = start + timedelta(days=round(30.4375 * months) - 1)
        over = end < TODAY
        told |= {"term_months": 1, "outcome": "churned" if over else ""}
        yield {**told, "start": start, "end": end if over else None}
        return
    while True:
        end = start + timedelta(days=364)
        left = rng.random() < 0.125
        outcome = "" if end >= TODAY else "churned" if left else "renewed"
        yield {**told, "start": start, "end": end, "outcome": outcome}
        if outcome != "renewed":
            return
        start = end + timedelta(days=1)
        told["mrr_minor"] = int(told["mrr_minor"] * rng.choice([1.0, 1.0, 1.1, 0.9]))


def make_company(accounts: int) -> int:
    """Accounts and contracts; the number of contracts."""
    from banso.know.accounts.models import Account
    from banso.know.subscriptions.models import Subscription
    from banso.shared.upserts.writes import insert_rows
    from banso.shared.users.models import User

    User.objects.create_user("csm@example.jp", name="担当", role="csm")
    rng = np.random.default_rng(1)
    ids = range(1, accounts + 1)
    insert_rows(
        Account,
        rows=[
            {"external_id": f"C-{n}", "name": f"みどり商事 {n}", "segment": SEGMENTS[n % 4]}
            for n in ids
        ],
    )
    rows = [term for n in ids for term in terms(n, rng)]
    insert_rows(Subscription, rows=[{**r, "external_id": f"S-{n}"} for n, r in enumerate(rows)])
    return len(rows)


def main() -> None:
    """Print one row per page."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"BANSO_HOME": home, "BANSO_LOG_LEVEL": "ERROR"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
        import django

        django.setup()
        from django.core.management import call_command

        from banso.shared import clock

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        print(f"{accounts:,} accounts, {make_company(accounts):,} contracts\n")
        with clock.held_at(TODAY):
            look()


def look() -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from banso.know.subscriptions.models import Subscription
    from banso.shared.users.models import User

    client = Client(HTTP_HOST="localhost", headers={"accept-language": "ja"})
    client.force_login(User.objects.order_by("pk")[0])

    def cpu(path: str) -> float:
        begin = time.process_time()
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        return (time.process_time() - begin) * 1000

    print("| page | after a change, ms | another segment, ms | again, ms | SQL | kB |")
    print("|---|---|---|---|---|---|")
    cpu("/revenue/")
    changed = Subscription.objects.order_by("pk")[0]
    for label, path in PAGES.items():
        changed.save()
        first = cpu(path)
        part = cpu(f"{path}&segment=SMB") if path.startswith("/revenue") else None
        cpu(path)
        with CaptureQueriesContext(connection) as queries:
            again = cpu(path)
            asked = len(queries)
        size = len(client.get(path).content) / 1000
        other = "" if part is None else f"{part:,.0f}"
        print(f"| {label} | {first:,.0f} | {other} | {again:,.0f} | {asked} | {size:.0f} |")


if __name__ == "__main__":
    main()
