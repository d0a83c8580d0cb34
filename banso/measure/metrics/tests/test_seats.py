from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.customers import seats_at
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.tests.builders import TODAY, a_metric, measured, used
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.writes import record
from banso.shared.lake.days import day_number

pytestmark = pytest.mark.django_db


def a_term(account: Account, start: str, end: str | None, seats: int | None, **fields: Any) -> None:
    Subscription.objects.create(
        account=account,
        external_id=f"{account.pk} {start} {seats}",
        start=date.fromisoformat(start),
        end=date.fromisoformat(end) if end else None,
        seats=seats,
        **fields,
    )


def seats_on(account: Account, day: str) -> float | None:
    """Seats known when one looks back from the morning after the day."""
    as_of = np.array([day_number(date.fromisoformat(day)) + 1])
    found = float(seats_at(np.array([account.pk]), as_of)[0])
    return None if np.isnan(found) else found


def test_seats_are_those_of_the_contract_of_the_day() -> None:
    account, other = an_account(), an_account()
    a_term(account, "2024-04-01", "2025-03-31", 10)
    a_term(account, "2025-04-01", "2026-03-31", 25)
    a_term(other, "2020-01-01", None, 7)
    assert seats_on(account, "2024-03-31") is None
    assert seats_on(account, "2024-04-01") == 10
    assert seats_on(account, "2025-03-31") == 10
    assert seats_on(account, "2025-04-01") == 25
    assert seats_on(account, "2026-04-01") is None
    assert seats_on(other, "2030-01-01") == 7


def test_contracts_side_by_side_add_up_but_a_renewal_does_not() -> None:
    account = an_account()
    a_term(account, "2024-04-01", "2025-04-01", 10)
    a_term(account, "2025-04-01", None, 12)
    a_term(account, "2025-01-01", "9999-12-31", 5)
    a_term(account, "2025-01-01", None, None)
    a_term(account, "2025-02-01", "2025-02-01", 100)
    assert seats_on(account, "2024-12-31") == 10
    assert seats_on(account, "2025-01-01") == 15
    assert seats_on(account, "2025-02-01") == 115
    assert seats_on(account, "2025-02-02") == 15
    assert seats_on(account, "2025-04-01") == 17


def test_nobody_has_seats_without_contracts() -> None:
    assert seats_on(an_account(), "2025-01-01") is None
    assert len(seats_at(np.zeros(0, np.int64), np.zeros(0, np.int64))) == 0


def test_more_seats_change_the_share_at_the_next_refresh() -> None:
    account = an_account(external_id="busy", signed_up_on=date(2025, 2, 3))
    a_term(account, "2025-01-01", None, 4)
    a_metric("seats", shape="seats_active", params={"event": "", "days": 28}, unit="share")
    measured(*used(account, "02-05", "06-20", user_key="u1"))
    assert AccountMeasures.objects.get(account=account).values["seats"]["v"] == 0.25
    Subscription.objects.update(seats=2)
    record("subscriptions.upserted", by=None)
    run_owed()
    measured(*used(account, "02-06", user_key="u1"), on=TODAY)
    assert AccountMeasures.objects.get(account=account).values["seats"]["v"] == 0.5
