from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.measure.revenue.tests.builders import TODAY, a_company, a_term
from banso.shared.clock import held_at
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("revenue:revenue_overview")


def look(client: Client, address: str = PAGE, day: date = TODAY, **asked: Any) -> Any:
    client.force_login(a_user(role="viewer"))
    with held_at(day), translation.override("en"):
        return client.get(address, asked, headers={"accept-language": "en"})


def text(response: Any) -> str:
    body = b"".join(response) if response.streaming else response.content
    return " ".join(body.decode().split())


def test_the_answer_comes_first_with_n(client: Client) -> None:
    a_company(30, left=3)
    page = text(look(client))
    assert "monthly recurring revenue is ¥297,000 from 27 customers" in page
    assert "Of the money of the 30 customers of a year before, 90.0% is still there" in page
    assert "(GRR), and 99.0% with them (NRR)" in page
    assert "95% interval" in page
    assert "Only 3 customers changed their amount" in page  # GRR rests on three


def test_each_movement_leads_to_its_customers(client: Client) -> None:
    gone = a_company(30, left=3)[:3]
    response = look(client)
    row = next(r for r in response.context["rows"] if r["label"] == "2025-12")
    churn = row["moves"][4]
    assert (churn["n"], churn["money"]) == (3, "-¥30,000")
    behind = text(look(client, churn["link"]))
    assert all(account.name in behind for account in gone)
    assert "3 customers, from ¥30,000" in behind


def test_the_file_has_the_ledger_and_reconciles(client: Client) -> None:
    a_company(12, left=2)
    response = look(client, format="csv")
    lines = list(csv.DictReader(StringIO(b"".join(response).decode("utf-8-sig"))))
    assert lines[-1]["MRR at the end"] == "110000"
    kinds = ("New", "Reactivation", "Expansion", "Contraction", "Churn")
    for line in lines:
        moved = sum(int(line[kind]) for kind in kinds)
        assert int(line["MRR at the start"]) + moved == int(line["MRR at the end"])


def test_quarters_and_segments(client: Client) -> None:
    a_company(12, left=2, segment="SMB")
    a_company(12, left=0, segment="Enterprise")
    quarters = look(client, months="3", segment="SMB")
    labels = [row["label"] for row in quarters.context["rows"]]
    assert labels[0] == "2026-01–03"
    assert quarters.context["seen"].customers == 10
    assert look(client, segment="Enterprise").context["seen"].customers == 12
    assert "No contract belongs to this choice" in text(look(client, segment="Nobody"))


def test_currencies_are_never_added(client: Client) -> None:
    a_company(12, left=0)
    for _ in range(3):
        a_term(an_account(), date(2024, 1, 1), currency="USD", mrr_minor=5_000)
    yen, dollars = look(client), look(client, currency="USD")
    assert yen.context["seen"].mrr == 12 * 11_000
    assert dollars.context["seen"].mrr == 15_000
    assert "Currencies are never added" in text(yen)
    assert "$150.00" in text(dollars)
    assert look(client, currency="XYZ").context["scope"].currency == "JPY"


def test_a_young_company_hears_from_when_on(client: Client) -> None:
    for number in range(20):
        a_term(an_account(), date(2025, 11, 1 + number), date(2026, 10, 31))
    page = look(client)
    assert "can be told from 1 Nov 2026 on" in text(page)
    assert page.context["cards"] == []


def test_few_customers_are_counted_and_given_a_date(client: Client) -> None:
    a_company(4, left=1)
    a_term(an_account(), date(2025, 6, 1))
    page = text(look(client))
    assert "4 customers were there a year before; gone since: 1." in page
    assert "Not enough data yet: a rate needs 10 customers. At the present pace about" in page
    assert "%</a>" not in page


def test_what_needs_care_is_said(client: Client) -> None:
    a_company(12, left=0)
    a_term(an_account(name="大物商事"), date(2024, 1, 1), mrr_minor=1_000_000)
    a_term(an_account(), date(2025, 3, 20), date(2026, 3, 20))
    a_term(an_account(), date(2025, 1, 1), mrr_minor=None)
    a_term(an_account(), date(2025, 1, 1), is_trial=True)
    page = text(look(client))
    assert "大物商事" in page
    assert "Without it NRR is 109.2%" in page
    assert "The contract of 1 customer (¥10,000) is over and nobody has said how it ended" in page
    assert "1 customer has a contract without an amount" in page
    assert "1 trial is not counted" in page


def test_an_old_file_does_not_renew_by_itself(client: Client) -> None:
    a_company(12, left=2)
    page = look(client, day=date(2027, 6, 1))
    assert page.context["seen"].cut == date(2026, 12, 31)
    assert "so the figures stop there" in text(page)


def test_a_snapshot_shows_no_past_it_never_saw(client: Client) -> None:
    for _ in range(12):
        a_term(an_account(), date(2024, 1, 1), observed_from=date(2026, 3, 1))
    page = look(client)
    assert page.context["rows"] == []
    assert "of the time before, only those are on record who stayed" in text(page)
    assert page.context["year"] is None


def test_renewals_of_what_was_due(client: Client) -> None:
    a_company(30, left=3)
    row = look(client).context["renewals"][0]
    assert (row["due"], row["renewed"]) == ("30", "27")
    assert row["rate"].startswith("90.0%")
    listed = text(look(client, row["link"] + "&outcome=churned"))
    assert listed.count("Not renewed</td>") == 3


def test_nothing_yet_teaches_the_next_step(client: Client) -> None:
    page = text(look(client))
    assert reverse("imports:import_list") in page
    assert "No contracts are known yet" in page


def test_a_change_of_a_contract_is_seen_at_once(client: Client) -> None:
    a_company(12, left=0)
    assert look(client).context["seen"].customers == 12
    a_term(an_account(), date(2026, 1, 1))
    assert look(client).context["seen"].customers == 13
    last = Subscription.objects.order_by("pk").last()
    assert last is not None
    last.mrr_minor = 50_000
    last.save()
    assert look(client).context["seen"].mrr == 12 * 11_000 + 50_000
    Subscription.objects.filter(account=Account.objects.order_by("pk").first()).delete()
    assert look(client).context["seen"].customers == 12
    Account.objects.update(segment="SMB")
    assert look(client, segment="SMB").context["seen"].customers == 12
    Account.objects.filter(pk=last.account_id).update(segment="Else")
    assert look(client, segment="SMB").context["seen"].customers == 11


def test_the_page_asks_little(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    a_company(30, left=3, segment="SMB")
    look(client)
    client.force_login(a_user(role="viewer"))
    with held_at(TODAY), django_assert_max_num_queries(10):
        client.get(PAGE)


@pytest.mark.parametrize(
    "asked",
    [
        {"which": "churn"},
        {"which": "nonsense", "first": "2025-01-01", "last": "2026-01-01"},
        {"which": "churn", "first": "2025-99-01", "last": "2026-01-01"},
    ],
)
def test_addresses_that_name_nothing(client: Client, asked: dict[str, Any]) -> None:
    a_company(3, left=0)
    response = look(client, reverse("revenue:revenue_customers"), **asked)
    assert response.status_code == 404
    assert "does not name a figure" in text(response)
