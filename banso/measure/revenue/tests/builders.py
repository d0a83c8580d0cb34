from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription

_numbers = count(1)
TODAY = date(2026, 3, 31)


def a_term(account: Account, start: date, end: date | None = None, **fields: Any) -> Subscription:
    """A paid yearly term of ¥10,000 a month."""
    told = {"external_id": f"T-{next(_numbers)}", "mrr_minor": 10_000, "currency": "JPY"}
    return Subscription.objects.create(account=account, start=start, end=end, **told | fields)


def a_company(customers: int = 30, *, left: int = 3, **fields: Any) -> list[Account]:
    """Customers since January 2024; some left at the end of 2025, the others renewed with 10 % more
    from 2026 on.
    """
    accounts = []
    for number in range(customers):
        account = an_account(**fields)
        gone = number < left
        outcome = "churned" if gone else "renewed"
        first, second = date(2024, 1, 1), date(2025, 1, 1)
        a_term(account, first, second - timedelta(days=1), outcome="renewed")
        a_term(account, second, date(2025, 12, 31), outcome=outcome)
        if not gone:
            a_term(account, date(2026, 1, 1), date(2026, 12, 31), mrr_minor=11_000)
        accounts.append(account)
    return accounts
