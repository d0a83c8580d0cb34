from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.course import course, median


@pytest.mark.parametrize("n", [10, 11, 25, 100, 501])
def test_the_interval_of_a_median_is_scipys(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    made = median(values)
    assert isinstance(made, Answer)
    assert made.value == np.median(values)
    expected = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    assert (made.low, made.high) == (expected.low, expected.high)


def test_medians_are_told_apart_by_outcome_and_too_few_are_not_told() -> None:
    lost = np.repeat([False, True], [12, 9])
    values = np.column_stack((np.where(lost, 1.0, 5.0), np.full(21, np.nan)))
    first, second = course(values, lost, [4, 0])
    assert (first.weeks, second.weeks) == (4, 0)
    assert isinstance(first.renewed, Answer)
    assert (first.renewed.value, first.renewed.n) == (5.0, 12)
    assert isinstance(first.not_renewed, NoAnswer)
    assert first.not_renewed.needs["n"] == 9
    assert isinstance(second.renewed, NoAnswer)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        course(np.zeros((3, 2)), np.zeros(3, dtype=bool), [1])
