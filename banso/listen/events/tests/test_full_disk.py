"""A full disk refuses events aloud, loses none it took, and takes them again once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from banso.listen.events.tests.served import Served, events_of

MEGABYTE = 1024 * 1024
ROWS = 500


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB of its own."""
    if os.geteuid():
        pytest.skip("only root may mount a small disk")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def served(small_disk: Path, transactional_db: None) -> Iterator[Served]:
    if connection.vendor != "sqlite":
        pytest.skip("the database server has a disk of its own")
    served = Served(small_disk / "home", {"BANSO_LOG_LEVEL": "CRITICAL"})
    yield served
    served.stop()


def test_a_full_disk_is_said_and_nothing_acknowledged_is_lost(served: Served) -> None:
    token = served.said("prepare")
    served.start("web")
    first, kept = 0, list[int]()

    def send() -> int:
        nonlocal first
        noise = [event | {"user": os.urandom(60).hex()} for event in events_of(first, ROWS)]
        answer = served.send(token, noise)
        if answer.status == 202:
            kept.extend(range(first, first + ROWS))
        else:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert "nothing was kept" in answer.json()["detail"]
        first += ROWS
        return answer.status

    assert send() == 202
    filler = served.home / "filler"
    filled = 0
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                filled += file.write(b"\0" * 64 * 1024)
        except OSError:
            assert filled > MEGABYTE
    statuses = [send() for _ in range(30)]
    assert statuses[-1] == 503
    for said in (f"GET {path}" for path in ("/health/", "/sign-in/login/")):
        method, path = said.split()
        assert served.ask(method, path).status < 500
    filler.unlink()
    assert [send() for _ in range(3)] == [202] * 3
    served.stop()
    assert served.stored() == kept
