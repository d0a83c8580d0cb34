from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.revenue.tests.builders import a_company
from banso.measure.revenue.tests.test_revenue_overview import look, text

pytestmark = pytest.mark.django_db
PAGE = reverse("revenue:revenue_customers")
YEAR: dict[str, Any] = {"first": "2025-03-31", "last": "2026-03-31"}


@pytest.mark.parametrize(
    ("which", "n"), [("opening", 30), ("closing", 27), ("lost", 3), ("kept", 27), ("expansion", 27)]
)
def test_the_customers_of_each_figure(client: Client, which: str, n: int) -> None:
    a_company(30, left=3)
    response = look(client, PAGE, which=which, **YEAR)
    assert response.context["page"].paginator.count == n


def test_they_come_in_pages_and_as_a_file(client: Client) -> None:
    a_company(60, left=0, name="=あおば製作所")
    assert "1 / 2" in text(look(client, PAGE, which="closing", **YEAR))
    response = look(client, PAGE, which="closing", format="csv", **YEAR)
    lines = list(csv.DictReader(StringIO(b"".join(response).decode("utf-8-sig"))))
    assert len(lines) == 60
    assert lines[0]["Customer"] == "'=あおば製作所"
    assert (lines[0]["MRR before"], lines[0]["Change"]) == ("10000", "1000")
