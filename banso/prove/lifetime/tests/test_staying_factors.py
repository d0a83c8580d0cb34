from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.lifetime.tests.builders import a_life
from banso.prove.lifetime.tests.test_survival import TODAY, look, text
from banso.shared.clock import held_at
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("lifetime:staying_factors")


def a_field(key: str, kind: str, known_when: str) -> None:
    define_field(
        by=a_user(role="administrator"), holder="account", key=key, label_ja=key, kind=kind,
        known_when=known_when,
    )  # fmt: skip


def customers(n: int, *, seed: int = 3) -> None:
    """Those who came for the price leave three times as often; the number of sites says nothing."""
    rng = np.random.default_rng(seed)
    a_field("motive", "text", "start")
    a_field("sites", "number", "start")
    a_field("mood", "text", "changes")
    for number in range(n):
        price = number % 2
        years = int(rng.geometric(0.36 if price else 0.12))
        start = TODAY - timedelta(days=int(rng.integers(400, 2000)))
        gone = start + timedelta(days=366 * years) <= TODAY
        a_life(
            start, years if gone else None, TODAY, employees=int(rng.lognormal(4, 1)),
            custom={
                "motive": "Price" if price else "Quality", "sites": int(rng.integers(1, 9)),
                "mood": "angry" if gone else "calm",
            },
        )  # fmt: skip


def test_factors_known_from_the_start_are_held_against_staying(client: Client) -> None:
    customers(300)
    response = look(client, PAGE)
    page = text(response)
    rows = {row["factor"]: row for row in response.context["rows"]}
    motive = rows["motive"]
    assert {"Price", "Quality"} == set(motive["compared"].split(" against "))
    assert motive["told"] in ("leave sooner", "stay longer")
    ratio = float(motive["ratio"].split(" ")[0])
    assert max(ratio, 1 / ratio) > 2
    assert rows["sites"]["told"] == "cannot be told"
    assert "mood" not in rows, "what may have changed since is no factor"
    assert "Not compared, because it may have changed since: Segment, Touch model, mood." in page
    assert "An association, not an effect" in page
    assert "n = 300 customers" in page
    assert "Each hazard ratio is one number for the whole time." in page
    assert "concordance, 95% interval" in page
    behind = text(look(client, motive["link"]))
    assert f"{motive['n']} customers." in behind


def test_each_reader_gets_the_words_of_its_language(client: Client) -> None:
    customers(200)
    first = text(look(client, PAGE))
    client.force_login(a_user(role="viewer", language="ja"))
    with held_at(TODAY):
        second = text(client.get(PAGE, headers={"accept-language": "ja"}))
    assert "Employees" in first
    assert "従業員数" in second
    assert "Employees" not in second


def test_the_table_as_a_file(client: Client) -> None:
    customers(200)
    lines = list(
        csv.DictReader(StringIO(b"".join(look(client, PAGE, format="csv")).decode("utf-8-sig")))
    )
    assert {line["Factor"] for line in lines} >= {"motive", "sites"}
    for line in lines:
        assert float(line["Low"]) < float(line["Hazard ratio"]) < float(line["High"])


def test_a_factor_that_counts_early_only_is_told_with_both_ratios(client: Client) -> None:
    a_field("motive", "text", "start")
    for number in range(240):
        price = number < 120
        gone = number % 120 < (70 if price else 10)
        late = 75 <= number % 120 < (80 if price else 115)
        start = date(2021, 1, 1) + timedelta(days=number % 60)
        years = 1 if gone else 4 if late else None
        a_life(start, years, TODAY, custom={"motive": "Price" if price else "Quality"})
    response = look(client, PAGE)
    assert "does not fit motive" in text(response)
    assert response.context["rows"][0]["changes"].startswith("until month ")


def test_few_that_left_are_told_a_date(client: Client) -> None:
    for number in range(40):
        a_life(date(2024, 6, 1) + timedelta(days=number), 1 if number < 8 else None, TODAY)
    page = text(look(client, PAGE))
    assert "A comparison needs 20 customers that left; there are 8." in page
    assert "At the present pace that may be about" in page


def test_customers_all_alike_have_no_factors(client: Client) -> None:
    for number in range(60):
        a_life(date(2023, 1, 1) + timedelta(days=number), 1 if number < 30 else None, TODAY)
    assert "Nothing that was known when they began tells these customers apart" in text(
        look(client, PAGE)
    )


def test_a_field_that_is_the_outcome_gives_no_ratio(client: Client) -> None:
    a_field("how", "text", "start")
    for number in range(80):
        gone = number < 40
        a_life(
            date(2023, 1, 1) + timedelta(days=number), 1 if gone else None, TODAY,
            custom={"how": "ended" if gone else "runs"},
        )  # fmt: skip
    page = text(look(client, PAGE))
    assert "without fault" in page
    assert "Hazard ratio (" not in page


def test_nothing_yet_and_strange_companies(client: Client) -> None:
    assert reverse("imports:import_list") in text(look(client, PAGE))
    customers(60)
    Subscription.objects.update(mrr_minor=None)
    Account.objects.update(custom={}, employees=None, industry="<b>Retail</b>")
    assert "<b>Retail" not in text(look(client, PAGE))
