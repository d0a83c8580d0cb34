from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.measure.revenue.tests.builders import a_company, a_term
from banso.measure.revenue.tests.test_revenue_overview import look, text

pytestmark = pytest.mark.django_db
PAGE = reverse("revenue:revenue_retention")


def test_cohorts_are_compared_over_equal_time(client: Client) -> None:
    a_company(20, left=5)
    for number in range(12):
        start = date(2025, 7, 1) + timedelta(days=number)
        a_term(an_account(), start, start + timedelta(days=364))
    seen = look(client, PAGE).context["seen"]
    old, young = seen.cohorts
    assert (old.customers, young.customers) == (20, 12)
    assert [cell.there if cell else None for cell in old.cells] == [20, 20, 20, 20, 15, None, None]
    assert [cell.there if cell else None for cell in young.cells][:3] == [12, 12, None]
    assert old.cells[4] is not None
    assert old.cells[4].money == pytest.approx(15 * 11_000 / 200_000)


def test_who_was_not_watched_from_the_start_is_in_no_cohort(client: Client) -> None:
    a_company(12, left=0)
    for _ in range(12):
        a_term(an_account(), date(2024, 1, 1), observed_from=date(2025, 1, 1))
    assert look(client, PAGE).context["seen"].cohorts[0].customers == 12


def test_the_page_says_that_it_is_mostly_sorting(client: Client) -> None:
    a_company(20, left=5)
    page = text(look(client, PAGE))
    assert "That is mostly sorting" in page
    assert "Of 20 customers a year before the end of 2026-03, 5 were gone" in page
    assert "82.5% (95% interval" in page
    assert "75.0%<br><small>53–89%</small>" in page


def test_small_cohorts_show_counts(client: Client) -> None:
    a_company(4, left=1)
    page = text(look(client, PAGE))
    assert "3 of 4" in page
    assert "That is too few for a rate." in page


def test_the_cohorts_as_a_file(client: Client) -> None:
    a_company(20, left=5)
    response = look(client, PAGE, format="csv")
    lines = list(csv.DictReader(StringIO(b"".join(response).decode("utf-8-sig"))))
    assert lines[0]["Customers"] == "20"
    assert lines[0]["Still there after 24 months"] == "15"


def test_nothing_yet(client: Client) -> None:
    assert "No contracts are known yet" in text(look(client, PAGE))
