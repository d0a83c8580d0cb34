from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account, Stage
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.events.models import EventName
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.tests.builders import a_metric, measured, measures, used
from banso.measure.revenue.tests.builders import a_term
from banso.prove.lifetime.tests.test_survival import look, text

pytestmark = pytest.mark.django_db
PAGE = reverse("lifetime:first_time")
DAY = date(2025, 6, 30)
FIRST = {"name_en": "Days to the first report", "shape": "days_to_first", "unit": "days"}


def test_who_is_on_the_way_is_neither_a_failure_nor_left_out(client: Client) -> None:
    metric = a_metric("days_to_report", **FIRST)
    for number in range(40):
        account = an_account(signed_up_on=DAY - timedelta(days=100))
        measures(
            account, **{metric.key: (float(number + 1), False) if number < 30 else (100, True)}
        )
    page = look(client, PAGE, day=DAY)
    assert "Half of all customers get there within 20 days." in text(page)
    assert "Of 40 customers 30 have got there, 0 left before, 10 are still on the way." in text(
        page
    )
    assert page.context["rows"][0]["shares"][1][0].startswith("75.0% (")


def test_who_left_before_is_counted_though_no_present_value_is_kept(client: Client) -> None:
    metric = a_metric("days_to_report", **FIRST, params={"event": "report"})
    start = date(2025, 2, 3)
    events = []
    for number in range(15):
        account = an_account(signed_up_on=start, external_id=f"here-{number}")
        a_term(account, start)
        events += used(account, "02-05")
        events += used(account, f"02-{10 + number}", name="report")
    for number in range(5):
        account = an_account(signed_up_on=start, external_id=f"gone-{number}", stage=Stage.LEFT)
        a_term(account, start, date(2025, 4, 3), outcome="churned")
        events += used(account, "02-05")
    measured(*events, on=DAY)
    page = text(look(client, PAGE, day=DAY, metric=metric.key))
    assert "Of 20 customers 15 have got there, 5 left before, 0 are still on the way." in page


def test_any_event_has_its_first_time(client: Client) -> None:
    events = []
    for number in range(20):
        account = an_account(signed_up_on=date(2025, 2, 3), external_id=f"here-{number}")
        a_term(account, date(2025, 2, 3), term_months=12 if number < 8 else 1)
        events += used(account, "02-05")
        if number < 15:
            events += used(account, f"02-{10 + number}", name="report")
    for number in range(5):
        account = an_account(signed_up_on=date(2025, 2, 3), external_id=f"gone-{number}")
        a_term(account, date(2025, 2, 3), date(2025, 4, 3), outcome="churned")
        events += used(account, "02-05")
    measured(*events, on=DAY)
    EventName.objects.filter(name="report").update(label_en="Report shared")
    response = look(client, PAGE, day=DAY, metric="event:report")
    page = text(response)
    assert "First “Report shared”" in page
    assert "Of 25 customers 15 have got there, 5 left before, 5 are still on the way." in page
    link = response.context["rows"][0]["links"]["waiting"]
    assert "5 customers." in text(look(client, link, day=DAY))
    grouped = look(client, PAGE, day=DAY, metric="event:report", by="contract")
    assert [row["name"] for row in grouped.context["rows"]] == ["Annual", "Monthly"]
    other = text(look(client, PAGE, day=DAY, metric="event:nonsense"))
    assert "Report shared" in other, "what can be chosen stays on the page"


def test_the_page_opens_on_a_first_time_that_has_been_reached(client: Client) -> None:
    value = a_metric(
        "days_to_first_value", name_en="Days to the first value", shape="days_to_first"
    )
    for _number in range(12):
        account = an_account(signed_up_on=DAY - timedelta(days=100))
        measures(account, **{value.key: (100.0, True)})
    assert "Days to the first value: how long" in text(look(client, PAGE, day=DAY))
    report = a_metric("days_to_report", **FIRST)
    for number, account in enumerate(Account.objects.all()):
        kept = AccountMeasures.objects.get(account=account)
        kept.values[report.key] = {"v": float(number), "c": False}
        kept.save()
    assert "Days to the first report: how long" in text(look(client, PAGE, day=DAY))
    asked = text(look(client, PAGE, day=DAY, metric=value.key))
    assert "Days to the first value: how long" in asked
    kept.values[value.key] = {"v": 3.0, "c": False}
    kept.save()
    assert "Days to the first value: how long" in text(look(client, PAGE, day=DAY))


def test_by_group_and_as_a_file(client: Client) -> None:
    metric = a_metric("days_to_report", **FIRST)
    for number in range(24):
        segment = "SMB" if number % 2 else "Enterprise"
        account = an_account(signed_up_on=DAY - timedelta(days=100), segment=segment)
        measures(account, **{metric.key: 10.0 if number % 2 else 20.0})
    response = look(client, PAGE, day=DAY, by="segment")
    assert [row["name"] for row in response.context["rows"]] == ["Enterprise", "SMB"]
    body = look(client, PAGE, day=DAY, by="segment", format="csv")
    lines = list(csv.DictReader(StringIO(b"".join(body).decode("utf-8-sig"))))
    assert [(line["Group"], line["Day"]) for line in lines] == [
        ("Enterprise", "20.0"),
        ("SMB", "10.0"),
    ]


def test_nothing_yet_teaches_the_next_step(client: Client) -> None:
    assert not Subscription.objects.exists()
    assert reverse("metrics:metric_list") in text(look(client, PAGE, day=DAY))
