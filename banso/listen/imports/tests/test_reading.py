from __future__ import annotations

import gzip
import re
import resource
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from banso.listen.imports.reading import workbooks
from banso.listen.imports.reading.duplicates import SPILL_ROWS, RepeatedKeys, Repeats
from banso.listen.imports.reading.faults import Unreadable
from banso.listen.imports.reading.files import look, read
from banso.listen.imports.reading.shapes import Chunk

TABLE = "id,名前\nA,あおば製作所\nB,みなと物流\n"


def a_file(folder: Path, content: bytes | str, name: str = "f") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(path: Path, after: int = 0) -> list[list[str]]:
    chunks = read(path, look(path), size=2, after=after)
    return [chunk.row(i) for chunk in chunks for i in range(len(chunk.numbers))]


def all_of(path: Path) -> Chunk:
    (chunk,) = read(path, look(path), size=100_000)
    return chunk


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le"])
def test_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    path = a_file(tmp_path, TABLE.encode(encoding))
    assert look(path).header == ("id", "名前")
    assert rows_of(path) == [["A", "あおば製作所"], ["B", "みなと物流"]]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_delimiters_are_recognised(tmp_path: Path, mark: str) -> None:
    path = a_file(tmp_path, TABLE.replace(",", mark))
    assert rows_of(path) == [["A", "あおば製作所"], ["B", "みなと物流"]]


def test_gzip_and_titles_above_the_header(tmp_path: Path) -> None:
    path = a_file(tmp_path, gzip.compress(f"顧客一覧\n\n{TABLE}".encode()))
    assert look(path).header_row == 3
    assert all_of(path).numbers == [4, 5]


@pytest.mark.parametrize(
    "text", ['{"id":"A","p":{"n":1}}\n\n{"id":"B"}\n', '[{"id":"A","p":{"n":1}},\n {"id":"B"}]']
)
def test_json_lines_and_arrays(tmp_path: Path, text: str) -> None:
    path = a_file(tmp_path, text)
    assert look(path).header == ("id", "p.n")
    assert rows_of(path) == [["A", "1"], ["B", ""]]


def a_workbook(folder: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(folder / "f.xlsx")
    return folder / "f.xlsx"


def test_excel_keeps_dates_and_formulas_as_text(tmp_path: Path) -> None:
    from datetime import date

    path = a_workbook(
        tmp_path, [["id", "d", "n"], ["A", date(2024, 3, 1), 2.0], ["B", None, "=cmd|x"]]
    )
    assert rows_of(path) == [["A", "2024-03-01", "2"], ["B", "", "=cmd|x"]]


def test_a_workbook_is_known_by_its_bytes_since_uploads_have_no_ending(tmp_path: Path) -> None:
    path = a_workbook(tmp_path, [["id", "n"], ["A", 2]])
    assert rows_of(path.rename(tmp_path / "0a1b2c")) == [["A", "2"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"%PDF-1.7 x", "not_a_table"),
        (b"a,b\n" + bytes(range(128, 256)) * 4, "unknown_encoding"),
        (b"<!DOCTYPE html><html>", "a_web_page"),
        (b"PK\x03\x04 broken", "workbook_broken"),
        (b"\x1f\x8b broken", "gzip_broken"),
        (b"[{}]", "not_json_rows"),
        (b"MZ" + bytes(range(8)) * 40, "not_a_table"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(Unreadable) as raised:
        look(a_file(tmp_path, content))
    assert raised.value.fault.code == code


def test_a_zip_that_unpacks_to_gigabytes_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "UNPACKED_LIMIT", 8 << 20)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(10):
                part.write(b"0" * (1 << 20))
    with pytest.raises(Unreadable) as raised:
        look(path)
    assert raised.value.fault.code == "too_much_inside"


def test_a_giant_cell_in_a_workbook_is_not_held(tmp_path: Path) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<c>" + "x" * 3_000_000 + "</c>")
    with pytest.raises(Unreadable) as raised:
        look(a_file(tmp_path, buffer.getvalue()))
    assert raised.value.fault.code == "workbook_cell_too_big"


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_giant_cell_spoils_its_row_only_and_is_not_held(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "f.csv"
    with path.open("wb") as file:
        file.write(f"id,name\nA,a\nB,{quote}".encode())
        for _ in range(60):
            file.write(b"x" * (1 << 20))
        file.write(f"{quote}\nC,c\n".encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chunk = all_of(path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert list(chunk.columns[0]) == ["A", "C"]
    assert [(row.number, row.fault.code) for row in chunk.spoiled] == [(3, "cell_too_big")]
    assert grown < 30_000, f"{grown} kB more for a cell of 60 MB"


def test_an_open_quote_spoils_its_row_only(tmp_path: Path) -> None:
    path = a_file(tmp_path, 'id,name\nA,a\nB,"b\nC,c\nD,d\n')
    chunk = all_of(path)
    assert list(chunk.columns[0]) == ["A", "C", "D"]
    assert [(row.number, row.fault.code) for row in chunk.spoiled] == [(3, "quote_not_closed")]


def test_lines_inside_quotes_are_one_row(tmp_path: Path) -> None:
    path = a_file(tmp_path, 'id,name\r\nA,"two\r\nlines"\r\nB,b\r\n')
    chunk = all_of(path)
    assert (chunk.numbers, chunk.columns[1]) == ([2, 3], ("two\nlines", "b"))


def test_rows_too_wide_and_too_narrow(tmp_path: Path) -> None:
    chunk = all_of(a_file(tmp_path, "id,name,x\nA,a,1\nB\nC,c,1,2\nD,d,1,,\n"))
    assert chunk.columns == [("A", "B", "D"), ("a", "", "d"), ("1", "", "1")]
    assert [(row.number, row.fault.code) for row in chunk.spoiled] == [(4, "too_many_cells")]


def test_a_broken_character_spoils_its_row_only(tmp_path: Path) -> None:
    good = "".join(f"A{n},あおば製作所\n" for n in range(40))
    path = a_file(tmp_path, f"id,name\n{good}".encode() + b"B,\x83\xff\nC,c\n")
    assert look(path).encoding == "utf-8-sig"
    chunk = all_of(path)
    assert [(row.number, row.fault.code) for row in chunk.spoiled] == [
        (42, "unreadable_characters")
    ]
    assert chunk.columns[0][-1] == "C"


def test_reading_goes_on_after_a_row(tmp_path: Path) -> None:
    path = a_file(tmp_path, "id\n" + "".join(f"A{n}\n" for n in range(10)))
    assert rows_of(path, after=9) == [["A8"], ["A9"]]


def test_repeated_keys_are_found_across_spilled_parts() -> None:
    with RepeatedKeys() as keys:
        keys.add(range(2, SPILL_ROWS + 2), [f"k{n}" for n in range(SPILL_ROWS)])
        keys.add([SPILL_ROWS + 2, SPILL_ROWS + 3, SPILL_ROWS + 4], ["k0", "", "k7"])
        repeats = Repeats(keys.found())
    assert repeats.among(1, SPILL_ROWS) == {}
    assert repeats.among(SPILL_ROWS, SPILL_ROWS + 9) == {SPILL_ROWS + 2: 2, SPILL_ROWS + 4: 9}


def test_a_file_that_ends_where_a_part_is_spilled() -> None:
    with RepeatedKeys() as keys:
        keys.add(range(SPILL_ROWS), [f"k{n // 2}" for n in range(SPILL_ROWS)])
        assert len(keys.found()) == SPILL_ROWS // 2


@pytest.mark.parametrize("said", [b'<dimension ref="A1" />', b""])
def test_a_workbook_is_read_to_its_end_whatever_size_it_claims(tmp_path: Path, said: bytes) -> None:
    path = a_workbook(tmp_path, [["id", "name"], ["A", "a"], ["B", "b"]])
    changed = a_changed_sheet(path, rb'<dimension ref="A1:B3" ?/>', said)
    assert rows_of(changed) == [["A", "a"], ["B", "b"]]


def test_a_made_up_row_number_does_not_make_rows(tmp_path: Path) -> None:
    path = a_workbook(tmp_path, [["id", "name"], ["A", "a"], ["B", "b"], ["C", "c"]])
    with pytest.raises(Unreadable, match="too_much_inside"):
        rows_of(a_changed_sheet(path, b'r="4"', b'r="999999999999"'))


def a_changed_sheet(path: Path, old: bytes, new: bytes) -> Path:
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(changed, "w") as copy:
        for part in book.infolist():
            text = book.read(part)
            assert re.search(old, text) or "sheet1" not in part.filename
            copy.writestr(part.filename, re.sub(old, new, text))
    return changed
