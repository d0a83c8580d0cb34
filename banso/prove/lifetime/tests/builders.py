from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import numpy as np

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.rules import add_months

_numbers = count(1)
EPOCH = date(1970, 1, 1)


def later(day: date, months: int) -> date:
    found = add_months(np.array([(day - EPOCH).days]), np.array([months]))
    return EPOCH + timedelta(days=int(found[0]))


def a_life(start: date, years: int | None, today: date, **fields: Any) -> Account:
    """A customer on annual terms that leaves after so many (None: is still there)."""
    number = next(_numbers)
    money = fields.pop("mrr_minor", 10_000)
    account = Account.objects.create(
        **{"external_id": f"L-{number}", "name": f"みどり商会 {number}", "signed_up_on": start}
        | fields
    )
    terms, nth = [], 0
    while years is None or nth < years:
        begin, end = later(start, 12 * nth), later(start, 12 * (nth + 1)) - timedelta(days=1)
        nth += 1
        over = end < today
        outcome = ("churned" if nth == years else "renewed") if over else ""
        terms.append(
            Subscription(
                account=account, external_id=f"L-{number}-{nth}", start=begin, end=end,
                outcome=outcome, mrr_minor=money, currency="JPY",
            )
        )  # fmt: skip
        if not over:
            break
    Subscription.objects.bulk_create(terms)
    return account


def a_base(n: int, today: date, *, seed: int = 1, **fields: Any) -> list[Account]:
    """Customers of the past six years whose chances of leaving differ (beta 0.8, 3.2)."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        start = today - timedelta(days=int(rng.integers(200, 2300)))
        years = min(int(rng.geometric(rng.beta(0.8, 3.2))), 20)
        gone = later(start, 12 * years) <= today
        money = int(rng.lognormal(10, 1))
        made.append(a_life(start, years if gone else None, today, mrr_minor=money, **fields))
    return made
