from __future__ import annotations

from datetime import timedelta

import pytest

from banso.prove.studies import gathering
from banso.prove.studies.tests.builders import TODAY, planted_metrics


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The metrics of the planted company stand in for measured ones."""
    first, last = TODAY - timedelta(days=900), TODAY - timedelta(days=1)
    monkeypatch.setattr(gathering, "tracked_days", lambda: (first, last))
    monkeypatch.setattr(gathering, "metrics_of", planted_metrics)
