from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.effects.models import Measure
from banso.prove.effects.writes import draft_measure

TODAY = date(2026, 6, 30)


def companies(
    count: int, *, effect: float = 0.15, lost: float = 0.35, seed: int = 3, choosy: float = 0.4
) -> dict[int, date]:
    """Customers with one annual term each that ended by ``TODAY``, and who was trained when.

    Large customers leave more often and are trained more often (``choosy``), so counting alone
    makes the training look bad; it raises renewal by ``effect``.
    """
    random = np.random.default_rng(seed)
    staff = random.integers(10, 1000, count)
    large = staff > 500
    trained = random.random(count) < 0.3 + choosy * large * 0.5
    chance = np.clip(lost * (0.7 + 0.6 * large) - effect * trained, 0.01, 0.99)
    left = random.random(count) < chance
    ends = [TODAY - timedelta(days=int(d)) for d in random.integers(1, 400, count)]
    on = [
        end - timedelta(days=int(d))
        for end, d in zip(ends, random.integers(100, 260, count), strict=True)
    ]
    accounts = Account.objects.bulk_create(
        Account(
            external_id=f"A-{i}", name=f"あおば製作所 {i}", employees=int(staff[i]),
            industry="Retail" if i % 2 else "Industry", signed_up_on=date(2023, 1, 1),
        )
        for i in range(count)
    )  # fmt: skip
    Subscription.objects.bulk_create(
        Subscription(
            account=account, external_id=f"S-{i}", start=ends[i] - timedelta(days=364),
            end=ends[i], outcome="churned" if left[i] else "renewed", plan="Basic",
            mrr_minor=int(staff[i]) * 100, currency="JPY",
        )
        for i, account in enumerate(accounts)
    )  # fmt: skip
    return {account.pk: on[i] for i, account in enumerate(accounts) if trained[i]}


def renewing(count: int, *, lost: float = 0.2) -> list[Account]:
    """Customers whose next renewal lies within the year after ``TODAY``, with a past one each."""
    random = np.random.default_rng(5)
    ends = [TODAY + timedelta(days=int(d)) for d in random.integers(5, 360, count)]
    accounts = Account.objects.bulk_create(
        Account(
            external_id=f"R-{i}", name=f"みどり商事 {i}", next_renewal_on=ends[i], segment="SMB",
            mrr_minor=int(random.integers(1, 100)) * 1000, currency="JPY",
        )
        for i in range(count)
    )  # fmt: skip
    Subscription.objects.bulk_create(
        Subscription(account=account, external_id=f"RS-{i}", start=ends[i] - timedelta(days=364),
                     end=ends[i])
        for i, account in enumerate(accounts)
    )  # fmt: skip
    gone = Account.objects.bulk_create(
        Account(external_id=f"G-{i}", name=f"過去 {i}") for i in range(100)
    )
    Subscription.objects.bulk_create(
        Subscription(
            account=account, external_id=f"GS-{i}", start=TODAY - timedelta(days=464),
            end=TODAY - timedelta(days=100), outcome="churned" if i < 100 * lost else "renewed",
        )
        for i, account in enumerate(gone)
    )  # fmt: skip
    return accounts


def a_measure(treated: dict[int, date] | None = None, **given: Any) -> Measure:
    asked: dict[str, Any] = {
        "name": "管理者研修", "what_done": "90 minutes online", "reason": "large customers first",
        "origin": "list", "goal": "renewal", "treated": treated or {},
    }  # fmt: skip
    return draft_measure(by=None, **asked | given)


def a_list(text: str, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


ASKED = {
    "name": "管理者研修", "what_done": "90 minutes online", "reason": "large customers first",
    "goal": "renewal", "metric_key": "", "points": "5",
}  # fmt: skip
