"""What cannot be loaded is named, with what to do; the rest is kept."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import translation

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership, Person
from banso.listen.imports.reading.faults import Unreadable
from banso.listen.loads import refused, running
from banso.listen.loads.drafting import sources_of
from banso.listen.loads.reading import cutting
from banso.listen.loads.sentences import OURS, sentence
from banso.listen.loads.tests.builders import (
    HEADER,
    a_draft,
    an_event,
    counts,
    csv_rows,
    ended,
    in_the_lake,
    json_lines,
    loaded,
    only,
    reasons,
)
from banso.listen.loads.writes import begin
from banso.shared.lake.packing import checked
from banso.shared.lake.rules import BadEvents

pytestmark = pytest.mark.django_db
MAY_1 = 1_714_521_600  # 2024-05-01T00:00:00Z


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as found:
        sources_of([path])
    return sentence(found.value.fault)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("e.csv", b"", "e.csv: The file is empty."),
        ("e.parquet", b"account,time\n", "none. Export it again"),
        ("e.parquet", b"PAR1 cut off", "may have been cut off on the way"),
        ("e.json", b'[{"account": 1}]', "Write one object per line"),
        ("e.xlsx", b"PK\x03\x04", "Excel workbooks are not read here"),
        ("e.pdf", b"%PDF-1.7 ...", "This is no file of events"),
        ("e.html", b"<!doctype html><html>", "web page"),
        ("e.jsonl", b'{"broken\n{"broken\n', "No rows were found in the JSON"),
        ("e.csv", b"\xff\xff\x80\x80\x81\xff\n" * 50, "characters of this file could not be read"),
        ("e.gz", gzip.compress(os.urandom(9_000))[:4_000], "ends too early"),
    ],
)
def test_a_file_that_is_none_is_said(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_cut_off_gz_keeps_what_came_before(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(cutting, "PIECE", 4_000)
    monkeypatch.setattr("banso.listen.loads.reading.looking.LOOKED_AT", 2_000)
    path = tmp_path / "e.csv.gz"
    rows = "".join(f"A,{os.urandom(16).hex()},x,2024-05-01,p\n" for _ in range(400))
    whole = gzip.compress((HEADER + rows).encode())
    path.write_bytes(whole[: len(whole) * 2 // 3])
    load = a_draft(path)
    begin(by=None, load=load, check_only=False, in_worker=False)
    with pytest.raises(Unreadable) as found:
        ended(load)
    load.refresh_from_db()
    assert "What came before is kept" in sentence(found.value.fault)
    assert 100 < load.accepted < 400
    assert len(in_the_lake()) == load.accepted


@pytest.mark.parametrize(
    ("time", "micros"),
    [
        (MAY_1, 0), (MAY_1 * 1_000, 0), (MAY_1 * 10**6, 0), (MAY_1 * 10**9, 0),
        (float(MAY_1), 0), (str(MAY_1), 0), (str(MAY_1 * 10**9), 0),
        ("2024-05-01T00:00:00Z", 0), ("2024-05-01T09:00:00+09:00", 0),
        ("2024-05-01 09:00:00", 0), ("2024-05-01T09:00:00.000007", 7), ("2024-05-01 09:00", 0),
        ("2024年5月1日 9:00", 0), ("R6.5.1 9:00", 0), ("20240501090000", 0),
        ("2024-05-01T00:00:00.123456789Z", 123_456),
    ],
)  # fmt: skip
def test_times_as_systems_write_them(tmp_path: Path, time: Any, micros: int) -> None:
    path = json_lines(tmp_path / "e.jsonl", [an_event(1, time=time), an_event(2, time=time)])
    assert counts(loaded(path)) == (2, 0)
    assert {event["ts_us"] for event in in_the_lake()} == {MAY_1 * 10**6 + micros}


def test_the_zone_of_times_without_one_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    local = pa.array([MAY_1 * 1_000], pa.timestamp("ms"))
    pq.write_table(pa.table({"account": ["A"], "event": ["x"], "time": local}), path)
    loaded(path, zone="America/New_York")
    assert only(in_the_lake())["ts_us"] == (MAY_1 + 4 * 3600) * 10**6


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"time": 0}, "The time 0 (1970-01-01) lies before 1971."),
        ({"time": "1970-01-01T00:00:00Z"}, "lies before 1971"),
        (
            {"time": "2099-12-31T00:00:00Z"},
            "time: The time 2099-12-31T00:00:00Z lies in the future",
        ),
        ({"time": "yesterday"}, "time: “yesterday” is not a date and time."),
        ({"time": None}, "Date and time is empty."),
        ({"account": None, "user": None}, "Customer (id, name or subscription id) is empty."),
        ({"account": None}, "the user “u1” belongs to no single one"),
        ({"name": " "}, "Event name is empty."),
        ({"name": "n" * 201}, "name: The text has 201 characters, at most 200 fit."),
        ({"account": "A\0B"}, "account: The row has a NUL character."),
        ({"properties": {"a": "x" * 70_000}}, "larger than 64 kB"),
        ({"properties": [1, 2]}, "properties: This is not an object with named values: “[1, 2]”."),
        ({"properties": {"a\0": 1}}, "The row has a NUL character."),
    ],
)
def test_an_event_that_cannot_be_kept(tmp_path: Path, changed: Any, said: str) -> None:
    rows = [an_event(0), an_event(1, **changed), an_event(2)]
    load = loaded(json_lines(tmp_path / "e.jsonl", rows))
    assert counts(load) == (2, 1)
    assert said in reasons(load)[2]
    assert len(in_the_lake()) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"account": "A", "name": NaN}', "NaN and Infinity are no JSON"),
        ('{"account": "A", ', "The line is not JSON"),
        ("[1, 2]", "This is not an object"),
        ('{"a":' * 5_000 + "1" + "}" * 5_000, "nested too deeply"),
    ],
)
def test_a_line_that_is_no_event(tmp_path: Path, line: str, said: str) -> None:
    load = loaded(json_lines(tmp_path / "e.jsonl", [an_event(0), line, "", an_event(1)]))
    assert counts(load) == (2, 1)
    assert said in reasons(load)[2]


def test_a_property_of_10_mb_costs_its_row_alone(tmp_path: Path) -> None:
    rows = [an_event(0), an_event(1, properties={"big": "x" * 10_000_000}), an_event(2)]
    load = loaded(json_lines(tmp_path / "e.jsonl", rows))
    assert counts(load) == (2, 1)
    assert "larger than 64 kB" in reasons(load)[2]
    assert load.refused_path.stat().st_size < 50_000


@pytest.mark.parametrize("make", [json_lines, None])
def test_a_row_without_end_is_passed_over(tmp_path: Path, make: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(cutting, "PIECE", 1_000)
    monkeypatch.setattr(cutting, "LONGEST", 5_000)
    if make:
        rows = [an_event(n, **({"page": "x" * 50_000} if n == 7 else {})) for n in range(40)]
        path = json_lines(tmp_path / "e.jsonl", rows)
        monkeypatch.setattr("banso.listen.loads.reading.looking.LOOKED_AT", 900)
    else:
        path = tmp_path / "e.csv"
        long = f"A,u,login,2024-05-01,{'x' * 50_000}\n"
        path.write_text(HEADER + csv_rows(6) + long + csv_rows(33))
        monkeypatch.setattr("banso.listen.loads.reading.looking.LOOKED_AT", 250)
    load = loaded(path)
    assert counts(load) == (39, 1)
    assert "was passed over" in reasons(load)[8]


def test_characters_of_another_encoding_spoil_their_row(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    rows = csv_rows(200).encode().replace(b"login", "ログイン".encode())
    path.write_bytes(HEADER.encode() + rows + b"A,u,\x81\xff,2024-05-01,p\n" + rows)
    load = loaded(path)
    assert counts(load) == (400, 1)
    assert "characters that cannot be read" in reasons(load)[202]


def test_what_the_lake_alone_refuses_costs_its_row(tmp_path: Path, monkeypatch: Any) -> None:
    real = checked

    def hard(table: pa.Table) -> pa.Table:
        if "A1" in table["account_key"].to_pylist():
            raise BadEvents("A1 is not liked: refuse it first")
        return real(table)

    monkeypatch.setattr("banso.shared.lake.packing.checked", hard)
    monkeypatch.setattr(running, "checked", hard)
    load = loaded(json_lines(tmp_path / "e.jsonl", map(an_event, range(9))))
    assert counts(load) == (6, 3)
    assert reasons(load)[2] == "The row cannot be kept: A1 is not liked."
    assert len(in_the_lake()) == 6


def test_a_user_of_one_customer_stands_for_it(tmp_path: Path) -> None:
    account = an_account(external_id="home", source="file")
    person = Person.objects.create(source="file", external_id="u1", name="一郎")
    Membership.objects.create(person=person, account=account)
    row = an_event(1)
    del row["account"]
    load = loaded(json_lines(tmp_path / "e.jsonl", [row]))
    assert counts(load) == (1, 0)
    assert only(in_the_lake())["account_key"] == "home"


def test_customers_are_found_by_name_and_others_wait(tmp_path: Path) -> None:
    an_account(external_id="X9", name="青葉製作所")
    rows = [an_event(n, account=("青葉製作所", "nobody")[n % 2]) for n in range(4)]
    load = loaded(json_lines(tmp_path / "e.jsonl", rows))
    assert (load.accepted, load.unknown, load.unknown_keys) == (4, 2, {"nobody": 2})
    assert {event["account_key"] for event in in_the_lake()} == {"X9", "nobody"}


def test_refused_rows_come_back_to_be_mended(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(HEADER + csv_rows(2) + "A,=1+1,login,never,pro\n")
    load = loaded(path)
    table = "".join(refused.as_csv(load.refused_path, length=load.refused_bytes))
    assert table.splitlines()[0].endswith("banso_file,banso_row,banso_reason")
    assert "e.csv,4,time: “never” is not a date" in table
    mended = tmp_path / "mended.csv"
    mended.write_text(table.replace("login,never", "login,2024-05-02"))
    again = loaded(mended)
    assert counts(again) == (1, 0)
    assert json.loads(in_the_lake()[-1]["props"]) == {"plan": "pro"}


def test_refused_lines_come_back_as_json_lines(tmp_path: Path) -> None:
    load = loaded(json_lines(tmp_path / "e.jsonl", [an_event(0), an_event(1, time="?"), "{oops"]))
    with translation.override("ja"):
        lines = list(refused.as_json_lines(load.refused_path, length=load.refused_bytes))
    first, second = map(json.loads, lines)
    assert first["properties"] == {"n": 1}
    assert (first["banso_row"], "日時" in first["banso_reason"]) == (2, True)
    assert second["banso_text"] == "{oops"
    mended = json_lines(tmp_path / "mended.jsonl", [first | {"time": "2024-05-02"}])
    again = loaded(mended)
    assert counts(again) == (1, 0)
    assert json.loads(in_the_lake()[-1]["props"]) == {"n": 1}


def test_the_file_of_refused_rows_is_bounded(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(refused, "MOST_ROWS", 5)
    load = loaded(
        json_lines(
            tmp_path / "e.jsonl",
            [an_event(n, **({"time": "?"} if n >= 40 else {})) for n in range(60)],
        )
    )
    assert (load.refused, load.refused_kept, len(reasons(load))) == (20, 5, 5)


def test_every_sentence_is_said_in_japanese() -> None:
    with translation.override("ja"):
        assert [code for code, words in OURS.items() if str(words).isascii()] == []
