from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from banso.measure.health.rules import Borders
from banso.prove.prediction.comparing import MOST_KEPT, changes, compared, same_measures
from banso.prove.prediction.tests.builders import CUT, LINES, OLD, some_decisions, weighted


def test_a_score_that_looks_at_what_matters_ranks_better() -> None:
    found = some_decisions(1500)
    noise, good = weighted(found, 0, 0, 100), weighted(found, 60, 40, 0)
    has = ~np.isnan(noise.points).any(axis=1) & ~np.isnan(good.points).all(axis=1)
    has = np.asarray(has, dtype=bool)
    noise, good = replace(noise, has_score=has), replace(good, has_score=has)
    told = compared(noise, good, written_on=OLD)
    assert told.verdict == "better"
    assert told.difference["low"] > 0.1
    assert told.left_out == int((~has).sum()) > 0
    assert told.later is not None
    assert told.later["gain"]["low"] > 0
    assert told.since["n"] == told.decisions
    assert compared(good, noise, written_on=OLD).verdict == "worse"


def test_bands_are_those_of_each_ones_own_borders() -> None:
    found = some_decisions(800)
    told = compared(found, replace(found, borders=Borders(50, 20)), written_on=OLD)
    now, then = (told.bands[name][0]["n"] for name in ("expert", "alternative"))
    assert then > now
    assert told.verdict == "same"
    assert told.difference["reason"] == "same_ranking"


def test_scores_that_are_equally_good_are_hardly_ever_called_better() -> None:
    called = 0
    for seed in range(60):
        found = some_decisions(500, seed=seed, slopes=(-0.8, -0.8, 0.0))
        told = compared(weighted(found, 80, 20, 0), weighted(found, 20, 80, 0), written_on=OLD)
        called += told.verdict in ("better", "worse")
    assert called <= 8


def test_with_few_outcomes_nothing_is_said_but_when() -> None:
    found = some_decisions(100)
    told = compared(found, weighted(found, 10, 10, 80), written_on=OLD)
    assert told.verdict == "unknown"
    assert told.ranks == {}
    assert told.lacking is not None
    assert told.lacking["reason"] == "too_few_events"
    assert told.lacking["expected_by"] > CUT.isoformat()


def test_decisions_after_it_was_written_down_are_counted_apart() -> None:
    found = some_decisions(1500)
    told = compared(found, weighted(found, 60, 40, 0), written_on=CUT - timedelta(days=90))
    assert 0 < told.since["n"] < told.decisions
    assert told.since["n"] == int(
        (found.decided_on[found.has_score] > (CUT - timedelta(90) - date(1970, 1, 1)).days).sum()
    )


def test_who_would_be_called_otherwise_is_counted_and_named() -> None:
    rows = [(1, 75, 60), (2, 75, 80), (3, None, 30), (4, 39, 41), (5, 10, 90)]
    told = changes(rows, Borders(), Borders())
    assert told["table"] == {
        "good>watch": 1, "good>good": 1, "none>struggling": 1, "struggling>watch": 1,
        "struggling>good": 1,
    }  # fmt: skip
    assert told["moved"] == 4
    assert [row[0] for row in told["customers"]] == [5, 3, 1, 4]
    many = changes(((n, 80, 10) for n in range(MOST_KEPT + 5)), Borders(), Borders())
    assert many["moved"] == MOST_KEPT + 5
    assert len(many["customers"]) == MOST_KEPT


@pytest.mark.parametrize(("weight", "same"), [(40, True), (41, False)])
def test_the_same_weights_are_the_same_score(weight: int, same: bool) -> None:
    assert same_measures(LINES, (replace(LINES[0], weight=weight), *LINES[1:])) is same
