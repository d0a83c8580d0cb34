from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banso.shell.tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
ANALYST = "analyst@example.jp"
SOON = 60_000


def test_an_analyst_defines_a_metric_without_code_and_sees_it_computed(
    visit: Visitor, stands: Callable[[Page], None]
) -> None:
    page = visit("/metrics/", email=ANALYST, language="en")
    stands(page)
    page.get_by_role("link", name="Define a metric").click()
    stands(page)
    page.get_by_role("link", name="Count in the first days").click()
    page.get_by_label("Event", exact=True).select_option("photo_attached")
    page.get_by_label("English name").fill("Photos in the first weeks")
    page.get_by_label("Japanese name").fill("最初の数週間の写真")
    expect(page.locator("#preview")).to_contain_text("customers have a value", timeout=SOON)
    stands(page)
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Photos in the first weeks")).to_be_visible()
    expect(page.get_by_role("heading", name="Highest")).to_be_visible(timeout=SOON)
    expect(page.locator("[data-chart=histogram] svg")).to_be_visible()
    stands(page)


def test_evidence_leads_to_the_customers_behind_it(
    visit: Visitor, stands: Callable[[Page], None]
) -> None:
    page = visit("/evidence/", email=ANALYST, language="en")
    expect(page.locator("#answer")).to_contain_text("renewals")
    expect(page.get_by_role("link", name="Not enough data yet")).to_be_visible()
    stands(page)
    page.get_by_role("link", name="Days to first value").first.click()
    expect(page.get_by_role("heading", name="The decisions behind this")).to_be_visible()
    stands(page)
    page.locator("#behind tbody a").first.click()
    expect(page).to_have_url(re.compile("/customers/"))
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def test_a_verdict_narrows_the_table(visit: Visitor) -> None:
    page = visit("/evidence/", email=ANALYST, language="en")
    every = page.locator("table.findings tbody tr").count()
    page.get_by_role("link", name="Not enough data yet").click()
    shown = page.locator("table.findings tbody tr")
    assert 0 < shown.count() <= every
    for text in shown.all_inner_texts():
        assert "Not enough data yet" in text
