"""What does a page cost with few and with many accounts?

    python benchmarks/pages.py [--sizes 1000,100000] [--runs 15]

Makes throw-away SQLite homes with that many accounts (two people, one subscription and two notes
each, three own fields) and prints, side by side: server CPU per request (median of in-process
requests after a warm-up, middleware and templates included), SQL queries, and page bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 4, 1)
PAGES = {
    "list, as it opens": "/customers/",
    "list, page 40": "/customers/?page=40",
    "list, sorted by MRR": "/customers/?sort=-mrr",
    "list, one segment (25 %)": "/customers/?segment=SMB&segment.how=is&sort=next_renewal",
    "list, mine": "/customers/?owner=mine",
    "list, renewal within 90 days": (
        "/customers/?next_renewal=90&next_renewal.how=next&sort=next_renewal"
    ),
    "list, segment and industry (3 %)": (
        "/customers/?segment=SMB&segment.how=is&industry=IT&industry.how=is"
    ),
    "list, industry contains": "/customers/?industry=造&sort=-employees",
    "list, search with 1 hit": "/customers/?q=c-0000999",
    "list, search with many": "/customers/?q=製作所",
    "list, own choice (33 %)": "/customers/?own_contract=Gold",
    "list, own number (0.1 %)": "/customers/?own_score.min=999&own_score.max=999",
    "list, sorted by own number": "/customers/?sort=own_score",
    "list, own text contains, none": "/customers/?own_memo=xyzzy",
    "list, sorted by a metric": "/customers/?sort=-metric_m3&columns=owner,stage,metric_m3",
    "list, one segment, by a metric": (
        "/customers/?segment=SMB&segment.how=is&sort=metric_m3&columns=owner,metric_m3"
    ),
    "list, metric above a limit (10 %)": "/customers/?metric_m3.min=90&sort=-mrr",
    "list, without a value (20 %)": "/customers/?metric_m3.how=empty",
    "customer page": "/customers/500/",
    "people": "/people/",
    "people, key persons": "/people/?key=on",
    "people, search with 1 hit": "/people/?q=u-00000500",
}


def make_company(size: int) -> None:
    """Accounts with everything that the pages show."""
    from banso.know.accounts.models import Account
    from banso.know.people.models import Membership, Person
    from banso.know.subscriptions.models import Subscription
    from banso.shared.fields.writes import define_field
    from banso.shared.upserts.writes import insert_rows
    from banso.shared.users.models import User

    owners = [
        User.objects.create_user(f"csm{n}@example.jp", name=f"担当 {n}", role="csm").pk
        for n in range(30)
    ]
    define_field(
        by=None,
        holder="account",
        key="contract",
        kind="choice",
        choices=["Gold", "Silver", "Bronze"],
    )
    define_field(by=None, holder="account", key="score", kind="number")
    define_field(by=None, holder="account", key="memo", kind="text")
    pick = random.Random(1)
    ids = range(1, size + 1)
    insert_rows(Account, rows=[account(n, pick, owners) for n in ids])
    people = range(1, 2 * size + 1)
    insert_rows(Person, rows=[{"external_id": f"u-{n:08}", "name": f"山田 {n:06}"} for n in people])
    insert_rows(
        Membership,
        rows=[{"person_id": n, "account_id": (n + 1) // 2, "is_key": n % 10 == 1} for n in people],
    )
    start = TODAY - timedelta(400)
    insert_rows(
        Subscription,
        rows=[
            {
                "external_id": f"S-{n}",
                "account_id": n,
                "start": start,
                "mrr_minor": 50_000,
                "currency": "JPY",
            }
            for n in ids
        ],
    )
    write_timelines(ids)
    write_measures(ids, pick)


def write_measures(ids: range, pick: random.Random) -> None:
    """Ten metrics of each account; a fifth of the customers has no value."""
    from banso.measure.metrics.models import AccountMeasures, AccountSeries, MetricDefinition
    from banso.shared.journal.writes import record

    at = datetime(2026, 3, 1, 3, tzinfo=UTC)
    keys = [f"m{n}" for n in range(10)]
    MetricDefinition.objects.bulk_create(
        MetricDefinition(key=key, name_en=key, name_ja=key, shape="recent_count", created_at=at)
        for key in keys
    )
    rows = [AccountMeasures(**measures(n, keys, pick)) for n in ids]
    AccountMeasures.objects.bulk_create(rows, batch_size=5_000)
    lines = (
        AccountSeries(account_id=one.pk, series={k: [v["v"]] * 13 for k, v in one.values.items()})
        for one in rows
    )
    AccountSeries.objects.bulk_create(lines, batch_size=5_000)
    record("metrics.refreshed", by=None, revision=1)


def measures(n: int, keys: list[str], pick: random.Random) -> dict[str, Any]:
    numbers = [None if pick.random() < 0.2 else pick.randrange(100) for _ in keys]
    return {
        "account_id": n,
        "as_of": TODAY,
        "values": {key: {"v": v, "c": False} for key, v in zip(keys, numbers, strict=True)},
        "revision": 1,
    }


def write_timelines(ids: range) -> None:
    """Two notes and one change for each account."""
    from banso.know.notes.models import Note
    from banso.shared.journal.models import Entry
    from banso.shared.upserts.writes import insert_rows

    at = datetime(2026, 3, 1, 3, tzinfo=UTC)
    for part in ("更新の相談を受けました。", "使い方の質問に答えました。"):
        insert_rows(
            Note, rows=[{"account_id": n, "at": at, "happened": part, "mood": 1} for n in ids]
        )
    changes = {"changes": {"segment": ["SMB", "Mid"]}}
    insert_rows(
        Entry,
        rows=[
            {"kind": "account.changed", "account_id": n, "at": at, "payload": changes} for n in ids
        ],
    )


def account(n: int, pick: random.Random, owners: list[int]) -> dict[str, Any]:
    name = pick.choice(("あおば", "みどり", "富士", "北斗", "Acme ", "Blue "))
    return {
        "source": "crm",
        "external_id": f"C-{n:07}",
        "name": f"{name}{pick.choice(('製作所', '商事', '工業', '物流', '銀行'))} {n}",
        "name_kana": "アオバセイサクショ",
        "industry": pick.choice(("製造", "小売", "IT", "金融", "医療", "物流", "教育", "建設")),
        "country": "日本",
        "segment": pick.choice(("Enterprise", "Mid", "SMB", "Startup")),
        "touch_model": pick.choice(("high", "mid", "low", "tech")),
        "stage": pick.choice(("onboarding", "adoption", "adoption", "left")),
        "employees": pick.randrange(5, 20_000),
        "website": f"https://www.example{n}.co.jp",
        "owner_id": pick.choice(owners),
        "custom": {
            "contract": pick.choice(("Gold", "Silver", "Bronze")),
            "score": pick.randrange(1000),
            "memo": "特になし",
        },
        "next_renewal_on": TODAY + timedelta(pick.randrange(365)) if pick.random() < 0.9 else None,
        "mrr_minor": pick.randrange(10_000, 2_000_000),
        "currency": "JPY",
        "last_contact_on": TODAY - timedelta(pick.randrange(200)) if pick.random() < 0.8 else None,
        "health": pick.randrange(100),
        "signed_up_on": TODAY - timedelta(pick.randrange(1500)),
    }


def measure(size: int, runs: int) -> dict[str, tuple[float, int, int]]:
    """Page -> (CPU ms, queries, bytes), in this process and its BANSO_HOME."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "banso.shell.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from banso.shared import clock
    from banso.shared.users.models import User

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    make_company(size)
    client = Client(HTTP_HOST="localhost", headers={"accept-language": "ja"})
    client.force_login(User.objects.order_by("pk")[0])
    found: dict[str, tuple[float, int, int]] = {}
    with clock.held_at(TODAY):
        for label, path in PAGES.items():
            answer = client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
                asked = len(queries)
            found[label] = (_cpu_ms(client, path, runs), asked, len(answer.content))
    return found


def _cpu_ms(client: Any, path: str, runs: int) -> float:
    times = []
    for _ in range(runs):
        begin = time.process_time()
        client.get(path)
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
    sizes = [int(size) for size in options.sizes.split(",")]
    results = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "BANSO_HOME": home, "BANSO_LOG_LEVEL": "ERROR"}
            environment.pop("DATABASE_URL", None)
            command = [sys.executable, __file__, "--one", str(size), "--runs", str(options.runs)]
            done = subprocess.run(
                command, env=environment, check=True, stdout=subprocess.PIPE, text=True
            )
            results[size] = json.loads(done.stdout.splitlines()[-1])
    print(
        "CPU ms, SQL queries, kB".ljust(36) + "".join(f"{size:>12,} accounts  " for size in sizes)
    )
    for label in PAGES:
        cells = (results[size][label] for size in sizes)
        print(
            label.ljust(36)
            + "".join(f"{ms:9.1f} {queries:4d} {size / 1000:6.1f}  " for ms, queries, size in cells)
        )


if __name__ == "__main__":
    main()
