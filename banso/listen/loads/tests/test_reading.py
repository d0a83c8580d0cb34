"""Every kind of file comes in whole, whatever its encoding, compression and types."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from banso.listen.loads.reading import cutting
from banso.listen.loads.tests.builders import (
    HEADER,
    an_event,
    counts,
    csv_rows,
    in_the_lake,
    json_lines,
    loaded,
    only,
    reasons,
)

pytestmark = pytest.mark.django_db
MAY_1 = 1_714_521_600_000_000  # 2024-05-01T00:00:00Z


def zstd(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp932"])
@pytest.mark.parametrize(("ending", "pack"), [("", bytes), (".gz", gzip.compress), (".zst", zstd)])
def test_csv_in_any_encoding_and_compression(
    tmp_path: Path, encoding: str, ending: str, pack: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "PIECE", 1000)
    path = tmp_path / f"e.csv{ending}"
    rows = "".join(
        f'顧客{n % 3},u{n},ログイン,2024-05-01 09:00:{n % 60:02d},"松, 竹"\n' for n in range(90)
    )
    path.write_bytes(pack(("顧客ID,ユーザーID,イベント名,日時,プラン\n" + rows).encode(encoding)))
    load = loaded(path)
    assert counts(load) == (90, 0)
    events = in_the_lake()
    assert len(events) == 90
    assert events[0] == {
        "account_key": "顧客0", "user_key": "u0", "name": "ログイン", "ts_us": MAY_1,
        "props": '{"プラン":"松, 竹"}',
    }  # fmt: skip


def test_json_lines_as_the_http_api_takes_them(tmp_path: Path) -> None:
    more = {"properties": {"deep": {"a": [1, "二"]}}, "time": 1714521600, "account": 7}
    path = json_lines(tmp_path / "e.jsonl", [an_event(1), an_event(2, **more)])
    assert counts(loaded(path)) == (2, 0)
    events = in_the_lake()
    assert (events[0]["account_key"], events[0]["ts_us"]) == ("7", MAY_1)
    assert json.loads(events[0]["props"]) == more["properties"]


def test_names_that_come_up_later_become_properties(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "PIECE", 2000)
    rows = [an_event(n) for n in range(1_200)]
    rows += [an_event(n, page=f"/p{n}") for n in range(1_200, 1_300)]
    assert counts(loaded(json_lines(tmp_path / "e.jsonl", rows))) == (1_300, 0)
    late = [found for e in in_the_lake() if "page" in (found := json.loads(e["props"]))]
    assert len(late) == 100
    assert {"n": 1250, "page": "/p1250"} in late


def test_segment_archives(tmp_path: Path) -> None:
    track = {
        "type": "track", "event": "Login", "messageId": "m1", "userId": "u1",
        "timestamp": "2024-05-01T00:00:00Z", "context": {"groupId": "A1"}, "properties": {"p": 1},
    }  # fmt: skip
    identify = {"type": "identify", "userId": "u1", "traits": {"name": "青葉"}}
    lost = {**track, "messageId": "m2", "event": ""}
    load = loaded(
        json_lines(tmp_path / "s.jsonl", [identify, track, track | {"messageId": 3}, lost])
    )
    assert (load.accepted, load.refused, load.passed) == (2, 1, 1)
    event = in_the_lake()[0]
    assert (event["account_key"], event["name"], event["props"]) == ("A1", "Login", '{"p":1}')
    assert "event" in reasons(load)[4]


def a_table(count: int) -> pa.Table:
    at = [datetime(2024, 5, 1, 9, n, tzinfo=UTC) for n in range(count)]
    return pa.table(
        {
            "account_id": pa.array([10 + n % 3 for n in range(count)], pa.int32()),
            "user_email": pa.array([f"u{n}@example.jp" for n in range(count)]),
            "event_name": pa.array(["login", "report"] * (count // 2)).dictionary_encode(),
            "occurred_at": pa.array(at, pa.timestamp("ns", "UTC")),
            "amount": pa.array([float("nan"), 1.5] * (count // 2)),
            "device": pa.array([{"os": 'i"OS', "v": n} for n in range(count)]),
            "tags": pa.array([["a", "b"]] * count),
            "labels": pa.array(
                [[("k", n)] for n in range(count)], pa.map_(pa.string(), pa.int64())
            ),
            "is_mobile": pa.array([True, None] * (count // 2)),
            "day": pa.array([datetime(2024, 5, 1, tzinfo=UTC).date()] * count),
        }
    )


@pytest.mark.parametrize("compression", ["zstd", "snappy", "none"])
def test_parquet_with_types_of_its_own(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "e.parquet"
    pq.write_table(a_table(20), path, compression=compression, row_group_size=7)
    load = loaded(path)
    assert (load.accepted, load.refused, load.left_out) == (20, 0, 10)
    events = in_the_lake()
    assert (events[0]["account_key"], events[0]["name"]) == ("10", "login")
    assert events[1]["ts_us"] == MAY_1 + (9 * 60 + 1) * 60_000_000
    assert json.loads(events[1]["props"]) == {
        "amount": 1.5, "device": {"os": 'i"OS', "v": 1}, "tags": ["a", "b"], "labels": {"k": 1},
        "day": "2024-05-01",
    }  # fmt: skip
    assert json.loads(events[0]["props"])["is_mobile"] is True


def test_properties_as_one_column_are_spread(tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    table = pa.table(
        {
            "account_key": ["A"] * 3,
            "name": ["x"] * 3,
            "ts_us": [MAY_1, MAY_1 + 1, MAY_1 + 2],
            "props": ['{"a": {"b": 1}}', None, "[1]"],
            "source": ["web"] * 3,
        }
    )
    pq.write_table(table, path)
    load = loaded(path)
    assert counts(load) == (2, 1)
    assert [event["props"] for event in in_the_lake()] == [
        '{"a": {"b": 1},"source":"web"}', '{"source":"web"}',
    ]  # fmt: skip
    assert "not an object" in reasons(load)[3]


def test_members_of_objects_may_name_customer_and_user(tmp_path: Path) -> None:
    row = {"event": "x", "time": MAY_1, "user": {"id": "u1"}, "company": {"id": "A"}}
    load = loaded(json_lines(tmp_path / "e.jsonl", [row]), columns={"user.id": "user"})
    assert counts(load) == (1, 0)
    event = only(in_the_lake())
    assert (event["account_key"], event["user_key"]) == ("A", "u1")


def test_a_line_end_between_quotes_is_part_of_the_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "PIECE", 300)
    rows = "".join(
        f'A,u{n},login,2024-05-01 09:00:{n % 60:02d},"{n}\nline, ""two"""\n' for n in range(50)
    )
    path = tmp_path / "e.csv"
    path.write_text(HEADER + rows)
    assert counts(loaded(path)) == (50, 0)
    assert json.loads(in_the_lake()[7]["props"]) == {"plan": '7\nline, "two"'}


def test_a_quote_that_never_closes_spoils_its_own_row_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "PIECE", 2000)
    path = tmp_path / "e.csv"
    broken = 'A,u,login,2024-05-01 09:00:00,"pro\n'
    quoted = csv_rows(200).replace(",pro\n", ',"pro"\n')
    path.write_text(HEADER + csv_rows(30) + broken + quoted)
    load = loaded(path)
    assert counts(load) == (230, 1)
    assert "never closed" in reasons(load)[32]


def test_rows_count_as_an_editor_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(HEADER + csv_rows(1) + "\n\n" + "A,u,login\n" + "A,u,x,2024-05-01,p,too many\n")
    load = loaded(path)
    assert counts(load) == (1, 2)
    said = reasons(load)
    assert "Date and time is empty" in said[5]
    assert "6 cells, the header 5" in said[6]


def test_several_files_become_one_load_in_their_order(tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(HEADER + csv_rows(3))
    second.write_text("time,account,event,extra\n2024-06-01,B,logout,7\n")
    load = loaded(first, second)
    assert counts(load) == (4, 0)
    assert json.loads(in_the_lake()[-1]["props"]) == {"extra": 7}
