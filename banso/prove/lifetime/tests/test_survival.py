from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from banso.know.subscriptions.models import Subscription
from banso.prove.lifetime.tests.builders import a_base, a_life
from banso.shared.clock import held_at
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 31)
PAGE = reverse("lifetime:survival")


def look(client: Client, address: str = PAGE, day: date = TODAY, **asked: Any) -> Any:
    client.force_login(a_user(role="viewer"))
    with held_at(day), translation.override("en"):
        return client.get(address, asked, headers={"accept-language": "en"})


def text(response: Any) -> str:
    body = b"".join(response) if response.streaming else response.content
    return " ".join(body.decode().split())


def test_the_answer_with_its_interval_and_n(client: Client) -> None:
    for number in range(60):
        a_life(date(2023, 1, 1) + timedelta(days=number), 1 if number < 12 else None, TODAY)
    page = text(look(client))
    assert "After 12 months 80.0% are still there (95% interval 67.5%–88.1%)" in page
    assert "Of 60 customers, 12 have left so far" in page
    assert "That is mostly sorting" in page
    assert "Customers watched at that age" in page


def test_groups_are_compared_without_calling_it_a_cause(client: Client) -> None:
    for number in range(80):
        segment = "SMB" if number % 2 else "Enterprise"
        years = 1 if number % 2 and number < 60 else None
        a_life(date(2023, 1, 1) + timedelta(days=number), years, TODAY, segment=segment)
    response = look(client, by="segment")
    assert [row["name"] for row in response.context["rows"]] == ["Enterprise", "SMB"]
    page = text(response)
    assert "The groups leave at different paces" in page
    assert "it does not say why" in page
    alone = look(client, by="industry")
    assert alone.context["no_groups"]


def test_each_group_leads_to_its_customers(client: Client) -> None:
    gone = [a_life(date(2023, 1, 1), 1, TODAY, segment="SMB") for _ in range(12)]
    row = look(client, by="segment").context["rows"][0]
    behind = text(look(client, row["left_link"]))
    assert "12 customers." in behind
    assert all(account.name in behind for account in gone)


def test_the_curve_as_a_file(client: Client) -> None:
    for number in range(30):
        a_life(date(2023, 1, 1), 1 + number % 3 if number < 20 else None, TODAY)
    response = look(client, format="csv")
    lines = list(csv.DictReader(StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [int(line["Left"]) for line in lines] == [7, 7, 6] * 2
    assert [line["Counted"] for line in lines] == ["Customers"] * 3 + ["Money"] * 3
    assert float(lines[-1]["Still there"]) == pytest.approx(1 / 3, abs=1e-4)


def test_money_that_stays_is_told_beside_customers_that_stay(client: Client) -> None:
    for number in range(60):
        years, money = (1, 1_000) if number < 20 else (None, 4_000)
        start = date(2023, 1, 1) + timedelta(days=number)
        a_life(start, years, TODAY, mrr_minor=money, segment="SMB" if number < 30 else "")
    response = look(client)
    page = text(response)
    assert "After 12 months 66.7% are still there" in page
    assert "Of the money they paid at first, 88.9% is still there after 12 months" in page
    assert response.context["rows"][0]["money"][1][0].startswith("88.9% (")
    assert len(response.context["chart"]["series"]) == 4
    grouped = look(client, by="segment").context["rows"]
    assert [row["name"] for row in grouped] == ["SMB"]
    assert grouped[0]["money"][1][0].startswith("66.7% (")


def test_without_amounts_there_is_no_curve_of_money(client: Client) -> None:
    for number in range(30):
        a_life(date(2023, 1, 1), 1 if number < 10 else None, TODAY, mrr_minor=None)
    page = text(look(client))
    assert "Of the money" not in page
    assert "After 12 months 66.7%" in page


@pytest.mark.parametrize("by", ["plan", "country", "employees", "own.motive", "own.sites"])
def test_any_field_makes_groups(client: Client, by: str) -> None:
    admin = a_user(role="administrator")
    for key, kind in (("motive", "text"), ("sites", "number")):
        define_field(by=admin, holder="account", key=key, label_ja=key, kind=kind)
    for number in range(60):
        first = number % 2
        account = a_life(
            date(2023, 1, 1), None, TODAY, country="JP" if first else "US",
            employees=None if number == 0 else 10 + number,
            custom={"motive": "Paper" if first else "Speed", "sites": number % 3},
        )  # fmt: skip
        plan = "Basic" if first else "Premium"
        Subscription.objects.filter(account=account).update(plan=plan)
    names = {row["name"] for row in look(client, by=by).context["rows"]}
    assert (
        names
        == {
            "plan": {"Basic", "Premium"},
            "country": {"JP", "US"},
            "employees": {"11–30", "31–50", "51–69"},
            "own.motive": {"Paper", "Speed"},
            "own.sites": {"0", "1", "2"},
        }[by]
    )


def test_twenty_young_customers_hear_from_when_on(client: Client) -> None:
    for number in range(20):
        a_life(date(2025, 9, 1) + timedelta(days=number), None, TODAY)
    page = text(look(client))
    assert "Of 20 customers, 0 have left so far. Not enough data yet for a share" in page
    assert "by about Sep 2026" in page


def test_a_snapshot_says_what_its_curve_is(client: Client) -> None:
    for number in range(60):
        account = a_life(date(2022, 1, 1) + timedelta(days=10 * number), None, TODAY)
        Subscription.objects.filter(account=account).update(observed_from=date(2026, 3, 1))
    page = text(look(client))
    assert "Every customer was watched for a short time only" in page
    assert "60 customers were watched only from later on" in page


def test_nothing_yet(client: Client) -> None:
    assert reverse("imports:import_list") in text(look(client))


def test_the_page_asks_little(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    a_base(60, TODAY, segment="SMB")
    client.force_login(a_user(role="viewer"))
    with held_at(TODAY):
        client.get(PAGE)
        with django_assert_max_num_queries(9):
            client.get(PAGE, {"by": "segment"})
