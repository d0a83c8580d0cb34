"""From an event that arrived to the signal of its customer, by the worker's own jobs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from banso.act.signals.models import Signal
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.models import HealthScore
from banso.measure.metrics.models import AccountMeasures
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Change, Job
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 30)
NOON = datetime.fromisoformat("2025-06-30T03:00:00+00:00")


def uses(account: Account, days: range, times: int, **fields: Any) -> list[dict[str, Any]]:
    """So many logins on each of the days before today."""
    return [
        an_event(
            f"{TODAY - timedelta(days=back)} {hour + 3:02d}:00",
            account_key=account.external_id,
            name="login",
            user_key=f"u{hour}",
            **fields,
        )
        for back in days
        for hour in range(times)
    ]


def rows_of(model: Any, account: Account) -> list[dict[str, Any]]:
    return [{**row} for row in model.objects.filter(account=account).order_by("pk").values()]


@pytest.fixture
def company() -> list[Account]:
    """Customers whose usage fell, stands and grows; all that follows from it is computed."""
    fell, stands, grows = (
        an_account(
            external_id=key, signed_up_on=date(2025, 1, 6), last_contact_on=TODAY, touch_model="mid"
        )
        for key in ("fell", "stands", "grows")
    )
    past = uses(fell, range(29, 57), 3) + uses(fell, range(2, 5), 2)
    past += uses(stands, range(2, 57), 1) + uses(grows, range(2, 29), 2)
    lake.append(events=a_table(*past), source="test")
    run_owed()
    return [fell, stands, grows]


@pytest.fixture(autouse=True)
def a_day_in_june() -> Any:
    with clock.held_at(NOON):
        yield


def test_one_event_moves_the_health_and_the_signal_of_its_customer_alone(
    company: list[Account],
) -> None:
    fell = company[0]
    signal = Signal.objects.get(account=fell, kind="usage_fell")
    models = (AccountMeasures, HealthScore, Signal)
    before = {(m, a.pk): rows_of(m, a) for m in models for a in company}
    lake.append(events=a_table(*uses(fell, range(1, 2), 1)), source="test")
    run_owed()
    after = {(m, a.pk): rows_of(m, a) for m in models for a in company}
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {(model, fell.pk) for model in models}
    assert Signal.objects.get(pk=signal.pk).data["now"] == signal.data["now"] + 1
    score = HealthScore.objects.get(account=fell, is_current=True)
    assert score.parts["usage_28d"]["v"] == signal.data["now"] + 1


def test_nothing_is_owed_when_all_have_followed(company: list[Account]) -> None:
    assert not Change.objects.exists()
    assert not Job.objects.filter(done_at=None, run_after__lte=clock.now()).exists()


def test_an_event_that_came_before_moves_nothing(company: list[Account]) -> None:
    again = uses(company[1], range(2, 3), 1)
    before = [rows_of(model, a) for model in (HealthScore, Signal) for a in company]
    lake.append(events=a_table(*again), source="test")
    run_owed()
    assert [rows_of(model, a) for model in (HealthScore, Signal) for a in company] == before
