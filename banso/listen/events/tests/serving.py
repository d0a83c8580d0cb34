"""What the processes of test_ingest_kill.py do, by a verb."""

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

    sys.stdout.write(make_key(by=None, name="kill", scopes=["events:write"])[1])


def report() -> None:
    """The ids of the events that are there, in order."""
    from banso.shared.lake import reads, writes

    writes.compact()
    found = reads.query("SELECT ts_us FROM events ORDER BY ts_us")["ts_us"].to_pylist()
    json.dump([ts_us // 1_000_000 - 1_741_136_400 for ts_us in found], sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    django.setup()
    {"prepare": prepare, "report": report}[sys.argv[1]]()
