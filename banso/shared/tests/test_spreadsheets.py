from __future__ import annotations

import pytest

from banso.shared.spreadsheets import attachment, csv_lines, safe_cell, workbook_cell


@pytest.mark.parametrize("cell", ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1"])
def test_a_formula_goes_out_as_text(cell: str) -> None:
    assert safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-12.5", "+3", "あおば製作所", "a=b", 5, -3, ""])
def test_what_is_no_formula_stays(cell: object) -> None:
    assert safe_cell(cell) == cell


def test_lines_begin_with_a_mark_for_excel() -> None:
    assert list(csv_lines(["名前"], [["あおば, 製作所"], [None]])) == [
        "\ufeff名前\r\n",
        '"あおば, 製作所"\r\n',
        '""\r\n',
    ]


def test_a_japanese_file_name_survives() -> None:
    assert (
        attachment("顧客.csv")
        == "attachment; filename=\"__.csv\"; filename*=UTF-8''%E9%A1%A7%E5%AE%A2.csv"
    )


def test_a_file_name_cannot_begin_another_header() -> None:
    assert "\r" not in attachment("a\r\nSet-Cookie: x.csv")
    assert attachment("a\nb.csv") == "attachment; filename=\"a_b.csv\"; filename*=UTF-8''a_b.csv"


def test_a_workbook_gets_no_letters_that_excel_refuses() -> None:
    assert workbook_cell("=a\x0bb\x00") == "'=ab"
    assert workbook_cell(-3) == -3
