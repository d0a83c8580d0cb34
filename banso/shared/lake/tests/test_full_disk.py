"""On a full disk the compaction says so, leaves nothing behind, and goes on once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pytest_django import Settings

from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Job
from banso.shared.lake import engine, files, ledger, reads, writes
from banso.shared.lake.models import Forgetting
from banso.shared.lake.tests.builders import a_table, an_event

pytestmark = pytest.mark.django_db
ROWS = 4_000


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The lake on a file system of 4 MB of its own, with two weeks of events."""
    if os.geteuid():
        pytest.skip("only root may mount a small disk")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    settings.LAKE_ROOT = place / "lake"
    writes.append(events=some_events("2025-03-05 10:00"), source="s")
    writes.append(events=some_events("2025-03-12 10:00"), source="s")
    writes.compact()
    yield place
    subprocess.run(["umount", str(place)], check=True)


def some_events(at: str) -> pa.Table:
    noise = os.urandom(ROWS * 8).hex()
    names = [noise[n * 16 : n * 16 + 16] for n in range(ROWS)]
    rows = [an_event(at, user_key=f"u-{n % 2}", role=name) for n, name in enumerate(names)]
    return a_table(*rows)


def fill(place: Path) -> Path:
    """Leave no room for a file of events."""
    full = place / "full"
    free = os.statvfs(place)
    full.write_bytes(bytes(free.f_bavail * free.f_frsize - 20_000))
    return full


def names() -> set[str]:
    return {path.name for path in engine.root().iterdir()}


def test_compaction(disk: Path) -> None:
    before, full = names(), fill(disk)
    writes.append(events=some_events("2025-03-19 10:00"), source="s")
    with pytest.raises(files.NoRoom, match="Nothing is lost"):
        writes.compact()
    assert names() == before
    assert (reads.waiting_rows(), reads.event_rows()) == (ROWS, 2 * ROWS)
    assert ledger.balance().is_even
    full.unlink()
    assert writes.compact() == ROWS
    assert reads.query("SELECT COUNT(*) n FROM events")["n"][0].as_py() == 3 * ROWS
    assert ledger.balance().is_even


def test_the_job_says_why_and_is_done_when_there_is_room(disk: Path) -> None:
    full = fill(disk)
    writes.append(events=some_events("2025-03-19 10:00"), source="s")
    run_owed()
    job = Job.objects.get(name="lake.compact", done_at=None)
    assert "make room there" in job.error
    full.unlink()
    Job.objects.update(run_after=job.run_after.replace(year=2020))
    run_owed()
    assert reads.event_rows() == 3 * ROWS


def test_new_columns(disk: Path) -> None:
    before, full = names(), fill(disk)
    writes.promote(wanted=[("seats", "number")])
    with pytest.raises(files.NoRoom):
        writes.promote_some()
    assert names() == before
    full.unlink()
    while writes.promote_some():
        pass
    assert reads.promotion_progress().is_done


@pytest.mark.parametrize("mode", ["erase", "pseudonymise"])
def test_forgetting(disk: Path, mode: str) -> None:
    before, full = names(), fill(disk)
    writes.forget(user_keys=["u-1"], mode=mode)
    with pytest.raises(files.NoRoom):
        writes.forget_some()
    assert names() == before
    assert Forgetting.objects.get().finished_at is None
    assert reads.event_rows() == 2 * ROWS
    full.unlink()
    while writes.forget_some():
        pass
    assert Forgetting.objects.get().events == ROWS
    assert reads.files_of_users(["u-1"], None) == {}
    assert ledger.balance().is_even
