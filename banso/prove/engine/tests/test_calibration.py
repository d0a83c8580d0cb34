from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.calibration import auc, brier, brier_skill, hanley_mcneil_se

# Hanley & McNeil 1982: CT ratings 1..5 of 58 normal and 51 abnormal patients.
NORMAL, ABNORMAL = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]


def ct_ratings() -> tuple[list[int], list[int]]:
    score = [r + 1 for counts in (NORMAL, ABNORMAL) for r, k in enumerate(counts) for _ in range(k)]
    return score, [0] * sum(NORMAL) + [1] * sum(ABNORMAL)


def test_ct_ratings_as_printed() -> None:
    found = auc(*ct_ratings())
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(0.893, abs=5e-4)
    assert hanley_mcneil_se(found.value, 51, 58) == pytest.approx(0.032, abs=6e-4)


def test_ct_ratings_of_the_oracle(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("auc_hanley_mcneil")
    found = auc(*ct_ratings())
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(o["expected"]["auc"], abs=1e-9)
    assert found.se == pytest.approx(o["expected"]["se_delong"], abs=1e-9)
    assert hanley_mcneil_se(found.value, 51, 58) == pytest.approx(o["expected"]["se_hm"], abs=1e-9)


def test_both_agree_with_scikit_learn() -> None:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    rng = np.random.default_rng(8)
    p = rng.random(300).round(2)
    y = rng.random(300) < p
    found = auc(p, y)
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(roc_auc_score(y, p))
    assert brier(p, y) == pytest.approx(brier_score_loss(y, p))


def test_the_base_rate_has_no_skill() -> None:
    y = np.repeat([1, 0], [30, 70])
    assert brier_skill(np.full(100, 0.3), y) == pytest.approx(0.0)
    assert brier_skill(y, y) == pytest.approx(1.0)
    assert brier_skill(np.full(3, 0.5), [1, 1, 1]) is None


def test_too_few_events_give_no_auc() -> None:
    refusal = auc(np.arange(30), np.arange(30) < 4)
    assert isinstance(refusal, NoAnswer)
    assert refusal.reason == "too_few_events"
