from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from banso.act.signals.models import Signal
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.measure.health.tests.builders import TODAY, measured
from banso.shared import clock

_numbers = count(1)


def a_subscription(account: Account, **fields: Any) -> Subscription:
    made = {
        "external_id": f"S-{next(_numbers)}",
        "start": TODAY - timedelta(days=300),
        "term_months": 12,
    } | fields
    return Subscription.objects.create(account=account, **made)


def renewing(days: int, **fields: Any) -> Account:
    """A customer with an annual term that renews in so many days."""
    account = an_account(next_renewal_on=TODAY + timedelta(days=days), **fields)
    a_subscription(
        account, end=TODAY + timedelta(days=days), start=TODAY + timedelta(days=days - 365)
    )
    return account


def fallen(trend: float = -0.4, now: float = 72, **fields: Any) -> Account:
    """A customer whose usage changed so."""
    account = an_account(**fields)
    measured(account, usage_trend_28d=trend, usage_28d=now)
    return account


def a_signal(account: Account, **fields: Any) -> Signal:
    made = {
        "kind": "no_contact",
        "data": {"since": (TODAY - timedelta(days=61)).isoformat(), "never": False},
        "priority": 40,
        "raised_at": clock.now(),
        "owner": account.owner,
    } | fields
    return Signal.objects.create(account=account, **made)
