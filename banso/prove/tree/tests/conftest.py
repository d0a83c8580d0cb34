from __future__ import annotations

from datetime import timedelta

import pytest

from banso.prove.tree import decided_lines, monthly_lines, testing
from banso.prove.tree.tests.builders import TODAY, planted_months, planted_values


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics whose associations are known stand in for measured ones."""
    first, last = TODAY - timedelta(days=900), TODAY - timedelta(days=1)
    monkeypatch.setattr(testing, "tracked_days", lambda: (first, last))
    monkeypatch.setattr(decided_lines, "raw_values", planted_values)
    monkeypatch.setattr(monthly_lines, "values_at", planted_months)
