from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import AccountMeasures
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.tests.builders import TODAY, companies
from banso.prove.worth.models import Scenario
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

TARGET = {"metric": "real", "target": "0.6"}


def present(count: int, *, mrr: int = 100_000, seed: int = 3) -> list[Account]:
    """Customers with a year's contract that runs, ends spread over the coming year, and values of
    the planted metric around 0.
    """
    random = np.random.default_rng(seed)
    accounts = Account.objects.bulk_create(
        Account(
            external_id=f"P-{i}", name=f"みどり商事 {i}", signed_up_on=TODAY - timedelta(days=900)
        )
        for i in range(count)
    )  # fmt: skip
    ends = [TODAY + timedelta(days=int(d)) for d in np.linspace(5, 360, count)]
    Subscription.objects.bulk_create(
        Subscription(
            account=account, external_id=f"P-{i}", start=ends[i] - timedelta(days=364),
            end=ends[i], term_months=12, mrr_minor=mrr, currency="JPY",
        )
        for i, account in enumerate(accounts)
    )  # fmt: skip
    AccountMeasures.objects.bulk_create(
        AccountMeasures(
            account=account, as_of=TODAY,
            values={
                "real": {"v": float(value), "c": False},
                "noise_1": {"v": float(value), "c": False},
            },
        )
        for account, value in zip(accounts, random.normal(size=count), strict=True)
    )  # fmt: skip
    return list(accounts)


def a_company(past: int = 500, now: int = 60) -> list[Account]:
    """Past decisions compared with the planted metrics, and present customers."""
    companies(past)
    accounts = present(now)
    with clock.held_at(TODAY):
        run_evidence()
    return accounts


def see(client: Client, query: dict[str, Any] | None = None, **user: Any) -> Any:
    """The page of a question as on the day."""
    client.force_login(a_user(**{"role": "analyst", "language": "en"} | user))
    with clock.held_at(TODAY):
        return client.get(reverse("worth:worth") + "?" + urlencode(query or TARGET))


def a_scenario(client: Client, **fields: Any) -> Scenario:
    """A saved what-if, saved through the page."""
    user = a_user(role="analyst", language="en")
    client.force_login(user)
    told = TARGET | {"name": "共有を広げる", "owner": user.pk} | fields
    with clock.held_at(TODAY):
        response = client.post(reverse("worth:worth"), told)
    assert response.status_code == 302, response.content.decode()[:3000]
    return Scenario.objects.latest("pk")
