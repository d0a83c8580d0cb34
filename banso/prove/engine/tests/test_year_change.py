"""Changes between years against worked numbers and plain formulas."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.year_change import (
    Split,
    Year,
    composition_and_within,
    matched_change,
    standardised_change,
    year_change,
)


def year(value: Sequence[float], account: list[int], stratum: list[int] | None = None) -> Year:
    return Year(
        np.array(value, dtype=float), np.array(account), np.array(stratum or [0] * len(value))
    )


def test_years_of_other_accounts_are_two_samples() -> None:
    one, two = [1.0] * 30 + [0.0] * 20, [1.0] * 20 + [0.0] * 40
    found = year_change(year(one, list(range(50))), year(two, list(range(50, 110))))
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(1 / 3 - 0.6)
    assert found.se == pytest.approx(math.sqrt(0.6 * 0.4 / 50 + (1 / 3) * (2 / 3) / 60))


def test_the_same_accounts_again_make_it_surer() -> None:
    """Both years of twenty accounts that say nearly the same: the covariance is taken away."""
    before = [1.0] * 12 + [0.0] * 8
    after = [1.0] * 13 + [0.0] * 7
    same = year_change(year(before, list(range(20))), year(after, list(range(20))))
    apart = year_change(year(before, list(range(20))), year(after, list(range(20, 40))))
    assert isinstance(same, Answer) and isinstance(apart, Answer)
    assert same.se is not None and apart.se is not None and same.se < apart.se / 2
    assert same.se == pytest.approx(np.std(np.array(after) - before) / math.sqrt(20))


def test_composition_and_within_add_up() -> None:
    """Kitagawa by hand: shares .5 .5 to .8 .2, means .4 .8 to .5 .7."""
    first = year([1] * 8 + [0] * 12 + [1] * 16 + [0] * 4, list(range(40)), [0] * 20 + [1] * 20)
    second = year([1] * 20 + [0] * 20 + [1] * 7 + [0] * 3, list(range(50)), [0] * 40 + [1] * 10)
    found = composition_and_within(first, second)
    assert isinstance(found, Split)
    assert found.composition == pytest.approx(0.3 * 0.45 - 0.3 * 0.75)
    assert found.within == pytest.approx(0.1 * 0.65 - 0.1 * 0.35)
    assert found.change == pytest.approx(found.composition + found.within)
    assert found.change == pytest.approx(0.54 - 0.6) and found.outside == 0
    same = standardised_change(first, second)
    assert isinstance(same, Answer) and same.value == pytest.approx(0.5 * 0.5 + 0.5 * 0.7 - 0.6)


def test_a_stratum_that_is_gone_is_told() -> None:
    first = year([1.0, 0.0] * 10, list(range(20)), [0] * 10 + [1] * 10)
    second = year([1.0, 0.0] * 10, list(range(20)), [0] * 20)
    lost = standardised_change(first, second)
    assert isinstance(lost, NoAnswer) and lost.reason == "empty_stratum"
    split = composition_and_within(first, second)
    assert isinstance(split, Split) and split.outside == pytest.approx(0.25)
    other = year([1.0, 0.0] * 10, list(range(20)), [2] * 20)
    nothing = composition_and_within(first, other)
    assert isinstance(nothing, NoAnswer) and nothing.reason == "no_common_stratum"


def test_who_answered_twice_is_a_paired_t_test() -> None:
    rng = np.random.default_rng(3)
    before = rng.integers(1, 6, 25).astype(float)
    after = before + rng.integers(-1, 3, 25)
    found = matched_change(before, after, np.arange(25))
    paired = stats.ttest_rel(after, before)
    assert isinstance(found, Answer)
    assert found.p == pytest.approx(float(paired.pvalue))
    interval = paired.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_too_little_says_so() -> None:
    few = year([1.0] * 9, list(range(9)))
    many = year([1.0] * 20, list(range(20)))
    for found in (
        year_change(few, many),
        standardised_change(few, many),
        composition_and_within(few, many),
        matched_change([1.0] * 5, [2.0] * 5, range(5)),
    ):
        assert isinstance(found, NoAnswer) and found.reason == "too_few_people"
    alike = year_change(many, many)
    assert isinstance(alike, NoAnswer) and alike.reason == "no_variation"
