from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.engine.answer import NoAnswer
from banso.prove.lifetime.lives import DAYS_A_MONTH, Lives
from banso.prove.lifetime.margins import Margins
from banso.prove.lifetime.tests.builders import a_base, a_life
from banso.prove.lifetime.tests.test_survival import TODAY, look, text
from banso.prove.lifetime.worth import Assumptions, Worth, disagreement, paid_back, ranked, worth
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("lifetime:lifetime_value")


def made_up(n: int, *, seed: int = 1, flat: bool = False) -> Lives:
    """Annual customers whose chances differ (flat: all the same), of up to eight years."""
    rng = np.random.default_rng(seed)
    chance = np.full(n, 0.15) if flat else rng.beta(0.7, 3.0, n)
    years, age = rng.geometric(chance), rng.uniform(0.5, 8, n)
    left = years <= age
    days = np.where(left, years, age) * 12 * DAYS_A_MONTH
    mrr = np.where(left, 0, rng.lognormal(10, 1, n)).astype(np.int64)
    none = np.zeros(n)
    return Lives(
        np.arange(n), none.astype(np.int64), days, left, none, none.astype(bool),
        np.full(n, 12), mrr, 0, 3000,
    )  # fmt: skip


def test_long_customers_are_worth_more_than_one_rate_for_all_says() -> None:
    found = worth(made_up(3000), 12, Assumptions(years=None))
    assert isinstance(found, Worth)
    terms = [tenure.terms.value for tenure in found.tenures]
    assert terms == sorted(terms)
    assert found.total_constant < 0.9 * found.total.value
    assert found.total.value == pytest.approx(sum(t.worth for t in found.tenures))
    assert found.total.low < found.total.value < found.total.high
    assert all(t.terms.low < t.terms.value < t.terms.high for t in found.tenures)
    flat = worth(made_up(3000, flat=True), 12, Assumptions(years=None))
    assert isinstance(flat, Worth)
    assert flat.total_constant == pytest.approx(flat.total.value, rel=0.05)


def test_the_assumptions_move_the_value_as_they_should() -> None:
    some = made_up(800)
    usual = worth(some, 12, Assumptions())
    assert isinstance(usual, Worth)
    for other, less in (
        (Assumptions(discount=0.3), True),
        (Assumptions(margin=0.5), True),
        (Assumptions(years=10), False),
    ):
        found = worth(some, 12, other)
        assert isinstance(found, Worth)
        assert (found.total.value < usual.total.value) == less


def test_the_two_orders_disagree_over_small_risks_and_large_values() -> None:
    some = made_up(800)
    found = worth(some, 12, Assumptions())
    assert isinstance(found, Worth)
    rows = ranked(some, found, Assumptions())
    assert len(rows) == int((~some.left).sum())
    apart = disagreement(rows)
    assert apart.both + len(apart.only_risk) == apart.size == apart.both + len(apart.only_value)
    assert apart.stake_by_value > apart.stake_by_risk
    assert min(r.leaving for r in apart.only_risk) > min(r.leaving for r in apart.only_value)
    assert max(r.mrr for r in apart.only_risk) < max(r.mrr for r in apart.only_value)


def test_the_cost_of_winning_needs_ten_customers() -> None:
    some = made_up(800)
    found = worth(some, 12, Assumptions())
    assert isinstance(found, Worth)
    first = dict.fromkeys(range(800), 10_000)
    few = paid_back(some, found, dict.fromkeys(range(5), 1.0), first, Assumptions())
    assert isinstance(few, NoAnswer)
    some_cost = dict.fromkeys(range(50), 200_000.0)
    enough = paid_back(some, found, some_cost, first, Assumptions())
    assert not isinstance(enough, NoAnswer)
    assert not isinstance(enough.terms, NoAnswer)
    assert enough.terms.value == 2


def test_the_page_projects_tests_and_values(client: Client) -> None:
    a_base(260, TODAY)
    page = text(look(client, PAGE))
    assert "Of customers who begin now about" in page
    assert "That is mostly sorting" in page
    assert "Counting everybody at the one rate of" in page
    assert "where the two disagree" in page
    lines = list(
        csv.DictReader(StringIO(b"".join(look(client, PAGE, format="csv")).decode("utf-8-sig")))
    )
    assert lines[0]["Place by expected loss"] == "1"
    row = look(client, PAGE).context["tenures"][1]
    assert f"{row['customers']} customers." in text(look(client, row["link"]))
    other = text(look(client, PAGE, discount="x", years="99", contract="7"))
    assert "Of customers who begin now about" in other


def test_pay_back_by_a_field_of_ones_own(client: Client) -> None:
    a_base(220, TODAY)
    define_field(
        by=a_user(role="administrator"),
        holder="account",
        key="cac",
        label_ja="獲得費用",
        kind="number",
    )
    Account.objects.update(custom={"cac": 150_000})
    page = text(look(client, PAGE, cost="cac"))
    assert "¥150,000 on average" in page
    assert "n = 220 customers with a known cost" in page


def test_cost_to_serve_and_margins_by_plan_move_the_value() -> None:
    some = made_up(800)
    usual = worth(some, 12, Assumptions())
    half = worth(some, 12, Assumptions(margin=0.5))
    of_plan = Margins(1.0, {"Basic": 0.5}, dict.fromkeys(range(800), "Basic"))
    by_plan = worth(some, 12, Assumptions(), of_plan)
    served = Margins(1.0, serving=dict.fromkeys(range(800), 20_000.0))
    costly = worth(some, 12, Assumptions(), served)
    assert isinstance(usual, Worth) and isinstance(half, Worth)
    assert isinstance(by_plan, Worth) and isinstance(costly, Worth)
    assert by_plan.total.value == pytest.approx(half.total.value)
    assert costly.total.value < usual.total.value
    assert costly.total.low < costly.total.value < costly.total.high
    rows = ranked(some, costly, Assumptions(), served)
    assert min(row.earned for row in rows) < 0
    apart = disagreement(rows)
    assert apart.costly > 0, "who is likely to leave may cost more than it brings"
    assert all(row.earned > 0 for row in apart.only_value)
    poor = Margins(1.0, serving=dict.fromkeys(range(800), 1e9))
    first = dict.fromkeys(range(800), 10_000)
    lost = paid_back(some, costly, dict.fromkeys(range(50), 1.0), first, Assumptions(), poor)
    assert not isinstance(lost, NoAnswer)
    assert isinstance(lost.terms, NoAnswer)


def test_the_value_of_each_tenure_has_its_interval() -> None:
    found = worth(made_up(800), 12, Assumptions())
    assert isinstance(found, Worth)
    for tenure in found.tenures:
        assert tenure.value.low < tenure.value.value < tenure.value.high


def test_margins_on_the_page(client: Client) -> None:
    a_base(260, TODAY)
    admin = a_user(role="administrator")
    for key in ("cac", "service"):
        define_field(by=admin, holder="account", key=key, label_ja=key, kind="number")
    Account.objects.update(custom={"cac": 150_000, "service": 12_000})
    Subscription.objects.update(plan="Basic")
    usual = look(client, PAGE)
    assert "Margin by plan" in text(usual)
    asked: dict[str, Any] = {"serving": "service", "cost": "cac", "plan:Basic": "80"}
    response = look(client, PAGE, **asked)
    page = text(response)
    assert "Margin a month" in page
    assert response.context["total"] != usual.context["total"]
    assert "of margin a term" in page
    assert "of the first choice cost" in page
    body = b"".join(look(client, PAGE, format="csv", **asked)).decode("utf-8-sig")
    first = next(csv.DictReader(StringIO(body)))
    paid, left = (float(first[n]) for n in ("MRR", "Margin a month"))
    theirs = Subscription.objects.filter(account__name=first["Customer"])
    assert paid in set(theirs.values_list("mrr_minor", flat=True)), "whole yen, not hundredths"
    assert left == pytest.approx(0.8 * paid - 12_000, abs=1)
    assert "in both choices" in {s["name"] for s in response.context["orders_chart"]["series"]}


def test_twenty_customers_are_told_when(client: Client) -> None:
    for number in range(20):
        start = date(2023, 1, 10) + timedelta(days=20 * number)
        a_life(start, 2 if number < 4 else None, TODAY)
    page = text(look(client, PAGE))
    assert "Not enough data yet." in page
    assert "A projection needs 100 customers that came to their first renewal; there are 20" in page
    a_life(date(2025, 12, 1), None, TODAY)
    assert "At the present pace that may be about" in text(look(client, PAGE))


def test_a_snapshot_of_one_month_is_not_projected(client: Client) -> None:
    a_base(300, TODAY)
    Subscription.objects.update(observed_from=date(2026, 2, 1))
    assert "Not enough data yet." in text(look(client, PAGE))


def test_nothing_yet(client: Client) -> None:
    assert reverse("imports:import_list") in text(look(client, PAGE))
