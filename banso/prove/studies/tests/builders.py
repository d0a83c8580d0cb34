from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.studies.rules import Candidate

TODAY = date(2026, 6, 30)


def a_subscription(account: Account, **fields: Any) -> Subscription:
    count = Subscription.objects.count()
    given = {"external_id": f"S-{count}", "start": date(2025, 1, 1), "end": date(2025, 12, 31)}
    return Subscription.objects.create(account=account, **given | fields)


def companies(count: int, *, lost: float = 0.3, seed: int = 7) -> None:
    """Customers with one annual term each, ended by ``TODAY``; so many of them did not renew.

    Industry says something about who leaves ("Retail" twice as often); country says nothing.
    """
    random = np.random.default_rng(seed)
    industry = random.choice(["Retail", "Industry"], count)
    risk = np.where(industry == "Retail", 1.5 * lost, 0.5 * lost)
    left = random.random(count) < risk
    accounts = Account.objects.bulk_create(
        Account(
            external_id=f"A-{i}", name=f"あおば製作所 {i}", industry=industry[i],
            country=str(random.choice(["JP", "US"])), signed_up_on=date(2024, 1, 1),
        )
        for i in range(count)
    )  # fmt: skip
    ends = [TODAY - timedelta(days=int(d)) for d in random.integers(1, 500, count)]
    Subscription.objects.bulk_create(
        Subscription(
            account=account, external_id=f"S-{i}", start=ends[i] - timedelta(days=364),
            end=ends[i], outcome="churned" if left[i] else "renewed", plan="Basic", seats=5,
        )
        for i, account in enumerate(accounts)
    )  # fmt: skip


def planted_metrics(rows: pa.Table) -> list[Candidate]:
    """A metric that goes with renewal, three of noise, one that moves after the decision."""
    random = np.random.default_rng(11)
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
    noise = random.normal(size=(5, len(lost)))

    def metric(key: str, values: Any, late: Any) -> Candidate:
        return Candidate(
            f"metric.{key}", "metric", "number", f"{key} in English", f"{key}の日本語", values, late
        )

    return [
        metric("real", noise[0] - 0.9 * lost, noise[0] - 1.0 * lost),
        *(metric(f"noise_{i}", noise[i], noise[i] + 0.1) for i in range(1, 4)),
        metric("leak", noise[4], noise[4] - 4 * lost),
    ]
