"""Nothing is put in place before every file of the backup was found as it was written."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from banso.shared import clock
from banso.shared.lake import writes
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shell.operations import archives
from banso.shell.operations.contents import DATABASES, MANIFEST, Contents, Refused, belongs
from banso.shell.operations.restore import refuse_unless_empty, verified

EVENT_FILE = "w02878-abc.parquet"
SAYS_OTHER_EVENTS = "names other event files"
Change = Callable[[Contents], None]


def a_database(path: Path, *event_files: str) -> bytes:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE lake_segment (file TEXT, retired_at TEXT)")
        made.executemany("INSERT INTO lake_segment VALUES (?, NULL)", [(n,) for n in event_files])
    return path.read_bytes()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """The files of a small sound backup."""
    return {
        DATABASES[connection.vendor]: a_database(tmp_path / "made.sqlite3", EVENT_FILE),
        f"lake/events/{EVENT_FILE}": b"events " * 10_000,
        "uploads/imports/0123.refused.csv": b"refused",
    }


def a_backup(path: Path, files: dict[str, bytes], change: Change = lambda contents: None) -> Path:
    """Written as backups are written; ``change`` alters its manifest."""
    with archives.sink(path, archives.form_of(path), mtime=0) as sink:
        contents = Contents(
            banso="0.1.0",
            made_at=clock.now(),
            database="postgresql" if connection.vendor == "postgresql" else "sqlite",
            migrations=[("lake", "0001_initial")],
            counts={},
            event_rows=1,
            waiting_rows=0,
        )
        for name, content in files.items():
            contents.files[name] = sink.add(name, BytesIO(content), len(content))
        change(contents)
        text = contents.encoded()
        sink.add(MANIFEST, BytesIO(text), len(text))
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where a backup is taken out to."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", ["b.tar.zst", "b.tar.gz", "b"])
def test_what_was_written_comes_out(
    tmp_path: Path, files: dict[str, bytes], out: Path, name: str
) -> None:
    contents = verified(a_backup(tmp_path / name, files), out)
    assert set(contents.files) == set(files)
    assert {file: (out / file).read_bytes() for file in files} == files


def test_a_changed_file_is_named(tmp_path: Path, files: dict[str, bytes], out: Path) -> None:
    source = a_backup(tmp_path / "b", files)
    path = source / "lake" / "events" / EVENT_FILE
    path.write_bytes(path.read_bytes().replace(b"events", b"evENts", 1))
    with pytest.raises(Refused, match=f"{EVENT_FILE} is not as it was backed up"):
        verified(source, out)


def test_a_missing_file_is_named(tmp_path: Path, files: dict[str, bytes], out: Path) -> None:
    source = a_backup(tmp_path / "b", files)
    (source / "lake" / "events" / EVENT_FILE).unlink()
    with pytest.raises(Refused, match=f"{EVENT_FILE} is not as it was backed up"):
        verified(source, out)


def test_a_file_too_many_is_named(tmp_path: Path, files: dict[str, bytes], out: Path) -> None:
    source = a_backup(tmp_path / "b", files)
    (source / "uploads" / "strange").write_text("x")
    with pytest.raises(Refused, match="uploads/strange is not as it was backed up"):
        verified(source, out)


@pytest.mark.parametrize("name", ["b.tar.zst", "b.tar.gz"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_half_an_archive_is_refused(
    tmp_path: Path, files: dict[str, bytes], out: Path, name: str, kept: float
) -> None:
    source = a_backup(tmp_path / name, files)
    whole = source.read_bytes()
    source.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(Refused, match=r"damaged|has no manifest"):
        verified(source, out)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, out: Path) -> None:
    source = tmp_path / "b.tar.gz"
    source.write_text("something else")
    with pytest.raises(Refused, match=r"neither a \.tar\.zst"):
        verified(source, out)


def hostile(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


@pytest.mark.parametrize(
    "member",
    [
        hostile("../outside"),
        hostile("uploads/../../outside"),
        hostile("/tmp/outside"),  # noqa: S108 - a name that must be refused
        hostile("uploads//outside"),
        hostile("uploads/a\\..\\b"),
        hostile("lake/events/../../x.parquet"),
        hostile("lake/events/deep/x.parquet"),
        hostile("lake/lock"),
        hostile("settings.py"),
        hostile("uploads/link", tarfile.SYMTYPE, "/etc/passwd"),
        hostile("uploads/link", tarfile.LNKTYPE, "manifest.json"),
        hostile("uploads/device", tarfile.CHRTYPE),
        hostile("uploads/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda member: f"{member.name}-{member.type.decode()}",
)
def test_hostile_entries_are_refused(tmp_path: Path, out: Path, member: tarfile.TarInfo) -> None:
    source = tmp_path / "b.tar.gz"
    with tarfile.open(source, "w:gz") as tar:
        tar.addfile(member, io.BytesIO())
    with pytest.raises(Refused, match="no part of a Banso backup"):
        verified(source, out)
    assert list(out.iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_a_name_that_comes_twice_is_refused(tmp_path: Path, out: Path) -> None:
    source = tmp_path / "b.tar.gz"
    with tarfile.open(source, "w:gz") as tar:
        for _time in range(2):
            tar.addfile(hostile("uploads/a"), io.BytesIO())
    with pytest.raises(Refused, match="no part of a Banso backup"):
        verified(source, out)


def test_a_link_in_a_folder_is_refused(tmp_path: Path, files: dict[str, bytes], out: Path) -> None:
    source = a_backup(tmp_path / "b", files)
    (source / "uploads" / "link").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="no part of a Banso backup"):
        verified(source, out)


def test_names_that_belong() -> None:
    assert all(map(belongs, ["manifest.json", "secret_key", "uploads/a/b.csv", "uploads/顧客.csv"]))
    assert not any(map(belongs, ["", ".", "uploads", "uploads/", "./manifest.json", "lake/events"]))


def newer(contents: Contents) -> None:
    contents.migrations.append(("lake", "9999_later"))


def other_form(contents: Contents) -> None:
    contents.format = 2


@pytest.mark.parametrize(
    ("change", "says"),
    [(newer, "lake.9999_later"), (other_form, "in a form this version does not know")],
)
def test_a_backup_of_a_newer_banso_is_refused(
    tmp_path: Path, files: dict[str, bytes], out: Path, change: Change, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        verified(a_backup(tmp_path / "b", files, change), out)


def test_a_backup_of_the_other_database_is_refused(
    tmp_path: Path, files: dict[str, bytes], out: Path
) -> None:
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    files = {DATABASES[other]: b"x"}

    def change(contents: Contents) -> None:
        contents.database = other  # type: ignore[assignment]

    with pytest.raises(Refused, match="DATABASE_URL"):
        verified(a_backup(tmp_path / "b", files, change), out)


@pytest.mark.parametrize("named", ["", "w02878-other.parquet", "../../secret_key"])
def test_database_and_event_files_must_speak_of_each_other(
    tmp_path: Path, files: dict[str, bytes], out: Path, named: str
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("a dump of PostgreSQL is not opened before it is loaded")
    files["database.sqlite3"] = a_database(tmp_path / "other.sqlite3", *[n for n in [named] if n])
    with pytest.raises(Refused, match=SAYS_OTHER_EVENTS):
        verified(a_backup(tmp_path / "b", files), out)


def test_a_manifest_that_is_none_is_refused(tmp_path: Path, out: Path) -> None:
    source = tmp_path / "b"
    source.mkdir()
    (source / MANIFEST).write_text(json.dumps({"format": 1}))
    with pytest.raises(Refused, match="cannot be understood"):
        verified(source, out)


@pytest.mark.django_db
def test_data_that_is_there_is_never_overwritten(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("banso.shell.operations.databases.what_is_there", lambda: "")
    refuse_unless_empty()
    writes.append(events=a_table(an_event()), source="test")
    writes.compact()
    with pytest.raises(Refused, match="There is data already"):
        refuse_unless_empty()


@pytest.mark.django_db
def test_a_database_that_is_there_is_never_overwritten(
    tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = a_backup(tmp_path / "b", files)
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    with pytest.raises(CommandError, match="すでにデータがあります"):
        call_command("restore", str(source))
