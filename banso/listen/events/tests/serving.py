"""What the processes that serve for tests are prepared with and asked for, by a verb."""

from __future__ import annotations

import json
import os
import sys

import django


def prepare() -> None:
    """An empty installation with a key, which is said."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from banso.shared.keys.writes import make_key

    scopes = ["events:write", "people:write"]
    sys.stdout.write(make_key(by=None, name="test", scopes=scopes)[1])


def revoke() -> None:
    """Close the key."""
    from banso.shared import clock
    from banso.shared.keys.models import ApiKey

    ApiKey.objects.update(revoked_at=clock.now())


def stored() -> None:
    """How many events the worker has put into the lake."""
    from banso.shared.lake import reads

    sys.stdout.write(str(reads.event_rows()))


def report() -> None:
    """The ids of the events that are there, in order."""
    from banso.shared.lake import reads, writes

    writes.compact()
    found = reads.query("SELECT ts_us FROM events ORDER BY ts_us")["ts_us"].to_pylist()
    json.dump([ts_us // 1_000_000 - 1_741_136_400 for ts_us in found], sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    django.setup()
    {"prepare": prepare, "revoke": revoke, "stored": stored, "report": report}[sys.argv[1]]()
