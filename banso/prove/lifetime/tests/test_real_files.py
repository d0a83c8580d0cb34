"""Staying, value and revenue on real files: Telco as a user imports it, CDNOW as events."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.measure.metrics.tests.builders import measured
from banso.prove.lifetime.tests.test_survival import look, text
from banso.shared.clock import held_at
from banso.shared.journal.jobs import run_owed
from banso.shared.lake.tests.builders import an_event

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
TELCO, CDNOW = DATA / "telco" / "Telco-Customer-Churn.csv", DATA / "cdnow" / "CDNOW_sample.txt"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not TELCO.exists(), reason="../shared/data is not here"),
]


def test_telco_is_a_snapshot_and_the_pages_say_so(client: Client) -> None:
    today = date(2026, 6, 30)
    with held_at(today):
        try:
            call_command("import", str(TELCO), language="en")
        except SystemExit as refused:
            assert refused.code == 3  # noqa: PT017 - some rows refused, the others imported
        run_owed()
    page = text(look(client, day=today))
    assert "Every customer was watched for a short time only" in page
    assert "customers were watched only from later on" in page
    assert "Of the money they paid at first" in page
    factors = look(client, reverse("lifetime:staying_factors"), day=today)
    told = {(row["factor"], row["told"]) for row in factors.context["rows"]}
    assert ("Contract", "stay longer") in told
    assert "late entry" in text(factors)
    value = text(look(client, reverse("lifetime:lifetime_value"), day=today))
    assert "Not enough data yet." in value
    assert "A projection needs customers watched over 3 renewals" in value
    revenue = text(look(client, reverse("revenue:revenue_overview"), day=today))
    assert "monthly recurring revenue is" in revenue


def cdnow(customers: int) -> date:
    """The first so many customers of CDNOW with their purchases; returns a day after the last."""
    events, last = [], date(1997, 1, 1)
    first: dict[str, date] = {}
    for line in CDNOW.read_text(encoding="ascii").splitlines():
        _master, number, day, _discs, amount = line.split()
        if int(number) > customers:
            break
        bought = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        first[number] = min(first.get(number, bought), bought)
        last = max(last, bought)
        props = json.dumps({"amount": float(amount)})
        events.append(an_event(f"{bought} 12:00", account_key=number, name="purchase", props=props))
    Account.objects.bulk_create(
        Account(external_id=number, name=f"Customer {number}", signed_up_on=day)
        for number, day in first.items()
    )
    measured(*events, on=last + timedelta(days=1))
    return last + timedelta(days=1)


@pytest.mark.parametrize(
    "page",
    [
        "revenue:revenue_overview", "revenue:revenue_retention", "lifetime:survival",
        "lifetime:staying_factors", "lifetime:lifetime_value",
    ],
)  # fmt: skip
def test_who_buys_without_a_contract_has_no_churn(client: Client, page: str) -> None:
    told = text(look(client, reverse(page), day=cdnow(20)))
    assert "nobody tells when one has left: a long pause is not an end" in told
    assert "churn rate" not in told


def test_what_can_be_told_of_cdnow(client: Client) -> None:
    today = cdnow(200)
    asked = look(client, reverse("lifetime:first_time"), day=today, metric="event:purchase")
    row = asked.context["rows"][0]
    assert int(row["reached"]) == int(row["n"]) > 50, "each of them has bought once"
    assert asked.status_code == 200
