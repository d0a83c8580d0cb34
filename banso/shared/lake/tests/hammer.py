"""What the processes of test_kill.py do: python -m banso.shared.lake.tests.hammer VERB ...."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import django
import pyarrow as pa

WEEK_US = 7 * 86_400_000_000
EPOCH_US = 1_735_689_600_000_000  # 2025-01-01


def the_batch(first: int, rows: int) -> pa.Table:
    """Rows that follow from their number alone, so that any process can make them."""
    numbers = range(first, first + rows)
    return pa.table(
        {
            "event_id": [str(n) for n in numbers],
            "account_key": [f"A-{n % 7}" for n in numbers],
            "name": ["login" if n % 3 else "export" for n in numbers],
            "ts_us": pa.array([EPOCH_US + (n % 4) * WEEK_US + n for n in numbers], pa.int64()),
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

    for _ in range(times):
        writes.compact()
    sys.stdout.write("done\n")


def report() -> None:
    from banso.shared.lake import reads, writes

    writes.compact()
    found = reads.query("SELECT ts_us FROM events")
    numbers = [(ts_us - EPOCH_US) % WEEK_US for ts_us in found["ts_us"].to_pylist()]
    by_manifest = reads.event_rows()
    json.dump({"numbers": numbers, "manifest": by_manifest}, sys.stdout)


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
        "report": report,
    }
    verbs[verb](*map(int, numbers))
