from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banso.shell.tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
CSM = "sho@example.jp"


def test_a_reason_becomes_a_task_and_the_task_gets_done(
    visit: Visitor, stands: Callable[[Page], None]
) -> None:
    page = visit("/today/", email=CSM, language="en")
    card = page.locator("section.need").first
    name = card.get_by_role("heading").inner_text()
    stands(page)
    card.get_by_role("button", name="Make it a task").first.click()
    expect(card).to_contain_text("Task made")

    page.goto("/tasks/")
    task = page.locator("[data-task]").filter(has_text=name).first
    stands(page)
    task.get_by_role("button", name="Done:").click()
    expect(page.get_by_role("button", name="Open again:").first).to_be_visible()
    page.goto("/tasks/?state=done")
    expect(page.locator("[data-task]").filter(has_text=name).first).to_be_visible()


def test_a_task_of_ones_own(visit: Visitor) -> None:
    page = visit("/tasks/", email=CSM, language="en")
    page.get_by_role("link", name="Add a task").first.click()
    page.get_by_label("What to do").fill("導入事例の原稿を送る")
    page.get_by_role("button", name="Add", exact=True).click()
    page.goto("/tasks/")
    expect(page.get_by_text("導入事例の原稿を送る")).to_be_visible()
