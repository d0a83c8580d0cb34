from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.notes.models import Note
from banso.measure.health.models import HealthScore
from banso.measure.health.rules import CONTACT_DAYS
from banso.measure.health.tests.builders import TODAY, a_metric, measured
from banso.measure.health.writes import past
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.writes import enqueue

pytestmark = pytest.mark.django_db
THEN = TODAY - timedelta(days=30)


@pytest.fixture(autouse=True)
def twelve_users_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The metrics of a month ago, without events behind them."""

    def values(*, definitions: Any, rows: pa.Table) -> Iterator[pa.Table]:
        columns = {"row_id": rows["row_id"]}
        for definition in definitions:
            columns[definition.key] = pa.array([12.0] * rows.num_rows)
            columns[f"{definition.key}__censored"] = pa.array([False] * rows.num_rows)
        yield pa.table(columns)

    monkeypatch.setattr(past, "values_in_chunks", values)


def test_the_first_refresh_also_tells_how_it_was_a_month_ago() -> None:
    for key in ("active_users_28d", "usage_28d", "usage_trend_28d"):
        a_metric(key)
    account = an_account(signed_up_on=THEN - timedelta(days=100), last_contact_on=TODAY)
    new = an_account(signed_up_on=TODAY - timedelta(days=3))
    at = datetime.combine(THEN - timedelta(days=9), datetime.min.time(), tzinfo=UTC)
    Note.objects.create(account=account, at=at, happened="訪問")
    for each, users in ((account, 2), (new, 15), (an_account(), 20)):
        measured(each, active_users_28d=users, usage_28d=users, usage_trend_28d=-0.2)
    with clock.held_at(TODAY):
        for _ in range(2):
            enqueue("health.refresh")
            run_owed()
    past = HealthScore.objects.get(account=account, is_current=False)
    assert past.as_of == THEN
    assert past.parts["active_users_28d"]["v"] == 12
    assert past.parts[CONTACT_DAYS]["v"] == 9
    assert not HealthScore.objects.filter(account=new, as_of=THEN).exists()


def test_customers_that_come_before_their_events_are_told_of_the_month_before_too() -> None:
    account = an_account(signed_up_on=THEN - timedelta(days=100))
    with clock.held_at(TODAY):
        enqueue("health.refresh")
        run_owed()
        assert not HealthScore.objects.filter(score__isnull=False).exists()
        for key in ("active_users_28d", "usage_28d", "usage_trend_28d"):
            a_metric(key)
        for each, users in ((account, 2), (an_account(), 20)):
            measured(each, active_users_28d=users, usage_28d=users, usage_trend_28d=-0.2)
        enqueue("health.refresh")
        run_owed()
    assert HealthScore.objects.filter(account=account, as_of=THEN, is_current=False).exists()
