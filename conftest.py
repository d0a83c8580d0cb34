from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    """Each test has a lake and uploads of its own."""
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.MEDIA_ROOT = tmp_path / "uploads"
