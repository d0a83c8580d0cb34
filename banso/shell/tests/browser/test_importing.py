from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from banso.shell.tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
ANALYST = "analyst@example.jp"
FIRST_OF_MARCH = re.compile("2024-03-01|1 Mar 2024")
CUSTOMERS = """\
顧客ID,会社名,業種,利用開始日,従業員数,決算月
K-1,青空ねじ製作所,機械・金属,R6.3.1,120,3月
K-2,みどり運送,物流,令和5年10月15日,45,12月
K-3,ひかり食品,食品,R7.4.1,八十名,9月
"""


def upload(page: Page, path: Path) -> None:
    page.goto("/imports/upload/")
    page.get_by_label("Drop files here or choose them").set_input_files(path)
    page.get_by_role("button", name="Upload and look at the columns").click()


def test_a_shift_jis_file_with_japanese_dates_goes_through_the_wizard(
    visit: Visitor, stands: Callable[[Page], None], tmp_path: Path
) -> None:
    path = tmp_path / "得意先.csv"
    path.write_bytes(CUSTOMERS.encode("cp932"))
    page = visit("/imports/", email=ANALYST, language="en")
    stands(page)
    upload(page, path)

    expect(page.get_by_role("heading", name="What is in this file?")).to_be_visible()
    expect(page.get_by_label("Each row is about")).to_have_value("accounts")
    expect(page.get_by_text(FIRST_OF_MARCH).first).to_be_visible()
    expect(page.get_by_label("Where “会社名” goes")).to_have_value("name")
    stands(page)
    page.get_by_label("Where “決算月” goes").select_option(label="— leave out —")
    expect(page.get_by_label("Kind of “決算月”")).to_have_count(0)
    page.get_by_role("button", name="Check every row, change nothing yet").click()

    go = page.get_by_role("button", name="Import 2 rows")
    expect(go).to_be_visible(timeout=20_000)
    expect(page.get_by_text("八十名").first).to_be_visible()
    stands(page)
    go.click()
    expect(page.get_by_role("link", name="See the customers")).to_be_visible(timeout=20_000)
    stands(page)

    with page.expect_download() as caught:
        page.locator("main a[href$='refused.csv']").first.click()
    caught.value.save_as(tmp_path / "refused.csv")
    refused = (tmp_path / "refused.csv").read_text("utf-8-sig").splitlines()
    assert len(refused) == 2
    assert "K-3" in refused[1]
    assert "八十名" in refused[1].rpartition("9月")[2]

    page.goto("/customers/?q=K-1")
    page.get_by_role("link", name="青空ねじ製作所").click()
    expect(page.get_by_text(FIRST_OF_MARCH).first).to_be_visible()


def test_the_same_file_again_changes_nothing(visit: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    path.write_text("customer_id,name\nQ-1,Again and Sons\n")
    page = visit("/imports/", email=ANALYST, language="en")
    for _ in range(2):
        upload(page, path)
        page.get_by_role("button", name="Check every row, change nothing yet").click()
        settled = page.get_by_text(re.compile("would be created|already here"))
        expect(settled).to_be_visible(timeout=20_000)
        go = page.get_by_role("button", name="Import 1 row")
        if go.count():
            go.click()
            expect(page.get_by_role("link", name="See the customers")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Everything in this file is already here.")).to_be_visible()


def test_a_file_that_is_no_table_says_what_to_do(visit: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "letter.csv"
    visit.allowed.append("400 (Bad Request)")
    path.write_bytes(b"%PDF-1.7 \x00\x01\x02\xff\xfe" * 50)
    page = visit("/imports/", email=ANALYST, language="en")
    upload(page, path)
    expect(page.get_by_role("alert")).to_contain_text(
        "Upload CSV, TSV, Excel (.xlsx) or JSON lines"
    )


def test_a_viewer_cannot_import(visit: Visitor) -> None:
    page = visit("/imports/", email="viewer@example.jp", language="en")
    expect(page.get_by_role("link", name="Import a file")).to_have_count(0)
