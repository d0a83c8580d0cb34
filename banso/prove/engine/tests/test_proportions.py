from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.proportions import (
    clopper_pearson,
    difference,
    heterogeneity,
    newcombe,
    rate,
    trend,
    wilson,
)

# Newcombe 1998, Statist. Med. 17:857-872, Table I, methods 3 (score) and 5 (exact).
TABLE_I = [
    (81, 263, 0.2553, 0.3662, 0.2527, 0.3676),
    (15, 148, 0.0624, 0.1605, 0.0578, 0.1617),
    (0, 20, 0.0, 0.1611, 0.0, 0.1684),
    (1, 29, 0.0061, 0.1718, 0.0009, 0.1776),
]


@pytest.mark.parametrize(("x", "n", "low", "high", "exact_low", "exact_high"), TABLE_I)
def test_intervals_of_newcombes_table(
    x: int, n: int, low: float, high: float, exact_low: float, exact_high: float
) -> None:
    assert wilson(x, n) == pytest.approx((low, high), abs=6e-5)
    assert clopper_pearson(x, n) == pytest.approx((exact_low, exact_high), abs=6e-5)


def test_intervals_of_the_oracle(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("wilson_newcombe")
    cases = o["inputs"]["cases"]
    found = [limit for x, n in cases for limit in wilson(x, n)]
    exact = [limit for x, n in cases for limit in clopper_pearson(x, n)]
    assert found == pytest.approx(o["expected"]["wilson"], abs=1e-8)
    assert exact == pytest.approx(o["expected"]["clopper_pearson"], abs=1e-8)


# Newcombe 1998, Statist. Med. 17:873-890, Table II, method 10.
@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (10, 10, 0, 20, 0.6791, 1.0),
        (5, 56, 0, 29, -0.0381, 0.1926),
    ],
)
def test_newcombes_difference(x1: int, n1: int, x2: int, n2: int, low: float, high: float) -> None:
    assert newcombe(x1, n1, x2, n2) == pytest.approx((low, high), abs=6e-5)


def test_the_difference_agrees_with_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    theirs = confint_proportions_2indep(17, 60, 4, 55, method="newcomb")
    assert newcombe(17, 60, 4, 55) == pytest.approx(theirs, abs=1e-10)


def test_below_ten_rows_only_counts_are_given() -> None:
    few = rate(4, 9)
    assert isinstance(few, NoAnswer)
    assert few.needs == {"n": 9, "n_needed": 10, "successes": 4}
    assert isinstance(difference(4, 9, 50, 100), NoAnswer)
    enough = rate(4, 10)
    assert isinstance(enough, Answer)
    assert enough.low < enough.value == 0.4 < enough.high


@pytest.mark.parametrize(("x", "n"), [(5, 4), (-1, 4), (0, 0)])
def test_impossible_counts_are_refused(x: int, n: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(x, n)


def test_smokers_trend_as_in_fleiss(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("trend_smokers")
    x, n = o["inputs"]["x"], o["inputs"]["n"]
    assert heterogeneity(x, n).statistic == pytest.approx(o["expected"]["chi2"])
    assert heterogeneity(x, n).p == pytest.approx(o["expected"]["p"])
    assert trend(x, n).statistic == pytest.approx(o["expected"]["trend_chi2"])
    assert trend(x, n).p == pytest.approx(o["expected"]["trend_p"])


def test_smokers_trend_as_printed_by_r() -> None:
    assert trend([83, 90, 129, 70], [86, 93, 136, 82]).statistic == pytest.approx(8.2249, abs=1e-4)
