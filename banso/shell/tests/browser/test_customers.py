from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from banso.shell.tests.browser.conftest import CUSTOMERS, Visitor

pytestmark = pytest.mark.browser
MANAGER, CSM = "manager@example.jp", "aoi@example.jp"


def add_filter(page: Page, label: str) -> None:
    if not page.locator("#filter-panel.show").count():
        page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Add a filter").select_option(label=label)


def names(page: Page) -> list[str]:
    return page.locator("tbody th[scope=row]").all_inner_texts()


def test_narrow_order_and_choose_columns_then_save_the_view(
    visit: Visitor, stands: Callable[[Page], None]
) -> None:
    page = visit("/customers/", email=CSM, language="en")
    expect(page.locator("#count")).to_contain_text(f"{CUSTOMERS} customers")
    add_filter(page, "Touch model")
    page.locator("#filter-rows").get_by_label("High touch").check()
    page.get_by_role("button", name="Show", exact=True).first.click()
    high = len(names(page))
    assert 0 < high < CUSTOMERS

    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    assert len(names(page)) == high

    page.get_by_role("button", name="Columns").click()
    columns = page.locator("#column-panel")
    columns.get_by_role("checkbox", name="Industry", exact=True).check()
    columns.get_by_role("checkbox", name="Number of sites").check()
    columns.get_by_role("button", name="Show").click()
    expect(page.get_by_role("columnheader", name="Number of sites")).to_be_visible()

    page.get_by_role("button", name="Save the view").click()
    page.get_by_label("Name of the view").fill("High touch, by name")
    page.locator("#view-panel").get_by_role("button", name="Save", exact=True).click()
    tab = page.get_by_role("link", name="High touch, by name")
    expect(tab).to_be_visible()
    page.goto("/customers/")
    tab.click()
    expect(page.get_by_role("columnheader", name="Number of sites")).to_be_visible()
    assert len(names(page)) == high
    stands(page)


def test_a_csm_moves_two_customers_to_another_segment(visit: Visitor) -> None:
    page = visit("/customers/?sort=employees", email=MANAGER, language="en")
    boxes = page.locator("input[name=ids]")
    chosen = [boxes.nth(place).get_attribute("aria-label") or "" for place in (0, 1)]
    for place in (0, 1):
        boxes.nth(place).check()
    expect(page.locator("#bulk")).to_contain_text("2 chosen")
    page.get_by_label("What to change").select_option(label="Segment")
    page.locator("#bulk").get_by_label("Segment", exact=True).fill("Pilot")
    page.locator("#bulk").get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("tbody").get_by_text("Pilot")).to_have_count(2)
    for name in chosen:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        expect(row).to_contain_text("Pilot")


def test_the_export_holds_what_the_list_shows(visit: Visitor, tmp_path: Path) -> None:
    page = visit("/customers/", email=CSM, language="en")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as caught:
        page.get_by_role("link", name="CSV").click()
    caught.value.save_as(tmp_path / "customers.csv")
    text = (tmp_path / "customers.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert len(text.decode("utf-8-sig").strip().splitlines()) == CUSTOMERS + 1


def test_the_search_key_leads_to_a_customer(visit: Visitor) -> None:
    page = visit("/customers/", email=CSM, language="ja")
    wanted = names(page)[-1]
    page.locator("main").click(position={"x": 5, "y": 5})
    page.keyboard.press("/")
    page.keyboard.type(wanted)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=wanted, exact=True).first).to_be_visible()


def test_a_note_appears_in_the_timeline(visit: Visitor, stands: Callable[[Page], None]) -> None:
    page = visit("/customers/?tab=mine", email=CSM, language="en")
    page.locator("tbody th[scope=row] a").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.locator("#note-box").get_by_role("link", name="Write a note").click()
    page.get_by_label("What happened").fill("They asked for a second training.")
    page.get_by_label("How they feel").fill("Looking forward to it.")
    page.get_by_text("Pleased", exact=True).first.click()
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("They asked for a second training.")).to_be_visible()
    stands(page)
