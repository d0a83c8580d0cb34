"""On a full disk a refresh says so, the values before stay, and it goes on once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from banso.measure.metrics.models import AccountMeasures, WeeklyCourse
from banso.measure.metrics.tests.builders import TODAY, two_customers, used
from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.metrics.writes.measuring import refresh
from banso.shared import clock
from banso.shared.lake import files
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The lake and what is computed from it on a file system of 4 MB of its own."""
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
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> Path:
    full = place / "full"
    free = os.statvfs(place)
    full.write_bytes(bytes(free.f_bavail * free.f_frsize))
    return full


def points() -> list[tuple[object, ...]]:
    found = WeeklyCourse.objects.order_by("definition__key", "day")
    return list(found.values_list("definition__key", "day", "n", "median"))


def test_a_refresh_without_room_changes_nothing_and_is_made_up_for(disk: Path) -> None:
    busy, _ = two_customers()
    before = points()
    late = used(busy, "03-04", "06-29", name="export", user_key="u9", role="admin")
    lake.append(events=a_table(*late), source="late")
    lake.compact()
    full = fill(disk)
    with clock.held_at(TODAY):
        for work in (refresh, compute_courses):
            with pytest.raises(files.NoRoom, match="Nothing is lost"):
                work()
        assert AccountMeasures.objects.get(account=busy).values["usage_28d"]["v"] == 27
        assert points() == before
        full.unlink()
        refresh()
        compute_courses()
    assert AccountMeasures.objects.get(account=busy).values["usage_28d"]["v"] == 28
    assert points() != before
