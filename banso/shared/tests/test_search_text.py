from __future__ import annotations

from banso.shared.search_text import searchable


def test_widths_cases_and_blanks_are_one() -> None:
    assert searchable("ＡＢＣ　商事", "ｱｵﾊﾞ") == "abc 商事 アオバ"


def test_empty_parts_leave_no_blank() -> None:
    assert searchable("", "Acme", "") == "acme"
