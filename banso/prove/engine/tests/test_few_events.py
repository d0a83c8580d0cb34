from __future__ import annotations

import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from banso.prove.engine.association import Feature, Finding, scan
from banso.prove.engine.few_events import (
    ENOUGH,
    degrees_of_freedom,
    reach,
    trust,
    variance,
    wald_p,
)
from banso.prove.engine.normal import f_p
from banso.prove.engine.regression import FloatArray, small_sample_factor

DATA_CUT = date(2025, 1, 1)


def flag_of(cells: tuple[int, int, int, int], repeated: int = 1) -> Finding:
    """A flag whose cells (yes lost, yes kept, no lost, no kept) are these, each row repeated."""
    flag = np.repeat([1, 1, 0, 0], cells)
    lost = np.repeat([1, 0, 1, 0], cells)
    n = len(flag)
    account = np.repeat(np.arange(n), repeated)
    table = pa.table(
        {
            "account": account,
            "decided_on": pa.array([date(2024, 8, 1)] * len(account)),
            "not_renewed": pa.array(lost[account] == 1),
            "tenure_days": np.full(len(account), 400.0),
            "contract": ["annual"] * len(account),
        }
    )
    return scan(table, [Feature("flag", "flag", flag[account])], data_cut=DATA_CUT).findings[0]


def test_a_flag_has_woolfs_standard_error_and_repeating_each_row_changes_nothing() -> None:
    """Woolf 1955: the variance of a log odds ratio is the sum of the cells' reciprocals."""
    cells = (30, 90, 25, 155)
    log_odds = math.log(30 * 155 / (90 * 25))
    woolf = math.sqrt(sum(1 / cell for cell in cells))
    once = flag_of(cells)
    assert once.log_odds and once.se and once.sd and once.p
    assert once.log_odds / once.sd == pytest.approx(log_odds, rel=1e-6)
    assert once.se / once.sd == pytest.approx(woolf, rel=0.004)  # G/(G-1)
    assert once.p == pytest.approx(math.erfc(log_odds / woolf / math.sqrt(2)), abs=2e-3)
    thrice = flag_of(cells, repeated=3)
    assert thrice.se == pytest.approx(once.se, rel=0.002)
    assert thrice.p is not None
    assert once.p < thrice.p < 1.03 * once.p  # t with 450 degrees of freedom for the normal


def test_reference_laws_as_tabulated() -> None:
    """Student's t and Fisher's F: Abramowitz & Stegun 1964, tables 26.10 and 26.9."""
    assert reach(0.95, 30) == pytest.approx(2.042, abs=5e-4)
    assert reach(0.95, math.inf) == pytest.approx(1.95996, abs=1e-5)
    assert wald_p(2.750**2, 1, 30) == pytest.approx(0.01, abs=2e-5)
    assert f_p(4.51, 3, 30) == pytest.approx(0.01, abs=2e-5)
    assert wald_p(3 * 4.51, 3, 30) == pytest.approx(0.01, abs=2e-5)
    assert wald_p(7.815, 3, math.inf) == pytest.approx(0.05, abs=2e-5)
    with pytest.raises(ValueError, match="degree of freedom"):
        f_p(1.0, 0.5, 30)


def test_degrees_of_freedom_go_from_the_accounts_to_no_limit() -> None:
    assert degrees_of_freedom(200, 200, 1.0) == math.inf
    assert degrees_of_freedom(400, 200, 2.0) == pytest.approx(2 * 199)
    assert degrees_of_freedom(30 * 1000, 30, 1000.0) == pytest.approx(29, rel=0.002)
    assert degrees_of_freedom(2, 2, 100.0) == 1.0


def test_with_many_events_the_sandwich_stands_alone() -> None:
    """Two coefficients, rows in pairs that are alike: the design effect is 2."""
    rng = np.random.default_rng(8)
    one: FloatArray = rng.normal(size=(300, 2))
    rows, accounts = 2 * one.T @ one, 4 * one.T @ one
    model = np.diag([0.5, 2.0])
    factor = small_sample_factor(600, 5, 300)

    def of(fewer: int) -> FloatArray:
        return variance(model, rows, accounts, count=300, factor=factor, fewer=fewer)

    assert trust(0) == 0.0 and trust(ENOUGH) == trust(ENOUGH + 1) == 1.0
    assert of(0) == pytest.approx(2 * model * 300 / 299)
    assert of(ENOUGH) == pytest.approx(accounts * factor)
    assert of(ENOUGH // 2) == pytest.approx((of(0) + of(ENOUGH)) / 2)
    with pytest.raises(ValueError, match="two accounts"):
        variance(model, rows, accounts, count=1, factor=1.0, fewer=10)


def test_few_losses_among_many_accounts_give_no_more_false_finds_than_promised() -> None:
    """25 losses of 1,000: by the sandwich alone 1.5 to 2 times too many lie below 0.01."""
    draw = np.random.default_rng(20)
    n, below, asked = 1000, 0, 0
    day = pa.array([date(2024, 8, 1)] * n)
    for _ in range(30):
        lost = np.arange(n) < 25
        table = pa.table(
            {
                "account": np.arange(n), "decided_on": day, "not_renewed": lost,
                "tenure_days": np.full(n, 400.0), "contract": ["annual"] * n,
            }
        )  # fmt: skip
        noise = [Feature(f"m{i}", "number", draw.normal(size=n)) for i in range(50)]
        found = scan(table, noise, data_cut=DATA_CUT).findings
        below += sum(f.p is not None and f.p < 0.01 for f in found)
        asked += len(found)
    expected = 0.01 * asked
    assert below < expected + 3 * math.sqrt(expected)
