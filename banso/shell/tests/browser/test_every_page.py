from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banso.shell.tests.browser.conftest import LOCALES, Visitor

pytestmark = pytest.mark.browser
ADMINISTRATOR = "admin@example.jp"


def pages_of_the_menu(page: Page) -> list[str]:
    links = page.locator("aside a[href^='/']")
    found = [link.get_attribute("href") or "" for link in links.all()]
    return [path for path in dict.fromkeys(found) if path != "/"]


@pytest.mark.parametrize("language", list(LOCALES))
def test_every_page_of_the_menu_stands(
    visit: Visitor, stands: Callable[[Page], None], language: str
) -> None:
    page = visit("/", email=ADMINISTRATOR, language=language)
    paths = pages_of_the_menu(page)
    assert len(paths) >= 10
    faults = []
    for path in [*paths, "/preferences/"]:
        page.goto(path)
        expect(page.locator("h1").first).to_be_visible()
        try:
            stands(page)
        except AssertionError as error:
            faults.append(f"{path}: {error}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", list(LOCALES))
def test_one_customer_and_one_person_stand(
    visit: Visitor, stands: Callable[[Page], None], language: str
) -> None:
    page = visit("/customers/?sort=-employees", email=ADMINISTRATOR, language=language)
    page.locator("tbody th[scope=row] a").first.click()
    expect(page.locator("h1").first).to_be_visible()
    stands(page)
    page.goto("/people/")
    page.locator("main table a[href^='/people/']").first.click()
    stands(page)


def test_a_page_that_is_not_there_says_so(visit: Visitor) -> None:
    visit.allowed.append("404")
    page = visit("/customers/999999/", email=ADMINISTRATOR, language="ja")
    expect(page.locator("h1").first).to_be_visible()


def test_japanese_pages_hold_no_untranslated_words(visit: Visitor) -> None:
    """The headings and buttons of the Japanese menu pages carry Japanese."""
    page = visit("/", email=ADMINISTRATOR, language="ja")
    japanese = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    for path in pages_of_the_menu(page):
        page.goto(path)
        for text in page.locator("h1, main button, main th[scope=col]").all_inner_texts():
            plain = text.strip()
            known = plain in {"", "MRR", "CSV", "N", "Q", "n", "q", "CSM"} or not re.search(
                "[A-Za-z]", plain
            )
            assert known or japanese.search(plain), f"{path}: {plain!r} is not Japanese"
