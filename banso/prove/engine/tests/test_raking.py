"""Raking against a table worked by hand and the worked post-stratification."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.raking import Margin, Raked, rake

Oracle = Callable[[str], dict[str, Any]]


def test_one_margin_is_post_stratification(oracle: Oracle) -> None:
    inputs, expected = (oracle("nonresponse")[part] for part in ("inputs", "expected"))
    sizes = list(inputs["population"].values())
    pairs = list(inputs["respondents_and_positive"].values())
    category = np.repeat(np.arange(3), [n for n, _x in pairs])
    positive = np.concatenate([np.arange(n) < x for n, x in pairs])
    found = rake([Margin(category, np.array(sizes, dtype=float))], trim=100.0)
    assert isinstance(found, Raked)
    assert float(np.average(positive, weights=found.weights)) == pytest.approx(
        expected["poststratified"]
    )
    assert found.effective_n == pytest.approx(expected["kish_n_eff"])


def test_both_margins_are_met() -> None:
    """Deming & Stephan: cells 30 10 / 20 40 to rows 50 50 and columns 60 40; the odds ratio of six
    stays, so cell a solves a (a - 10) = 6 (50 - a)(60 - a).
    """
    first = np.repeat([0, 0, 1, 1], [30, 10, 20, 40])
    second = np.repeat([0, 1, 0, 1], [30, 10, 20, 40])
    found = rake([Margin(first, np.array([50.0, 50])), Margin(second, np.array([60.0, 40]))])
    assert isinstance(found, Raked) and found.trimmed == 0 and found.gap < 1e-6
    a = found.weights[(first == 0) & (second == 0)].sum()
    assert a * (a - 10) == pytest.approx(6 * (50 - a) * (60 - a), rel=1e-4)
    assert found.weights[second == 0].sum() == pytest.approx(60, rel=1e-5)


def test_heavy_weights_are_cut_and_it_is_said() -> None:
    category = np.repeat([0, 1], [99, 1])
    found = rake([Margin(category, np.array([500.0, 500.0]))])
    assert isinstance(found, Raked)
    assert found.trimmed == 1 and found.gap > 0.1
    assert found.weights.max() <= 5 * found.weights.mean() * 1.01


def test_a_category_without_answers_has_no_weights() -> None:
    empty = rake([Margin(np.zeros(20, dtype=np.int64), np.array([50.0, 10.0]))])
    assert isinstance(empty, NoAnswer) and empty.reason == "empty_category"
    assert empty.needs["population"] == 10
    nobody = rake([Margin(np.zeros(0, dtype=np.int64), np.array([5.0]))])
    assert isinstance(nobody, NoAnswer) and nobody.reason == "no_answers"
    with pytest.raises(ValueError, match="margins"):
        rake([])
    with pytest.raises(ValueError, match="categories"):
        Margin(np.array([3]), np.array([1.0]))
