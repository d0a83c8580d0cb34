from __future__ import annotations

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.http import HttpResponseBase
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries as Queries

from banso.know.accounts import views
from banso.know.accounts.tests.builders import an_account
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer)


def rows(answer: HttpResponseBase) -> list[list[str]]:
    return list(csv.reader(StringIO(body(answer).decode("utf-8-sig"))))


def test_the_matching_customers_with_the_shown_columns_in_order(client: Client) -> None:
    owner = a_user(language="ja", name="佐藤 健")
    client.force_login(owner)
    an_account(
        external_id="A-1", name="あおば", owner=owner, mrr_minor=1250, currency="USD", stage="left",
        next_renewal_on=date(2026, 5, 1), industry="IT",
    )  # fmt: skip
    an_account(external_id="B-2", name="いずみ", industry="IT")
    an_account(industry="小売")
    answer = client.get(
        "/customers/export/?industry=IT&sort=-name&columns=mrr,owner,stage,next_renewal"
    )
    assert rows(answer) == [
        ["外部ID", "名前", "MRR", "通貨", "自社担当者", "ステージ", "次回更新日"],
        ["B-2", "いずみ", "", "", "", "", ""],
        ["A-1", "あおば", "12.50", "USD", "佐藤 健", "離脱", "2026-05-01"],
    ]
    assert "filename*=UTF-8''%E9%A1%A7" in answer["Content-Disposition"]


def test_a_formula_is_made_harmless(client: Client) -> None:
    client.force_login(a_user())
    an_account(name="=cmd|' /C calc'!A0")
    assert rows(client.get("/customers/export/"))[1][1] == "'=cmd|' /C calc'!A0"
    sheet = load_workbook(BytesIO(body(client.get("/customers/export/?format=xlsx")))).active
    assert sheet is not None
    assert sheet["B2"].value == "'=cmd|' /C calc'!A0"


def test_excel_holds_numbers_as_numbers(client: Client) -> None:
    client.force_login(a_user())
    an_account(employees=120, mrr_minor=5000, currency="JPY")
    answer = client.get("/customers/export/?columns=employees,mrr&format=xlsx")
    sheet = load_workbook(BytesIO(body(answer))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][2:] == [120, 5000, "JPY"]


def test_too_many_for_excel_are_told_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(a_user(language="ja"))
    an_account()
    monkeypatch.setattr(views, "MOST_XLSX_ROWS", 0)
    answer = client.get("/customers/export/?sort=mrr&format=xlsx", follow=True)
    assert "CSVで出力してください" in answer.content.decode()


def test_a_long_export_asks_little(client: Client, django_assert_max_num_queries: Queries) -> None:
    client.force_login(a_user())
    for _ in range(30):
        an_account(parent=None)
    with django_assert_max_num_queries(9):
        assert len(rows(client.get("/customers/export/?columns=parent,owner"))) == 31


def test_a_workbook_runs_nothing_and_opens_whatever_a_file_brought(client: Client) -> None:
    client.force_login(a_user())
    define_field(by=None, holder="account", key="evil", kind="text", label_en="=cmd|'/c calc'!A1")
    an_account(name="あお\x0bば", custom={"evil": "=1+1"})
    answer = client.get("/customers/export/?format=xlsx&columns=own_evil")
    sheet = load_workbook(BytesIO(body(answer))).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells} >= {"'=cmd|'/c calc'!A1", "あおば", "'=1+1"}
