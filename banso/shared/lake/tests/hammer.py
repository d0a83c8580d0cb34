"""What the processes of test_kill.py do: python -m banso.shared.lake.tests.hammer VERB ...."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta

import django
import pyarrow as pa

WEEK_US = 7 * 86_400_000_000
EPOCH_US = 1_735_689_600_000_000  # 2025-01-01
USERS = 10


def the_batch(first: int, rows: int) -> pa.Table:
    """Rows that follow from their number alone, so that any process can make them."""
    numbers = range(first, first + rows)
    return pa.table(
        {
            "event_id": [str(n) for n in numbers],
            "account_key": [f"A-{n % 7}" for n in numbers],
            "user_key": [f"U-{n % USERS}" for n in numbers],
            "name": ["login" if n % 3 else "export" for n in numbers],
            "ts_us": pa.array([EPOCH_US + (n % 4) * WEEK_US + n for n in numbers], pa.int64()),
            "props": [f'{{"n": {n}, "who": "U-{n % USERS}"}}' for n in numbers],
        }
    )


def prepare() -> None:
    from django.core.management import call_command

    for app in ("users", "journal", "lake"):
        call_command("migrate", app, verbosity=0)


def append(first: int, rows: int, times: int) -> None:
    """Send batches and say each one that was acknowledged; every third is sent twice."""
    from banso.shared.lake import writes

    for number in range(times):
        start = first + number * rows
        for _ in range(2 if number % 3 == 0 else 1):
            writes.append(events=the_batch(start, rows), source="hammer")
        sys.stdout.write(f"{start}\n")
        sys.stdout.flush()


def compact(times: int) -> None:
    from banso.shared.lake import writes

    ready()
    for _ in range(times):
        writes.compact()
    sys.stdout.write("done\n")


def promote(times: int) -> None:
    """Ask for ever new columns, and rewrite every file for each."""
    from banso.shared.lake import rules, writes

    rules.REWRITE_ROWS = 1_000
    ready()
    for number in range(times):
        writes.promote(wanted=[(f"p{os.getpid()}-{number}", "number"), ("n", "number")])
        while writes.promote_some():
            pass
    sys.stdout.write("done\n")


def forget(first: int, users: int) -> None:
    """Forget users one after the other; go on first where a killed process stopped."""
    from banso.shared.lake import rules, writes
    from banso.shared.lake.models import Forgetting

    rules.REWRITE_ROWS = 1_000
    ready()
    for user in range(first, first + users):
        if not Forgetting.objects.filter(finished_at=None).exists():
            mode = Forgetting.Mode.ERASE if user % 2 else Forgetting.Mode.PSEUDONYMISE
            writes.forget(user_keys=[f"U-{user}"], mode=mode, words=[f"U-{user}"])
        while writes.forget_some():
            pass
        sys.stdout.write(f"{user}\n")
        sys.stdout.flush()


def expire(months: int) -> None:
    """Remove what is older than the first of the four weeks, or nothing, and sweep."""
    from datetime import UTC, datetime

    from banso.shared import clock
    from banso.shared.lake import writes
    from banso.shared.users.writes import save_organisation

    save_organisation(by=None, keep_events_months=months)
    ready()
    with clock.held_at(datetime(2025, 2, 8, tzinfo=UTC)):
        writes.expire()
    writes.sweep(grace=timedelta(0))
    sys.stdout.write("done\n")


def read(times: int) -> None:
    """Count what a reader sees; each answer must be of a whole state that only grows."""
    from banso.shared.lake import reads

    ready()
    before = faults = 0
    for _ in range(times):
        sql = "SELECT COUNT(*) n, COUNT(DISTINCT ts_us) d FROM events"
        row = reads.query(sql).to_pylist()[0]
        faults += row["n"] != row["d"] or row["n"] < before
        before = row["n"]
    sys.stdout.write(f"{faults}\n")


def ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def report() -> None:
    from banso.shared.lake import inspection, ledger, reads, writes

    writes.compact()
    found = reads.query("SELECT ts_us, user_key FROM events")
    numbers = [(ts_us - EPOCH_US) % WEEK_US for ts_us in found["ts_us"].to_pylist()]
    seen = inspection.inspect(orphans_older_than=timedelta(days=1))
    faults = [*seen.missing, *seen.wrong_size, *seen.wrong_rows, *seen.unreadable]
    answer = {
        "numbers": numbers,
        "users": found["user_key"].to_pylist(),
        "manifest": reads.event_rows(),
        "is_even": ledger.balance().is_even,
        "faults": len(faults) + seen.doubled + seen.misplaced + seen.nearby,
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    django.setup()
    from banso.shared.lake import registry
    from banso.shared.slots import Slot

    registry.account_keys = Slot("nobody is known")
    registry.arrived = Slot("nobody counts")
    verb, *numbers = sys.argv[1:]
    verbs: dict[str, Callable[..., None]] = {
        "prepare": prepare,
        "append": append,
        "compact": compact,
        "promote": promote,
        "forget": forget,
        "expire": expire,
        "read": read,
        "report": report,
    }
    verbs[verb](*map(int, numbers))
