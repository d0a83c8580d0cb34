"""Fields and metrics that are none, one outcome only, the same life twice: said in words."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.tests.builders import a_metric, measures
from banso.prove.lifetime.tests.builders import a_base, a_life
from banso.prove.lifetime.tests.test_staying_factors import a_field
from banso.prove.lifetime.tests.test_survival import TODAY, look
from banso.shared.clock import held_at
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGES = ("survival", "staying_factors", "first_time", "lifetime_value", "lifetime_customers")


def shown(client: Client, page: str, language: str = "en", **asked: str) -> str:
    """What a page says; it must stand and show no number that is none."""
    client.force_login(a_user(role="viewer", language=language))
    with held_at(TODAY):
        response = client.get(
            reverse(f"lifetime:{page}"), asked, headers={"accept-language": language}
        )
    assert response.status_code == 200
    text = " ".join(html.unescape(response.content.decode()).split())
    assert " nan" not in text.lower() and " inf " not in text.lower() and "None" not in text
    return text


def everywhere(client: Client, **asked: str) -> None:
    for page in PAGES:
        for language in ("en", "ja"):
            shown(client, page, language, **asked)


Field = Callable[[bool, float], object]
ALIKE = "because all customers have the same value:"
FEW = "because too few customers have a value:"
ENDED = "without fault; it may say how it ended:"
FIELDS: dict[str, tuple[str, Field, str]] = {
    "constant": ("text", lambda gone, noise: "same", ALIKE),
    "constant number": ("number", lambda gone, noise: 7, ALIKE),
    "all missing": ("number", lambda gone, noise: None, FEW),
    "all missing text": ("text", lambda gone, noise: None, FEW),
    "most missing": ("text", lambda gone, noise: "known" if noise > 1 else None, FEW),
    "huge": ("number", lambda gone, noise: noise * 1e300, FEW),
    "each another": (
        "text",
        lambda gone, noise: f"{noise:.9f}",
        "because nearly every customer has another value:",
    ),
    "the outcome": ("text", lambda gone, noise: "ended" if gone else "runs", ENDED),
    "the outcome, as a number": ("number", lambda gone, noise: float(gone), ENDED),
    "nearly the outcome": ("text", lambda gone, noise: str(gone and noise < 2), ENDED),
    "separates": ("number", lambda gone, noise: 5.0 * gone + 0.01 * noise, ENDED),
}


def companies(value: Field) -> None:
    rng = np.random.default_rng(4)
    for number in range(160):
        gone, noise = number % 2 == 0, float(rng.normal())
        employees = int(rng.integers(10, 500))
        custom = {} if value(gone, noise) is None else {"odd": value(gone, noise)}
        start = date(2022, 1, 1) + timedelta(days=number)
        years = int(rng.integers(1, 4)) if gone else None
        a_life(start, years, TODAY, custom=custom, employees=employees)


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_that_is_no_factor(client: Client, kind: str) -> None:
    of, value, words = FIELDS[kind]
    a_field("odd", of, "start")
    companies(value)
    everywhere(client, by="own.odd")
    after = shown(client, "staying_factors").partition(words)[2]
    assert "odd" in after.partition(".")[0]
    rows = look(client, reverse("lifetime:staying_factors")).context["rows"]
    assert [row["factor"] for row in rows] == ["Employees"], "the others are compared as before"


@pytest.mark.parametrize("gone", [0, 1])
def test_one_outcome_only_claims_nothing(client: Client, gone: int) -> None:
    for number in range(60):
        segment = "SMB" if number % 2 else "Enterprise"
        start = date(2022, 1, 1) + timedelta(days=number)
        a_life(start, gone or None, TODAY, segment=segment, employees=10 + number)
    everywhere(client, by="segment")
    page = shown(client, "staying_factors")
    assert ("Hazard ratio (" in page) is False
    told = "No factor can be compared" if gone else "customers that left; there are 0"
    assert told in page
    text = shown(client, "survival", by="segment")
    assert f"Of 60 customers, {60 * gone} have left so far." in text
    assert "The groups leave at different paces" not in text
    assert "A projection needs" in shown(client, "lifetime_value")


METRICS: dict[str, tuple[Callable[[int], tuple[float, bool] | None], str]] = {
    "all missing": (lambda n: None, "Of 40 customers it cannot be told"),
    "constant": (lambda n: (5.0, False), "Half of all customers get there within 5 days."),
    "nobody yet": (lambda n: (100.0, True), "Fewer than half of the customers have got there"),
    "negative": (lambda n: (-3.0, False), "within 0 days"),
    "one only": (lambda n: (4.0, n > 0), "Fewer than half"),
}


@pytest.mark.parametrize("kind", METRICS)
def test_a_first_time_that_is_none(client: Client, kind: str) -> None:
    value, words = METRICS[kind]
    metric = a_metric("days_to_report", name_en="Days to report", shape="days_to_first")
    for number in range(40):
        account = an_account(signed_up_on=TODAY - timedelta(days=100), segment="SMB")
        told = value(number)
        measures(account, **({metric.key: told} if told else {}))
    page = shown(client, "first_time", by="segment")
    shown(client, "first_time", "ja", by="segment")
    assert words in page


def test_a_contract_imported_twice_is_one_life_and_its_money_is_asked_about(
    client: Client,
) -> None:
    a_base(120, TODAY)
    once = look(client).context["answer"]
    assert "imported twice" not in shown(client, "lifetime_value")
    copies = [
        Subscription(
            account_id=s.account_id, external_id=f"{s.external_id}-again", start=s.start,
            end=s.end, outcome=s.outcome, mrr_minor=s.mrr_minor, currency=s.currency,
        )
        for s in Subscription.objects.all()
    ]  # fmt: skip
    Subscription.objects.bulk_create(copies)
    assert look(client).context["answer"] == once, "the same lives, no surer"
    page = shown(client, "lifetime_value")
    assert "120 customers have two contracts with the same days and the same amount." in page
