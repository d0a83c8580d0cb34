from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from banso.shell.sample.company import PASSWORD
from banso.shell.tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def test_sign_in_switch_the_language_and_the_time_zone(
    visit: Visitor, stands: Callable[[Page], None]
) -> None:
    page = visit("/", language="en")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    stands(page)
    page.get_by_label("E-mail").fill("viewer@example.jp")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation").get_by_role("link", name="Today")).to_be_visible()

    page.get_by_role("button", name="日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.get_by_role("link", name="今日", exact=True)).to_be_visible()

    page.goto("/preferences/")
    page.get_by_label("タイムゾーン").select_option("Europe/Berlin")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_label("タイムゾーン")).to_have_value("Europe/Berlin")
    stands(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_wrong_password_says_so_in_the_readers_language(visit: Visitor) -> None:
    page = visit("/sign-in/login/", language="ja")
    page.get_by_label("メールアドレス").fill("aoi@example.jp")
    page.get_by_label("パスワード").fill("not the one")
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("alert")).to_contain_text("パスワード")
