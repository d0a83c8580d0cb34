from __future__ import annotations

import pytest

from banso.measure.experience import answers
from banso.measure.revenue.memory import Memory


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rolled-back tests give other rows the same numbers: nothing may be kept between them."""
    monkeypatch.setattr(answers, "_memory", Memory())
