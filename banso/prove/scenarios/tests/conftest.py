from __future__ import annotations

import pytest

from banso.measure.experience import answers
from banso.measure.revenue import reads
from banso.measure.revenue.memory import Memory
from banso.prove.scenarios import gathering


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rolled-back tests give other rows the same numbers: nothing may be kept between them."""
    monkeypatch.setattr(answers, "_memory", Memory())
    monkeypatch.setattr(gathering, "_memory", Memory())
    monkeypatch.setattr(reads, "_latest", [])
