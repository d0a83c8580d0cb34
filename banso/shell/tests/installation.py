"""What the processes of test_backup.py do: python -m banso.shell.tests.installation VERB."""

from __future__ import annotations

import json
import os
import sys
from itertools import count

import django

EVENTS_EACH = 25
EPOCH_US = 1_735_689_600_000_000  # 2025-01-01
WEEK_US = 7 * 86_400_000_000


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    write(10)


def write(times: int) -> None:
    """Customers with their events, each in one transaction; now and then files are written."""
    import pyarrow as pa
    from django.db import transaction

    from banso.know.accounts.tests.builders import an_account
    from banso.shared.lake import writes

    start = os.getpid() * 1_000_000
    for number in range(start, start + times) if times else count(start):
        key = f"W-{number}"
        moments = [EPOCH_US + n % 3 * WEEK_US + n + number * 1000 for n in range(EVENTS_EACH)]
        events = pa.table(
            {
                "account_key": [key] * EVENTS_EACH,
                "name": ["login"] * EVENTS_EACH,
                "ts_us": pa.array(moments, pa.int64()),
            }
        )
        with transaction.atomic():
            an_account(external_id=key)
            writes.append(events=events, source="test")
        if number % 10 == 9:
            writes.compact()
            writes.promote(wanted=[(f"p{number % 50}", "number")])
            writes.promote_some()
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def report() -> None:
    """Customers, and events after everything that waits was sorted in."""
    from banso.know.accounts.models import Account
    from banso.shared.lake import reads, writes

    writes.compact()
    json.dump({"accounts": Account.objects.count(), "events": reads.event_rows()}, sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    django.setup()
    {"prepare": prepare, "write": lambda: write(0), "report": report}[sys.argv[1]]()
