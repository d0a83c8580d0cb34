from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.revenue.tests.builders import a_company
from banso.measure.revenue.tests.test_revenue_overview import look, text

pytestmark = pytest.mark.django_db
PAGE = reverse("revenue:revenue_renewals")


def test_the_contracts_that_were_due(client: Client) -> None:
    gone = a_company(12, left=2)[:2]
    everything = look(client, PAGE)
    assert everything.context["n"] == "12"
    left = text(look(client, PAGE, outcome="churned", contract="annual"))
    assert all(account.name in left for account in gone)
    assert look(client, PAGE, contract="monthly").context["n"] == "0"


def test_as_a_file(client: Client) -> None:
    a_company(12, left=2)
    response = look(client, PAGE, format="csv", outcome="churned")
    lines = list(csv.DictReader(StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [(line["Renewed"], line["MRR"]) for line in lines] == [("No", "10000")] * 2


def test_nothing_yet(client: Client) -> None:
    response = look(client, PAGE)
    assert response.status_code == 404
    assert "No contracts are known yet" in text(response)
