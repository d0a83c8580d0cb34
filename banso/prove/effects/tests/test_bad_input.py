"""Data from which no effect can be told: each page says so in words, and shows no estimate."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.effects.tests.builders import companies
from banso.prove.effects.tests.test_measure_detail import begin, shown
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
Treated = dict[int, date]


def all_renewed(treated: Treated) -> Treated:
    Subscription.objects.update(outcome="renewed")
    return treated


def all_churned(treated: Treated) -> Treated:
    Subscription.objects.update(outcome="churned")
    return treated


def everybody_treated(treated: Treated) -> Treated:
    day = sorted(treated.values())[len(treated) // 2]
    return dict.fromkeys(Account.objects.values_list("pk", flat=True), day)


def nobody_like_them(treated: Treated) -> Treated:
    """Who was treated has ten times the staff of everybody else."""
    Account.objects.exclude(pk__in=treated).update(employees=20)
    Account.objects.filter(pk__in=treated).update(employees=5000)
    return dict.fromkeys(treated, sorted(treated.values())[len(treated) // 2])


def treated_by_outcome(treated: Treated) -> Treated:
    """The list is the outcome under another name: exactly those who renewed."""
    day = min(treated.values())
    Subscription.objects.filter(account__in=treated).update(outcome="renewed")
    Subscription.objects.exclude(account__in=treated).update(outcome="churned")
    return dict.fromkeys(treated, day)


def all_unknown(treated: Treated) -> Treated:
    Account.objects.update(employees=None, industry="", segment="")
    Subscription.objects.update(mrr_minor=None, currency="", plan="")
    return treated


def all_alike(treated: Treated) -> Treated:
    Account.objects.update(employees=50, industry="Retail")
    Subscription.objects.update(mrr_minor=1000, plan="Basic")
    return treated


REFUSED = (all_renewed, all_churned, everybody_treated, nobody_like_them, treated_by_outcome)


@pytest.mark.parametrize("spoil", [*REFUSED, all_unknown, all_alike])
def test_the_page_stands_and_says_what_is_lacking(
    client: Client, spoil: Callable[[Treated], Treated]
) -> None:
    measure = begin(spoil(companies(500)))
    page = html.unescape(shown(client, measure))
    result = measure.results.latest("pk")
    answer = result.numbers["answer"]
    if spoil in REFUSED:
        assert "reason" in answer
        assert result.level == "L0"
        assert "renewed more often than others" not in page
    elif "reason" not in answer:
        assert answer["low"] < answer["value"] < answer["high"]
    client.force_login(a_user(role="viewer"))
    assert client.get(reverse("effects:measure_list")).status_code == 200
    behind = reverse("effects:measure_customers", args=[measure.pk])
    assert client.get(behind, {"result": result.pk}).status_code == 200


def test_a_customer_listed_twice_counts_once(client: Client) -> None:
    """Companies brought in again under a second name share a parent: they are no new evidence."""
    treated = companies(500)
    once = begin(treated).results.latest("pk").numbers["answer"]
    accounts = list(Account.objects.order_by("pk"))
    copies = Account.objects.bulk_create(
        Account(
            external_id=f"{a.external_id}-copy", name=a.name, employees=a.employees,
            industry=a.industry, signed_up_on=a.signed_up_on, parent=a,
        )
        for a in accounts
    )  # fmt: skip
    terms = {s.account_id: s for s in Subscription.objects.all()}
    Subscription.objects.bulk_create(
        Subscription(
            account=copy, external_id=f"{terms[a.pk].external_id}-copy", start=terms[a.pk].start,
            end=terms[a.pk].end, outcome=terms[a.pk].outcome, plan="Basic", currency="JPY",
            mrr_minor=terms[a.pk].mrr_minor,
        )
        for a, copy in zip(accounts, copies, strict=True)
    )  # fmt: skip
    doubled = treated | {
        copy.pk: treated[a.pk] for a, copy in zip(accounts, copies, strict=True) if a.pk in treated
    }
    twice = begin(doubled, name="again").results.latest("pk").numbers["answer"]
    assert twice["accounts"] == once["accounts"]
    assert twice["se"] == pytest.approx(once["se"], rel=0.15)
