"""Stopped, killed or overtaken: each row comes in once, and a file that changed is noticed."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import override_settings

from banso.listen.imports.reading.faults import Unreadable
from banso.listen.loads import jobs, running
from banso.listen.loads.models import Load
from banso.listen.loads.reading import cutting, tables
from banso.listen.loads.running import Outcome, run_to_end
from banso.listen.loads.sentences import sentence
from banso.listen.loads.tests.builders import (
    HEADER,
    a_draft,
    checked,
    counts,
    csv_rows,
    ended,
    in_the_lake,
    reasons,
)
from banso.listen.loads.writes import Stopped, begin, cancel, resume, stop
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry, Job
from banso.shared.lake.models import Batch
from banso.shared.lake.writes import append

pytestmark = pytest.mark.django_db
ROWS = 300


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "PIECE", 1_500)
    monkeypatch.setattr(tables, "MOST_ROWS", 40)
    monkeypatch.setattr(running, "_backlog", [0.0, 0.0])


def a_file(folder: Path, form: str) -> Path:
    text = HEADER + csv_rows(ROWS) + "A,u,login,never,x\n"
    path = folder / f"e.{form}"
    if form == "csv":
        path.write_text(text)
    elif form == "csv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif form == "utf16.csv":
        path.write_bytes(text.encode("utf-16"))
    elif form == "jsonl":
        header, *rows = (line.split(",") for line in text.splitlines())
        lines = (
            "{" + ",".join(f'"{k}":"{v}"' for k, v in zip(header, row, strict=True)) + "}\n"
            for row in rows
        )
        path.write_text("".join(lines))
    else:
        header, *rows = (line.split(",") for line in text.splitlines())
        columns = dict(zip(header, zip(*rows, strict=True), strict=True))
        pq.write_table(
            pa.table({k: pa.array(v) for k, v in columns.items()}), path, row_group_size=130
        )
    return path


def begun(path: Path) -> Load:
    load = a_draft(path)
    begin(by=None, load=load, check_only=False, in_worker=False)
    return load


@pytest.mark.parametrize("form", ["csv", "csv.gz", "utf16.csv", "jsonl", "parquet"])
def test_a_load_that_is_stopped_behind_each_block_gives_each_row_once(
    tmp_path: Path, form: str
) -> None:
    load = begun(a_file(tmp_path, form))
    stops = 0
    while run_to_end(load, leave=lambda: True, drain=lambda: None) is not Outcome.FINISHED:
        stop(by=None, load=load)
        resume(by=None, load=load, in_worker=False)
        stops += 1
    load.refresh_from_db()
    assert stops > 5
    assert (load.state, *counts(load)) == ("done", ROWS, 1)
    users = [event["user_key"] for event in in_the_lake()]
    assert sorted(users) == sorted(f"u{n}" for n in range(ROWS))
    assert len(reasons(load)) == 1


def test_what_a_transaction_lost_is_read_again(tmp_path: Path, monkeypatch: Any) -> None:
    load = begun(a_file(tmp_path, "csv"))
    calls = []

    def breaks(**given: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise OSError("the disk is full")
        return append(**given)

    monkeypatch.setattr("banso.listen.loads.writes.append", breaks)
    with pytest.raises(OSError, match="disk is full"):
        ended(load)
    load.refresh_from_db()
    saved = load.accepted
    assert sum(Batch.objects.values_list("rows", flat=True)) == saved
    assert counts(ended(load)) == (ROWS, 1)
    assert len(in_the_lake()) == ROWS


def test_two_processes_at_one_load_do_not_double_a_row(tmp_path: Path) -> None:
    load = begun(a_file(tmp_path, "csv"))
    other = Load.objects.get(pk=load.pk)
    walk, overtaken = running.Walk(load), running.Walk(other)
    walk.go_on(leave=lambda: True)
    overtaken_block = overtaken.go_on
    with pytest.raises(Stopped):
        overtaken_block(leave=lambda: True)
    walk.go_on(leave=lambda: False)
    load.refresh_from_db()
    assert counts(load) == (ROWS, 1)
    assert len(in_the_lake()) == ROWS


def test_two_loads_at_a_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    one, two = begun(a_file(tmp_path, "csv")), begun(a_file(tmp_path / "1", "jsonl"))
    walks = [running.Walk(one), running.Walk(two)]
    outcomes: set[int] = set()
    while len(outcomes) < 2:
        for number, walk in enumerate(walks):
            if number not in outcomes and walk.go_on(leave=lambda: True) is Outcome.FINISHED:
                outcomes.add(number)
    for load in (one, two):
        load.refresh_from_db()
        assert (load.state, *counts(load)) == ("done", ROWS, 1)


@pytest.mark.parametrize("change", ["longer", "other", "gone"])
def test_a_file_that_changed_is_noticed(tmp_path: Path, change: str) -> None:
    path = a_file(tmp_path, "csv")
    load = begun(path)
    run_to_end(load, leave=lambda: True, drain=lambda: None)
    stop(by=None, load=load)
    text = path.read_text()
    if change == "gone":
        path.unlink()
    else:
        path.write_text(text + "x" if change == "longer" else text.replace("A1", "B1"))
        os.utime(path, ns=(1, 1))
    resume(by=None, load=load, in_worker=False)
    with pytest.raises(Unreadable) as found:
        ended(load)
    said = "no longer there: e.csv" if change == "gone" else "not the one that loading began with"
    assert said in sentence(found.value.fault)


def test_a_file_that_was_only_touched_is_the_same(tmp_path: Path) -> None:
    path = a_file(tmp_path, "csv")
    load = begun(path)
    os.utime(path, ns=(1, 1))
    assert counts(ended(load)) == (ROWS, 1)


def test_a_check_reads_everything_and_loads_nothing(tmp_path: Path) -> None:
    load = checked(a_file(tmp_path, "csv"))
    assert (load.state, *counts(load), load.unknown) == ("checked", ROWS, 1, ROWS)
    assert not Batch.objects.exists()
    begin(by=None, load=load, check_only=False, in_worker=False)
    assert (load.accepted, load.refused) == (0, 0)
    assert counts(ended(load)) == (ROWS, 1)
    assert len(reasons(load)) == 1


def test_the_worker_loads_in_slices_and_leads_on(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0)
    load = a_draft(a_file(tmp_path, "csv.gz"))
    begin(by=None, load=load, check_only=False, in_worker=True)
    assert run_owed() > 5
    load.refresh_from_db()
    assert (load.state, *counts(load)) == ("done", ROWS, 1)
    assert Entry.objects.filter(kind="load.finished").count() == 1
    assert Entry.objects.filter(kind="events.arrived").exists()
    assert not jobs._open


def test_a_stopped_load_ends_in_the_worker_too(tmp_path: Path) -> None:
    load = a_draft(a_file(tmp_path, "csv"))
    begin(by=None, load=load, check_only=False, in_worker=True)
    stop(by=None, load=load)
    run_owed()
    assert not Batch.objects.exists()
    resume(by=None, load=load, in_worker=True)
    run_owed()
    load.refresh_from_db()
    assert counts(load) == (ROWS, 1)


def test_an_error_in_the_worker_can_be_resumed(tmp_path: Path, monkeypatch: Any) -> None:
    load = a_draft(a_file(tmp_path, "csv"))
    begin(by=None, load=load, check_only=False, in_worker=True)
    with monkeypatch.context() as broken:
        broken.setattr(running, "keep_block", lambda **_given: 1 / 0)
        run_owed()
    load.refresh_from_db()
    assert (load.state, load.error["said"]) == ("failed", {"error": "ZeroDivisionError"})
    resume(by=None, load=load, in_worker=True)
    run_owed()
    load.refresh_from_db()
    assert (load.state, *counts(load)) == ("done", ROWS, 1)


def test_a_full_inbox_lets_the_worker_drain_it_first(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(running, "BACKLOG_SECONDS", 0)
    load = a_draft(a_file(tmp_path, "csv"))
    begin(by=None, load=load, check_only=False, in_worker=True)
    with override_settings(INBOX_MOST_EVENTS=200):
        jobs.run_load(load.pk)
        load.refresh_from_db()
        waiting = sum(Batch.objects.values_list("rows", flat=True))
        assert (load.state, load.waits) == ("running", True)
        assert 50 < waiting < 150
        later = Job.objects.get(key=f"loads.run:{load.pk}:later", done_at=None)
        assert load.started_at and later.run_after > load.started_at
        jobs.run_load(load.pk)
        assert sum(Batch.objects.values_list("rows", flat=True)) == waiting
    in_the_lake()
    jobs.run_load(load.pk)
    load.refresh_from_db()
    assert (load.state, load.waits, *counts(load)) == ("done", False, ROWS, 1)


def test_the_command_drains_the_inbox_itself(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(running, "BACKLOG_SECONDS", 0)
    load = begun(a_file(tmp_path, "csv"))
    drained = []

    def drain() -> None:
        drained.append(len(in_the_lake()))

    with override_settings(INBOX_MOST_EVENTS=200):
        run_to_end(load, leave=lambda: False, drain=drain)
    assert len(drained) > 3
    assert len(in_the_lake()) == ROWS


def test_what_is_given_up_does_not_start_again(tmp_path: Path) -> None:
    load = begun(a_file(tmp_path, "csv"))
    assert not cancel(by=None, load=load), "a running load is stopped first"
    stop(by=None, load=load)
    assert cancel(by=None, load=load)
    with pytest.raises(Stopped):
        resume(by=None, load=load, in_worker=False)
