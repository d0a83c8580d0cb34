from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.tests.builders import TODAY
from banso.measure.metrics.writes.measuring import refresh
from banso.shared import clock
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event

NOON = datetime.fromisoformat(f"{TODAY}T03:00:00+00:00")
SIGNED_UP = date(2025, 1, 6)
DEFAULTS = ("usage_28d", "active_users_28d", "days_to_first_value")


@contextmanager
def on_the_day() -> Iterator[None]:
    """As on the Monday on which everything was computed."""
    with clock.held_at(NOON):
        yield


def a_year(account: Account, *, each_week: int = 3, last_days: int = 0) -> list[dict[str, Any]]:
    """So many logins each week of this year, and so many on each of the last ten days."""
    weeks = [
        (SIGNED_UP + timedelta(days=7 * week + place), 3)
        for week in range(25)
        for place in range(each_week + week % 2)
    ]
    lately = [
        (TODAY - timedelta(days=back), 5 + n) for back in range(1, 11) for n in range(last_days)
    ]
    return [
        an_event(
            f"{day} {hour:02d}:00",
            account_key=account.external_id,
            user_key=f"{account.external_id}-{day.day % 3}",
        )
        for day, hour in [*weeks, *lately]
    ]


def a_company(count: int = 6) -> list[Account]:
    """Customers that log in more or less often; the first one far more than ever lately."""
    accounts = [
        an_account(
            external_id=f"r-{n}",
            name=f"{'みなと食品' if n == 0 else 'Customer'} {n}",
            signed_up_on=SIGNED_UP,
            stage="adoption" if n < count - 1 else "onboarding",
            currency="JPY",
        )
        for n in range(count)
    ]
    events = a_year(accounts[0], last_days=6)
    for n, account in enumerate(accounts[1:], start=1):
        events += a_year(account, each_week=n)
    arrived(*events)
    return accounts


def arrived(*events: dict[str, Any]) -> None:
    """Let the events arrive, and compute the present values; nothing here reads the courses."""
    with on_the_day():
        lake.append(events=a_table(*events), source="test")
        refresh()
