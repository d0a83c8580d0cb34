from __future__ import annotations

from datetime import timedelta

import pytest

from banso.prove.hypotheses import measuring
from banso.prove.hypotheses.tests.builders import TODAY, planted_values


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics whose association is known stand in for measured ones."""
    first, last = TODAY - timedelta(days=900), TODAY - timedelta(days=1)
    monkeypatch.setattr(measuring, "tracked_days", lambda: (first, last))
    monkeypatch.setattr(measuring, "raw_values", planted_values)
