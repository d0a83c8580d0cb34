from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from banso.prove.engine.association import scan
from banso.prove.engine.findings import Feature
from banso.prove.engine.parts import Measured, alike, by_cut, by_level
from banso.prove.engine.tests.made_up import DATA_CUT, company


def test_q_is_statsmodels_heterogeneity() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    b, se = np.array([0.3, -0.1, 0.8, 0.25]), np.array([0.1, 0.2, 0.25, 0.15])
    expected = combine_effects(b, se**2)
    made = alike(b.tolist(), se.tolist())
    assert made.statistic == pytest.approx(expected.q)
    assert made.df == 3
    assert made.p == pytest.approx(expected.test_homogeneity().pvalue)
    with pytest.raises(ValueError, match="two estimates"):
        alike([0.1], [0.2])


def test_levels_are_told_apart_and_a_small_one_is_not_judged() -> None:
    made = company(2000, driver=-0.6)
    n = made.decisions.num_rows
    label = ["small" if i < 30 else ("odd" if i % 4 > 1 else "even") for i in range(n)]
    driver = Feature("driver", "number", 40 * made.kpis[0])
    measured = Measured.of(made.decisions, [driver], DATA_CUT)
    parts = by_level(measured, label, data_cut=DATA_CUT)["driver"]
    assert [part.name for part in parts] == ["even", "odd", "small"]
    assert [part.verdict for part in parts] == ["associated", "associated", "not_enough_data"]
    assert sum(part.n for part in parts) == n
    assert parts[2].odds_ratio is None
    for part in parts[:2]:
        assert part.low is not None
        assert part.low > 1, "the odds ratio is of renewal"


def test_chance_among_many_levels_is_held_back() -> None:
    found = 0
    for seed in range(5):
        made = company(1500, seed=seed)
        label = [f"L{i // 2 % 10}" for i in range(made.decisions.num_rows)]
        noise = Feature("noise", "number", made.kpis[1])
        measured = Measured.of(made.decisions, [noise], DATA_CUT)
        parts = by_level(measured, label, data_cut=DATA_CUT)["noise"]
        found += sum(part.verdict == "associated" for part in parts)
    assert found <= 2, "50 tests of nothing at 5 % would give two or three without control"


def test_the_last_cut_is_the_scan_and_earlier_ones_know_less() -> None:
    made = company(1500, driver=-0.5)
    feature = Feature("driver", "number", made.kpis[0])
    cuts = [date(2023, 3, 31), date(2024, 3, 31), DATA_CUT]
    measured = Measured.of(made.decisions, [feature], DATA_CUT)
    parts = by_cut(measured, cuts)["driver"]
    whole = scan(made.decisions, [feature], data_cut=DATA_CUT).findings[0]
    assert parts[-1].odds_ratio == pytest.approx(whole.odds_ratio)
    assert parts[-1].low == pytest.approx(whole.odds_ratio_low)
    assert [part.n for part in parts] == sorted(part.n for part in parts)
    widths = [np.log((part.high or 1) / (part.low or 1)) for part in parts]
    assert widths == sorted(widths, reverse=True)
    assert by_cut(measured, []) == {"driver": ()}
