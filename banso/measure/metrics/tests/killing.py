"""What the processes of test_refresh_kill.py do: python -m ...tests.killing VERB [NUMBER]."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

TODAY = datetime(2025, 6, 30, 3, tzinfo=UTC)  # a Monday
SHAPES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("recent_count", {"event": "login", "days": 28}),
    ("recent_users", {"event": "", "days": 28}),
    ("days_to_first", {"event": "export"}),
    ("property_sum", {"event": "export", "property": "amount", "days": 28}),
    ("streak", {"event": "", "period": "week"}),
)


def prepare() -> None:
    """Five customers and five metrics."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
    from banso.know.accounts.tests.builders import an_account
    from banso.measure.metrics.tests.builders import a_metric

    for number in range(5):
        an_account(external_id=f"a{number}", signed_up_on=date(2025, 4, 20))
    for number, (shape, params) in enumerate(SHAPES):
        a_metric(f"k{number}", shape=shape, params=params)


def send(seed: int) -> None:
    """Events of two months arrive, late ones among them."""
    from banso.shared.lake import writes
    from banso.shared.lake.tests.builders import a_table, an_event

    chance = random.Random(seed)  # noqa: S311 - made-up data
    made = []
    for number in range(200):
        day = date(2025, 5, 1) + timedelta(days=chance.randrange(60))
        fields: dict[str, Any] = {"account_key": f"a{chance.randrange(5)}"}
        fields |= {"user_key": chance.choice(["u1", "u2", "u3"]), "event_id": f"{seed}-{number}"}
        fields |= {"name": chance.choice(["login", "export"]), "props": '{"amount": 2.5}'}
        made.append(an_event(f"{day:%Y-%m-%d} 12:00", **fields))
    writes.append(events=a_table(*made), source="s")
    writes.compact()


def refresh(*seeds: int) -> None:
    """Let events arrive, then bring everything up to date."""
    from banso.measure.metrics.writes import measuring
    from banso.measure.metrics.writes.courses import compute_courses
    from banso.shared import clock

    for seed in seeds:
        send(seed)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with clock.held_at(TODAY):
        measuring.refresh()
        compute_courses()
        measuring.refresh()
    sys.stdout.write("done\n")


def report() -> None:
    """What is kept, and beside it the same asked of the events row by row."""
    from banso.measure.metrics import grid, rules, standing
    from banso.measure.metrics.customers import customers
    from banso.measure.metrics.models import AccountMeasures, GridFile, MetricDefinition
    from banso.measure.metrics.reads import values_at
    from banso.shared import clock
    from banso.shared.lake.days import day_number

    today = day_number(TODAY.date())
    people = customers()
    definitions = list(MetricDefinition.objects.filter(key__startswith="k").order_by("key"))
    columns = {one.key: one.column for one in standing.served()}
    kept: list[Any] = []
    plain: list[Any] = []
    with clock.held_at(TODAY):
        days = [*rules.mondays(day_number(date(2025, 5, 1)), today), today + 1]
        for day in days:
            rows = values_at(definitions=definitions, rows=people.rows([day])).sort_by("row_id")
            plain.append([rows[d.key].to_pylist() for d in definitions])
            file = grid.at(day if day <= today else GridFile.NOW)
            table = grid.loaded(file) if file else None
            kept.append(table and [table[columns[d.key]].to_pylist() for d in definitions])
    found = AccountMeasures.objects.order_by("account_id")
    now = [[one.values[d.key]["v"] for one in found] for d in definitions]
    json.dump({"kept": kept, "plain": plain, "now": now}, sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    django.setup()
    verb, *numbers = sys.argv[1:]
    verbs: dict[str, Callable[..., None]] = {
        "prepare": prepare,
        "refresh": refresh,
        "report": report,
    }
    verbs[verb](*map(int, numbers))
