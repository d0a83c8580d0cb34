from __future__ import annotations

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.auc_difference import auc_difference
from banso.prove.engine.calibration import auc

# Data of DeLong, DeLong & Clarke-Pearson 1988 as printed in the SAS/STAT User's Guide, PROC
# LOGISTIC, "Comparing Receiver Operating Characteristic Curves": albumin, total protein, K-G score,
# outcome.
OVARIAN = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0
1.6 5.6 5 1  3.8 5.7 5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1
4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1
3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1
3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1
3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1
3.6 6.6 5 1
"""
ALBUMIN, PROTEIN, KG, EVENT = np.array(OVARIAN.split(), dtype=float).reshape(-1, 4).T


@pytest.mark.parametrize(
    ("score", "difference", "se", "low", "high", "p"),
    [
        # SAS: ROC Contrast Estimation and Testing Results by Row, reference K-G
        (ALBUMIN, 0.0108, 0.0953, -0.1761, 0.1976, 0.9102),
        (PROTEIN, -0.0780, 0.1046, -0.2830, 0.1271, 0.4561),
    ],
)
def test_the_difference_is_that_of_sas(
    score: np.ndarray, difference: float, se: float, low: float, high: float, p: float
) -> None:
    found = auc_difference(10 - KG, score, EVENT)
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(difference, abs=5e-5)
    assert found.se == pytest.approx(se, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert found.p == pytest.approx(p, abs=5e-5)


def rows(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    risk = draw.normal(size=n)
    event = draw.random(n) < 1 / (1 + np.exp(1.5 - risk))
    return risk + draw.normal(size=n), risk + draw.normal(size=n), event


def test_it_is_the_difference_of_both_areas() -> None:
    first, second, event = rows(500, seed=1)
    one, other = auc(first, event), auc(second, event)
    found = auc_difference(first, second, event)
    assert isinstance(one, Answer)
    assert isinstance(other, Answer)
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(other.value - one.value)


def test_each_row_repeated_tells_no_more_when_it_is_one_cluster() -> None:
    first, second, event = rows(400, seed=2)
    once = auc_difference(first, second, event)
    a, b, y = (np.tile(part, 2) for part in (first, second, event))
    naive = auc_difference(a, b, y)
    clustered = auc_difference(a, b, y, np.tile(np.arange(400), 2))
    assert isinstance(once, Answer)
    assert isinstance(naive, Answer)
    assert isinstance(clustered, Answer)
    assert clustered.se == pytest.approx(once.se, rel=1e-6)
    assert naive.se is not None
    assert once.se is not None
    assert naive.se < 0.75 * once.se


def test_of_equally_good_scores_one_in_twenty_seems_better() -> None:
    found = [auc_difference(*rows(300, seed=seed)) for seed in range(400)]
    outside = sum(isinstance(one, Answer) and one.low * one.high > 0 for one in found)
    assert 0.02 <= outside / len(found) <= 0.08


def test_what_cannot_be_told_says_why() -> None:
    first, second, event = rows(300, seed=3)
    few = auc_difference(first[:20], second[:20], event[:20])
    assert isinstance(few, NoAnswer)
    assert few.reason == "too_few_events"
    same = auc_difference(first, 3 * first + 1, event)
    assert isinstance(same, NoAnswer)
    assert same.reason == "same_ranking"
    with pytest.raises(ValueError, match="without NaN"):
        auc_difference(np.full(300, np.nan), second, event)
