from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from banso.listen.loads.models import Load
from banso.listen.loads.running import run_to_end
from banso.listen.loads.tests.builders import (
    HEADER,
    a_draft,
    an_event,
    csv_rows,
    in_the_lake,
    json_lines,
)
from banso.listen.loads.writes import begin, stop
from banso.shared.lake.models import Batch

pytestmark = pytest.mark.django_db


def load(*words: str | Path) -> str:
    out = StringIO()
    call_command("events", "load", *map(str, words), "--language", "en", stdout=out)
    return out.getvalue()


def test_a_file_comes_in_with_its_mapping_said(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(HEADER + csv_rows(3))
    said = load(path)
    assert "  user → user_key" in said and "  plan → properties.plan" in said
    assert "3 events, 0 rows refused" in said
    assert "3 events are of customers that are not here yet" in said
    assert len(in_the_lake()) == 3


def test_columns_source_zone_and_name_are_told(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("who,when,what,x\nA,2024-05-01 09:00,login,1\n")
    load(
        path, "--map", "who=account", "--map", "when=time", "--map", "x=-", "--map",
        "what=properties.kind", "--source", "product", "--time-zone", "UTC", "--event-name", "use",
    )  # fmt: skip
    assert Batch.objects.get().source == "product"
    (event,) = in_the_lake()
    assert (event["account_key"], event["name"]) == ("A", "use")
    assert (event["ts_us"], event["props"]) == (1_714_554_000_000_000, '{"kind":"login"}')


def test_folders_and_patterns_are_one_load(tmp_path: Path) -> None:
    for day in range(3):
        (tmp_path / "d" / "2024").mkdir(parents=True, exist_ok=True)
        json_lines(tmp_path / "d" / "2024" / f"{day}.jsonl", [an_event(day)])
    (tmp_path / "d" / "_SUCCESS").touch()
    assert "3 events" in load(tmp_path / "d")
    assert "2 events" in load(str(tmp_path / "d" / "*" / "[12].jsonl"))


def test_a_dry_run_loads_nothing(tmp_path: Path) -> None:
    path = json_lines(tmp_path / "e.jsonl", map(an_event, range(5)))
    assert "5 events, 0 rows refused" in load(path, "--dry-run")
    assert not Batch.objects.exists()
    assert Load.objects.get().state == "checked"


def test_refused_rows_are_listed_and_written_and_end_with_3(tmp_path: Path) -> None:
    path = json_lines(tmp_path / "e.jsonl", [*map(an_event, range(5)), an_event(5, time="never")])
    out, kept = StringIO(), tmp_path / "refused.jsonl"
    with pytest.raises(SystemExit) as left:
        call_command(
            "events", "load", str(path), "--language", "ja", "--refused", str(kept), stdout=out
        )
    assert left.value.code == 3
    assert "e.jsonl 行 6: time: 「never」" in out.getvalue()
    assert json.loads(kept.read_text())["banso_row"] == 6
    with pytest.raises(SystemExit):
        load(path, "--refused", tmp_path / "refused.csv")
    assert (tmp_path / "refused.csv").read_text("utf-8-sig").startswith("event_id,account")


def test_it_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("banso.listen.loads.reading.cutting.PIECE", 500)
    path = tmp_path / "e.csv"
    path.write_text(HEADER + csv_rows(100))
    stopped = a_draft(path)
    begin(by=None, load=stopped, check_only=False, in_worker=False)
    run_to_end(stopped, leave=lambda: True, drain=lambda: None)
    stop(by=None, load=stopped)
    said = load(path, "--resume")
    assert f"Resumed behind row {stopped.rows}." in said
    assert "100 events, 0 rows refused" in said
    assert len(in_the_lake()) == 100
    with pytest.raises(CommandError, match="no load of these files that stopped"):
        load(path, "--resume")


def test_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("month,customers\n0,1000\n")
    with pytest.raises(CommandError, match="No column goes to Date and time"):
        load(path)
    with pytest.raises(CommandError, match="There is no file like "):
        load(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="Write one such as Asia/Tokyo"):
        load(
            path,
            "--time-zone",
            "Mars",
            "--map",
            "month=time",
            "--map",
            "customers=account",
            "--event-name",
            "x",
        )
    for wrong in ("month=moon", "moon=time", "month"):
        with pytest.raises(CommandError, match="neither a column of the file nor a field"):
            load(path, "--map", wrong)
    path.write_bytes(b"PAR1")
    with pytest.raises(CommandError, match="cannot be read"):
        load(path)
