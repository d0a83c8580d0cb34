from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.models import (
    AccountMeasures,
    AccountSeries,
    MetricDefinition,
    MetricVersion,
    Refresh,
    Summary,
)
from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.metrics.writes.measuring import refresh
from banso.shared import clock
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event

TODAY = date(2025, 6, 30)  # a Monday


def a_metric(key: str = "logins", **fields: Any) -> MetricDefinition:
    """A metric that was computed for nobody yet."""
    made = {"name_en": "Logins", "name_ja": "ログイン数", "shape": "recent_count"} | fields
    params = {
        "params": {"event": "login", "days": 28},
        "created_at": datetime(2025, 6, 1, tzinfo=UTC),
    }
    metric = MetricDefinition.objects.create(**{"key": key} | params | made)
    MetricVersion.objects.create(
        definition=metric, version=1, shape=metric.shape, params=metric.params, at=metric.created_at
    )
    return metric


def a_summary(metric: MetricDefinition, **fields: Any) -> Summary:
    """How the values of three customers lie."""
    lies = {"accounts": 4, "n": 3, "censored": 0, "q1": 1.5, "median": 2.0, "q3": 8.0}
    drawn = {"bins": [[0, 5, 2], [5, 14, 1]], "highest": [], "lowest": []}
    state = {"version": metric.version, "as_of": TODAY}
    return Summary.objects.create(definition=metric, **state | lies | drawn | fields)


def measures(account: Account, **values: Any) -> AccountMeasures:
    """The present values of a customer: a number, None, or a pair with "not yet"."""
    pairs = {k: v if isinstance(v, tuple) else (v, False) for k, v in values.items()}
    AccountSeries.objects.create(
        account=account,
        series={key: [None, 1.0, *range(10), v] for key, (v, _c) in pairs.items()},
    )
    last = date(2025, 6, 27)
    Refresh.objects.update_or_create(pk=1, defaults={"last_event_on": last})
    return AccountMeasures.objects.create(
        account=account,
        as_of=TODAY,
        values={key: {"v": v, "c": c} for key, (v, c) in pairs.items()},
        last_event_on=last,
    )


def used(account: Account, *days: str, name: str = "login", **fields: Any) -> list[dict[str, Any]]:
    """Events of an account at noon of each day such as "06-25"."""
    return [
        an_event(f"2025-{day} 12:00", account_key=account.external_id, name=name, **fields)
        for day in days
    ]


def measured(*events: dict[str, Any], on: date = TODAY) -> None:
    """Let the events arrive, and compute everything as on that day."""
    with clock.held_at(datetime.fromisoformat(f"{on}T03:00:00+00:00")):
        lake.append(events=a_table(*events), source="test")
        refresh()
        compute_courses()


def two_customers() -> tuple[Account, Account]:
    """One that uses the product more and more, one that stopped; with events and metrics."""
    busy = an_account(external_id="busy", name="みなと食品", signed_up_on=date(2025, 2, 3))
    quiet = an_account(external_id="quiet", name="Quiet Ltd", signed_up_on=date(2025, 2, 3))
    early = [f"02-{day:02d}" for day in range(5, 25, 2)]
    late = [f"06-{day:02d}" for day in range(2, 30)]
    spent = {"props": '{"amount": 2.5}', "role": "admin", "user_key": "u1"}
    measured(
        *used(busy, *early, user_key="u1", role="member"),
        *used(busy, *late, name="export", **spent),
        *used(quiet, *early, user_key="u2", role="member"),
    )
    return busy, quiet
