from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[4].parent / "shared"


@pytest.fixture(scope="session")
def oracle_folder() -> Path:
    folder = SHARED / "oracles"
    if not (folder / "oracles.json").exists():
        pytest.skip(f"no oracles at {folder}")
    return folder


@pytest.fixture(scope="session")
def oracle(oracle_folder: Path) -> Callable[[str], dict[str, Any]]:
    """Inputs, expected numbers and tolerance of one published or recomputed result, by id."""
    entries = json.loads((oracle_folder / "oracles.json").read_text())
    by_id: dict[str, dict[str, Any]] = {entry["id"]: entry for entry in entries}
    return lambda name: by_id[name]
