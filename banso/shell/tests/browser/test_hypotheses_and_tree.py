from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banso.shell.tests.browser.conftest import LOCALES, Visitor

pytestmark = pytest.mark.browser
ANALYST = "analyst@example.jp"


@pytest.mark.parametrize("language", list(LOCALES))
def test_a_hypothesis_and_the_ledger_stand(
    visit: Visitor, stands: Callable[[Page], None], language: str
) -> None:
    page = visit("/hypotheses/", email=ANALYST, language=language)
    page.locator("table a[href^='/hypotheses/']").first.click()
    expect(page.locator("#behind")).to_be_visible()
    stands(page)
    for path in ("/hypotheses/new/", "/hypotheses/ledger/"):
        page.goto(path)
        stands(page)


@pytest.mark.parametrize("language", list(LOCALES))
def test_a_tree_and_a_card_stand(
    visit: Visitor, stands: Callable[[Page], None], language: str
) -> None:
    page = visit("/kpi-tree/", email=ANALYST, language=language)
    page.locator("main a[href^='/kpi-tree/']").first.click()
    page.locator(".tree-list a").nth(1).click()
    expect(page.locator("#card")).to_be_visible()
    stands(page)


def test_a_tree_is_changed_by_keyboard_and_mouse_and_saved_as_a_picture(visit: Visitor) -> None:
    page = visit("/kpi-tree/", email=ANALYST, language="en")
    page.locator("input[name=name]").fill("Mine")
    page.locator("select[name=start]").select_option("usage")
    page.locator("main form button").last.click()
    lines = page.locator(".tree-list strong")
    before = lines.all_inner_texts()
    children = page.locator(".tree-depth-1 a")
    last = children.last.locator("strong").inner_text()
    children.last.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(lines).not_to_have_text(before)
    moved = page.locator(".tree-depth-1 a strong").all_inner_texts()
    assert moved.index(last) == len(moved) - 2
    page.locator(".tree-depth-1 a").last.drag_to(page.locator(".tree-depth-1 a").first)
    expect(page.locator(".tree-depth-1 a")).to_have_count(len(moved) - 1)
    with page.expect_download() as saved:
        page.locator("[data-png]").click()
    assert saved.value.suggested_filename == "Mine.png"
