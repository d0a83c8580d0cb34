"""A score that cannot be right or wrong: said in words on the page, never by a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from django.test import Client

from banso.measure.health.writes.model import save_model
from banso.prove.prediction.checking import checked
from banso.prove.prediction.readings import Decided
from banso.prove.prediction.tests.builders import CUT, LINES, page, some_decisions
from banso.prove.prediction.writes import keep_check

pytestmark = pytest.mark.django_db


def _points(made: Decided, points: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Decided:
    known = np.isfinite(points).sum(axis=1)
    return replace(made, points=points, has_score=2 * known >= points.shape[1])


BAD: dict[str, Callable[[Decided], Decided]] = {
    "all points alike": lambda d: _points(d, np.full(d.points.shape, 50.0)),
    "no points": lambda d: _points(d, np.full(d.points.shape, np.nan)),
    "one line known": lambda d: _points(
        d, np.column_stack([d.points[:, 0], np.full((len(d.points), 2), np.nan)])
    ),
    "nobody left": lambda d: replace(d, not_renewed=np.zeros(len(d.not_renewed), dtype=np.bool_)),
    "everybody left": lambda d: replace(d, not_renewed=np.ones(len(d.not_renewed), dtype=np.bool_)),
    "the outcome": lambda d: _points(
        d, np.repeat(np.where(d.not_renewed, 0.0, 100.0)[:, None], d.points.shape[1], axis=1)
    ),
    "one customer": lambda d: replace(d, account=np.ones(len(d.account), dtype=np.int64)),
    "one day": lambda d: replace(d, decided_on=np.full(len(d.decided_on), d.decided_on[0])),
}


@pytest.mark.parametrize("kind", BAD)
def test_the_page_stands_and_claims_nothing(client: Client, kind: str) -> None:
    save_model(by=None, measures=LINES)
    found = checked(BAD[kind](some_decisions(800)))
    keep_check(data_cut=CUT, digest=kind, numbers=found.as_json())
    text = page(client)
    assert "nan" not in text.lower().replace("finance", "")
    if kind in ("all points alike", "no points", "nobody left", "everybody left"):
        assert "named the right one in" not in text
