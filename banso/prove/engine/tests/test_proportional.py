from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.concordance import concordance, concordance_interval
from banso.prove.engine.cox import fit_cox
from banso.prove.engine.proportional import Halves, halves


@pytest.fixture(scope="module")
def rossi(oracle_folder: Path, oracle: Callable[[str], dict[str, Any]]) -> np.ndarray:
    file = oracle_folder / oracle("rossi_cox")["data_file"]
    return np.genfromtxt(file, delimiter=",", names=True)


def test_age_is_the_factor_that_changes_among_released_prisoners(rossi: np.ndarray) -> None:
    """Fox & Weisberg (2018), appendix on Cox regression: cox.zph finds age (p .010), not fin (.94)

    and not prio (.38).
    """
    x = np.column_stack([rossi["fin"], rossi["age"], rossi["prio"]])
    fin, age, prio = halves(x, rossi["week"], rossi["arrest"])
    assert isinstance(fin, Halves) and isinstance(age, Halves) and isinstance(prio, Halves)
    assert age.p < 0.05 < min(fin.p, prio.p)
    assert age.early.value < 1
    assert fin.early.events + fin.late.events == 114


def test_concordance_has_the_standard_error_of_r(rossi: np.ndarray) -> None:
    """R's coxph prints Concordance= 0.64 (se = 0.027) for this model (same appendix)."""
    names = ("fin", "age", "race", "wexp", "mar", "paro", "prio")
    x = np.column_stack([rossi[name] for name in names])
    score = x @ fit_cox(x, rossi["week"], rossi["arrest"]).coef
    found = concordance_interval(rossi["week"], rossi["arrest"], score)
    assert isinstance(found, Answer)
    assert found.value == concordance(rossi["week"], rossi["arrest"], score)
    assert found.value == pytest.approx(0.640, abs=0.001)
    assert found.se == pytest.approx(0.027, abs=0.001)


def crossing(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A factor that triples leaving for 100 days and halves it afterwards; another that doubles."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, (n, 2)).astype(float)
    base = 0.004 * 2.0 ** x[:, 1]
    first = rng.exponential(1 / (base * 3.0 ** x[:, 0]))
    second = 100 + rng.exponential(1 / (base * 0.5 ** x[:, 0]))
    ends = np.where(first < 100, first, second)
    return x, np.minimum(ends, 400), ends <= 400


def test_a_factor_that_changes_is_told_with_both_its_ratios() -> None:
    x, stop, left = crossing(3000, 2)
    changing, steady = halves(x, stop, left)
    assert isinstance(changing, Halves) and isinstance(steady, Halves)
    assert changing.q < 0.001
    assert changing.early.low > 1.5
    assert changing.late.high < 0.5 * changing.early.value, "half of them leave before day 100"
    assert steady.q > 0.05
    assert steady.early.low < 2 < steady.early.high
    doubled = halves(x, stop, left, units=[1.0, -1.0])[1]
    assert isinstance(doubled, Halves)
    assert doubled.early.value == pytest.approx(1 / steady.early.value)


def test_late_entry_does_not_disturb_it() -> None:
    x, stop, left = crossing(3000, 4)
    entry = np.where(np.arange(3000) % 2 == 0, 50.0, 0.0)
    rows = stop > entry
    found = halves(x[rows], stop[rows], left[rows], entry[rows])[1]
    assert isinstance(found, Halves)
    assert found.q > 0.01


def test_few_events_and_columns_that_say_the_same_give_no_answer() -> None:
    x, stop, left = crossing(80, 3)
    few = halves(x, stop, np.arange(80) < 39)
    assert [f.reason for f in few if isinstance(f, NoAnswer)] == ["too_few_events"] * 2
    x, stop, left = crossing(800, 3)
    same = halves(np.column_stack([x[:, 0], x[:, 0]]), stop, left)
    assert isinstance(same[1], NoAnswer)
    assert same[1].reason == "not_separable"
    constant = halves(np.ones((800, 1)), stop, left)[0]
    assert isinstance(constant, NoAnswer)


def test_the_spread_of_many_rows_is_taken_from_some() -> None:
    rng = np.random.default_rng(7)
    score = rng.normal(size=9000)
    stop = rng.exponential(np.exp(-0.5 * score))
    whole = concordance_interval(stop, np.ones(9000), score)
    part = concordance_interval(stop[:3000], np.ones(3000), score[:3000])
    assert isinstance(whole, Answer) and isinstance(part, Answer)
    assert whole.se is not None and part.se is not None
    assert whole.se == pytest.approx(part.se / np.sqrt(3), rel=0.1)
    assert isinstance(concordance_interval([1, 2], [0, 0], [1, 2]), NoAnswer)


def test_nobody_of_a_level_left_later_gives_no_answer_and_no_warning() -> None:
    x = np.repeat([[1.0], [0.0]], 120, axis=0)
    stop = np.full(240, 1900.0)
    left = np.zeros(240, dtype=bool)
    stop[:70], left[:70] = 365.0, True
    stop[120:130], left[120:130] = 365.0, True
    stop[160:230], left[160:230] = 1461.0, True
    found = halves(x, stop, left)[0]
    assert isinstance(found, NoAnswer)
    assert found.reason == "not_separable"
