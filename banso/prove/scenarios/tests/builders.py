from __future__ import annotations

from datetime import timedelta
from typing import Any

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.models import Wave
from banso.prove.contrasts.tests.builders import DAY, an_answered_wave, customers
from banso.shared.journal.writes import record

TODAY = DAY + timedelta(days=60)


def paying(accounts: list[Account], *, mrr: int = 50_000, currency: str = "JPY") -> None:
    """A contract each that runs today."""
    Subscription.objects.bulk_create(
        Subscription(
            account=account, external_id=f"C-{account.pk}", start=DAY - timedelta(days=300),
            term_months=12, mrr_minor=mrr, currency=currency,
        )
        for account in accounts
    )  # fmt: skip
    record("subscriptions.upserted", by=None)


def a_company(count: int = 500, *, answers: int = 700, **fields: Any) -> Wave:
    """Customers with contracts, and an asking that some of them answered."""
    there = customers(count)
    paying(there)
    return an_answered_wave(answers, **fields)
