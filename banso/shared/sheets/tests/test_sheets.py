from __future__ import annotations

import dataclasses
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from pptx import Presentation

from banso.shared.sheets.content import Facts, Range, Sheet, places, printable, width
from banso.shared.sheets.downloads import sheet_response
from banso.shared.sheets.pdf import pdf_of
from banso.shared.sheets.slide import slide_of

HOSTILE = "<script>alert(1)</script> & \"x\" \x00\x07\u202e=cmd|' /C calc'!A0 <para>…</b>"


def a_sheet(**given: Any) -> Sheet:
    told = {
        "kind": "試算", "question": "「共有した顧客」が 42% から 55% になったら?",
        "answer": "1 年で 12 社、月額 ¥1,200,000 が守られる見込みです。",
        "caution": "関連にもとづく上限です。効果ではありません。",
        "header": ("", "中央値", "80%", "95%"),
        "ranges": (
            Range("守られる更新", "12", "4–19", "1–24", 12, (4, 19), (1, 24)),
            Range("守られる MRR", "¥1,200,000", "¥0.4–1.9M", "¥-0.1–2.4M", 12, (4, 19), (-1, 24)),
        ),
        "blocks": (
            Facts("前提", (("割引率", "年 10%"), ("粗利", "80%"))),
            Facts("根拠", (("更新判断", "n = 476"), ("水準", "L1 関連"))),
        ),
        "footer": "2026年11月22日 · あおば製作所", "language": "ja",
    } | given  # fmt: skip
    return Sheet(**told)


def text_of_pdf(content: bytes) -> tuple[int, str]:
    document = pypdfium2.PdfDocument(content)
    said = document[0].get_textpage().get_text_bounded()
    count = len(document)
    document.close()
    return count, " ".join(said.split())


def words_of_slide(content: bytes) -> tuple[int, str]:
    deck = Presentation(BytesIO(content))
    said = []
    for shape in deck.slides[0].shapes:
        if shape.has_text_frame:
            said.append(shape.text_frame.text)
        if shape.has_table:
            said += [cell.text for row in shape.table.rows for cell in row.cells]
    return len(deck.slides), " ".join(said)


def test_both_files_have_one_page_and_say_the_same() -> None:
    sheet = a_sheet()
    for count, said in (text_of_pdf(pdf_of(sheet)), words_of_slide(slide_of(sheet))):
        assert count == 1
        for part in ("42% から 55%", "¥1,200,000", "4–19", "n = 476", "上限", "割引率", "2026年"):
            assert part in said


def test_japanese_letters_are_drawn() -> None:
    """The letters are embedded: their ink is on the page, not the same box for each."""
    document = pypdfium2.PdfDocument(pdf_of(a_sheet(question="更新率が上がると?")))
    again = pypdfium2.PdfDocument(pdf_of(a_sheet(question="解約率が下がると?")))
    one, two = (d[0].render(scale=1).to_pil().convert("L") for d in (document, again))
    assert sum(1 for p in one.tobytes() if p < 128) > 500
    assert one.tobytes() != two.tobytes()


def test_a_last_column_is_shown_in_both() -> None:
    ranges = tuple(dataclasses.replace(r, more="最大 25") for r in a_sheet().ranges)
    sheet = a_sheet(ranges=ranges, header=("", "中央値", "80%", "95%", "上限の値"))
    for _, said in (text_of_pdf(pdf_of(sheet)), words_of_slide(slide_of(sheet))):
        assert "最大 25" in said and "上限の値" in said


def test_too_much_text_stays_on_one_page() -> None:
    long = tuple((f"項目 {i}", "とても長い説明が続きます。" * 20) for i in range(30))
    sheet = a_sheet(
        question="長い名前" * 200, answer="長い答え " * 300, caution="注意 " * 300,
        blocks=(Facts("前提", long), Facts("根拠", long)),
    )  # fmt: skip
    assert text_of_pdf(pdf_of(sheet))[0] == 1
    assert words_of_slide(slide_of(sheet))[0] == 1


def test_hostile_text_is_shown_as_text() -> None:
    sheet = a_sheet(
        kind=HOSTILE, question=HOSTILE, answer=HOSTILE, caution=HOSTILE, footer=HOSTILE,
        blocks=(Facts(HOSTILE, ((HOSTILE, HOSTILE),)),), language="en",
        ranges=(Range(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0, (0, 0), (0, 0)),),
    )  # fmt: skip
    for count, said in (text_of_pdf(pdf_of(sheet)), words_of_slide(slide_of(sheet))):
        assert count == 1
        assert "<script>alert(1)</script>" in said
        assert "\u202e" not in said and "\x00" not in said


def test_nothing_but_a_question_is_a_sheet() -> None:
    bare = a_sheet(caution="", ranges=(), blocks=())
    assert text_of_pdf(pdf_of(bare))[0] == words_of_slide(slide_of(bare))[0] == 1


def test_bars_lie_between_zero_and_the_outer_limits() -> None:
    found = Range("", "", "", "", 5.0, (0.0, 10.0), (-10.0, 30.0))
    assert places(found) == (0.0, 1.0, 0.25, 0.5, 0.375, 0.25)
    assert all(0 <= p <= 1 for p in places(dataclasses.replace(found, outer=(2.0, 30.0))))


def test_long_lines_are_cut_by_their_width() -> None:
    assert width("abc") == 3
    assert width("更新") == 4
    assert printable("更新率", 4) == "更…" or width(printable("更新率", 4)) <= 4
    assert printable(" a\nb\x00c ") == "a b c"


@pytest.mark.parametrize("kind", ["pdf", "pptx"])
def test_a_download_keeps_its_japanese_name(kind: str) -> None:
    response = sheet_response(a_sheet(), kind, "試算/../x\r\n")
    assert response["Content-Disposition"].isprintable()
    assert f".{kind}" in response["Content-Disposition"]
    assert "/" not in response["Content-Disposition"].split("''")[1]
