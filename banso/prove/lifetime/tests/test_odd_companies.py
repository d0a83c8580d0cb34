from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.measure.revenue.tests.builders import a_term
from banso.prove.lifetime.tests.builders import a_life
from banso.prove.lifetime.tests.test_survival import TODAY, look

pytestmark = pytest.mark.django_db
PAGES = (
    "revenue:revenue_overview",
    "revenue:revenue_retention",
    "revenue:revenue_renewals",
    "lifetime:survival",
    "lifetime:staying_factors",
    "lifetime:first_time",
    "lifetime:lifetime_value",
    "lifetime:lifetime_customers",
)


def only_trials() -> None:
    a_term(an_account(), date(2025, 1, 1), is_trial=True)


def only_the_future() -> None:
    a_term(an_account(), date(2027, 1, 1))


def only_today() -> None:
    a_term(an_account(), TODAY)


def only_free() -> None:
    a_term(an_account(), date(2025, 1, 1), mrr_minor=0)


def without_amounts() -> None:
    for number in range(15):
        a_life(date(2023, 1, 1 + number), 1 if number < 3 else None, TODAY)
    from banso.know.subscriptions.models import Subscription

    Subscription.objects.update(mrr_minor=None, currency="")


def with_credits() -> None:
    for amount in (-5_000, 10_000):
        a_term(an_account(), date(2024, 1, 1), mrr_minor=amount)


def everybody_left() -> None:
    for number in range(15):
        a_life(date(2023, 1, 1 + number), 1, TODAY)


def watched_from_tomorrow() -> None:
    a_term(an_account(), date(2024, 1, 1), observed_from=date(2026, 4, 2))


def each_on_one_day() -> None:
    for _ in range(12):
        a_term(an_account(), date(2024, 1, 1), date(2024, 1, 1), outcome="churned")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "made",
    [
        only_trials,
        only_the_future,
        only_today,
        only_free,
        without_amounts,
        with_credits,
        everybody_left,
        watched_from_tomorrow,
        each_on_one_day,
    ],
)
def test_every_page_stands_whatever_the_company(client: Client, page: str, made: Any) -> None:
    made()
    address = reverse(page)
    ways: list[dict[str, Any]] = [{}, {"by": "contract"}, {"months": "3"}, {"format": "csv"}]
    for asked in ways:
        response = look(client, address, **asked)
        assert response.status_code in (200, 404)
        if response.streaming:
            b"".join(response)
