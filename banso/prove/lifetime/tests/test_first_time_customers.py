from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.tests.builders import a_metric, measures
from banso.prove.lifetime.tests.test_first_time import DAY, FIRST
from banso.prove.lifetime.tests.test_survival import look, text

pytestmark = pytest.mark.django_db
PAGE = reverse("lifetime:first_time_customers")


def test_each_count_leads_to_its_customers(client: Client) -> None:
    metric = a_metric("days_to_report", **FIRST)
    for number in range(20):
        account = an_account(signed_up_on=DAY - timedelta(days=100), segment="SMB")
        measures(account, **{metric.key: (100, True) if number < 6 else 5.0})
    rows = look(client, reverse("lifetime:first_time"), day=DAY, by="segment").context["rows"]
    waiting = text(look(client, rows[0]["links"]["waiting"], day=DAY))
    assert "6 customers. SMB" in waiting
    assert waiting.count("Still on the way") == 6
    body = look(client, rows[0]["links"]["reached"] + "&format=csv", day=DAY)
    lines = list(csv.DictReader(StringIO(b"".join(body).decode("utf-8-sig"))))
    assert [line["Days since sign-up"] for line in lines] == ["5"] * 14


def test_nothing_yet(client: Client) -> None:
    response = look(client, PAGE, day=DAY)
    assert response.status_code == 404
    assert "No first time has been measured yet" in text(response)
