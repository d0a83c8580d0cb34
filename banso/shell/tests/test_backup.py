"""A backup is one moment, whole or not there, whatever else goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from banso.listen.imports.models import ImportRun, State, Upload, folder
from banso.shared import clock
from banso.shared.lake import reads, writes
from banso.shared.lake.models import Segment
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shell.operations import backup
from banso.shell.operations.backup import back_up
from banso.shell.operations.contents import MANIFEST, SECRET, Refused, decoded
from banso.shell.tests.installation import EVENTS_EACH

Installation = dict[str, str]


def needs_pg_dump() -> None:
    if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed (Debian: apt-get install postgresql-client)")


def on_the_server(sql: str, blocker: DjangoDbBlocker) -> None:
    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture(scope="module")
def make(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Installation]]:
    """Makes empty installations for processes, on the kind of database that the suite runs on."""
    needs_pg_dump()
    names: list[str] = []

    def make(name: str) -> Installation:
        url = ""
        if connection.vendor == "postgresql":
            server = connection.settings_dict
            names.append(f"{server['NAME']}_{name}")
            on_the_server(f'CREATE DATABASE "{names[-1]}" TEMPLATE template0', django_db_blocker)
            secret = f":{server['PASSWORD']}" if server["PASSWORD"] else ""
            host = f"{server['HOST'] or 'localhost'}:{server['PORT'] or 5432}"
            url = f"postgresql://{server['USER']}{secret}@{host}/{names[-1]}"
        home = {"BANSO_HOME": str(tmp_path_factory.mktemp(name)), "DATABASE_URL": url}
        return {**os.environ, **home, "LANG": "en_US.UTF-8", "LC_ALL": "", "SECRET_KEY": ""}

    yield make
    for name in names:
        on_the_server(f'DROP DATABASE "{name}" WITH (FORCE)', django_db_blocker)


@pytest.fixture(scope="module")
def first(make: Callable[[str], Installation]) -> Installation:
    """An installation with some customers and their events."""
    made = make("first")
    code, said = run(made, "banso.shell.tests.installation", "prepare")
    assert code == 0, said
    return made


def start(where: Installation, *command: str) -> subprocess.Popen[str]:
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen([sys.executable, "-m", *command], env=where, **pipes)


def run(where: Installation, *command: str) -> tuple[int, str]:
    process = start(where, *command)
    said = process.communicate(timeout=120)[0]
    return process.returncode, said


def test_a_backup_under_load_is_one_moment(
    first: Installation, make: Callable[[str], Installation], tmp_path: Path
) -> None:
    second, target = make("second"), tmp_path / "backup.tar.zst"
    writer = start(first, "banso.shell.tests.installation", "write")
    try:
        assert writer.stdout is not None
        writer.stdout.readline()
        code, said = run(first, "banso", "backup", str(target))
        assert (code, writer.poll()) == (0, None), said
    finally:
        writer.kill()
        writer.communicate()

    code, said = run(second, "banso", "restore", str(target))
    assert code == 0, said
    assert "Restored, as of" in said
    code, said = run(second, "banso", "check")
    assert code == 0, said
    assert "Every file is whole, every event there once." in said
    assert "every event is accounted for." in said
    there = json.loads(run(second, "banso.shell.tests.installation", "report")[1])
    assert there["accounts"] > 10
    assert there["events"] == there["accounts"] * EVENTS_EACH


def test_killed_in_the_middle_leaves_nothing_that_looks_whole(
    first: Installation, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar.gz"
    large = Path(first["BANSO_HOME"]) / "uploads" / "large"
    large.parent.mkdir(parents=True)
    with large.open("wb") as file:
        file.truncate(3_000_000_000)  # a hole: no room on the disk, seconds to compress
    killed = start(first, "banso", "backup", str(target))
    half = tmp_path / "backup.tar.gz.unfinished" / "1" / "made"
    while not (half.exists() and half.stat().st_size):
        assert killed.poll() is None
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert half.exists()
    assert not target.exists()

    large.unlink()
    assert run(first, "banso", "backup", str(target))[0] == 0
    assert target.exists()
    assert not half.parent.parent.exists()


# --- in this process


@pytest.fixture
def home(transactional_db: None, settings: Settings, tmp_path: Path) -> Path:
    """Where the tests' own database is backed up from; with events in two weeks."""
    needs_pg_dump()
    home = settings.HOME = tmp_path / "home"
    home.mkdir()
    (home / SECRET).write_text("s" * 48)
    two_weeks = a_table(an_event("2025-03-05 10:00"), an_event("2025-03-12 10:00"))
    writes.append(events=two_weeks, source="test")
    writes.compact()
    writes.append(events=a_table(an_event("2025-03-13 10:00")), source="test")
    return home


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def test_the_manifest_tells_what_the_backup_holds(home: Path, target: Path) -> None:
    contents = back_up(target)
    kept = decoded((target / MANIFEST).read_bytes())
    assert kept.files == contents.files
    assert set(kept.files) == {
        path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()
    } - {MANIFEST}
    assert (kept.event_rows, kept.waiting_rows) == (2, 1)
    assert kept.counts["lake_segment"] == 2
    assert ("lake", "0001_initial") in kept.migrations


def test_the_secret_comes_only_when_asked_for(home: Path, tmp_path: Path) -> None:
    back_up(tmp_path / "without")
    back_up(tmp_path / "with", with_secret=True)
    assert not (tmp_path / "without" / SECRET).exists()
    assert (tmp_path / "with" / SECRET).read_text() == "s" * 48
    assert (tmp_path / "with" / SECRET).stat().st_mode & 0o077 == 0


def test_files_that_are_merged_and_swept_meanwhile_start_it_anew(
    home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[int] = []
    plain = backup._wanted

    def wanted_and_overtaken(folder: Path) -> backup.Wanted:
        copy = plain(folder)
        if not times:
            for minute in range(8):
                writes.append(events=a_table(an_event(f"2025-03-05 11:{minute:02}")), source="x")
                writes.compact()
            with clock.held_at(clock.now() + timedelta(hours=2)):
                writes.sweep()
        times.append(1)
        return copy

    monkeypatch.setattr(backup, "_wanted", wanted_and_overtaken)
    contents = back_up(target)
    assert len(times) == 2
    assert contents.event_rows == reads.event_rows() == 11


def test_a_lost_event_file_is_named_and_can_be_left_out(home: Path, target: Path) -> None:
    lost = reads.paths_of(reads.live_segments())[0]
    lost.unlink()
    with pytest.raises(Refused, match=lost.name):
        back_up(target)
    assert list(target.parent.glob("backup*")) == []
    assert back_up(target, allow_missing=True).missing == [lost.name]


def test_originals_of_finished_imports_stay_out(home: Path, target: Path) -> None:
    def keep(name: str, state: State) -> list[str]:
        upload = Upload.objects.create(name=name, stored_as=name, size=1, at=clock.now())
        run = ImportRun.objects.create(upload=upload, state=state, created_at=clock.now())
        paths = [upload.path, run.beside("repeats.npy"), run.refused_path]
        for path in paths:
            path.write_text("x")
        return [f"uploads/imports/{path.name}" for path in paths]

    folder().mkdir(parents=True)
    *_spent, refused = keep("finished", State.DONE)
    needed = keep("halfway", State.RUNNING)
    assert set(back_up(target).upload_files()) == {refused, *needed}


@pytest.mark.parametrize("name", ["b.zip", "b.tar", "b.sqlite3", "b.tar.xz"])
def test_an_ending_that_promises_something_else_is_refused(
    home: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(Refused, match="name the backup"):
        back_up(tmp_path / name)


def test_nothing_is_overwritten(home: Path, target: Path) -> None:
    target.mkdir()
    (target / "mine").write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        back_up(target)
    assert (target / "mine").read_text() == "mine"


def test_a_backup_does_not_lie_among_the_data(home: Path, settings: Settings) -> None:
    with pytest.raises(Refused, match="among the data"):
        back_up(Path(settings.MEDIA_ROOT) / "b.tar.gz")
    assert Segment.objects.count() == 2
