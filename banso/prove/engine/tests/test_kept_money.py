from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.kept_money import SMALLEST, money_kept, months_to_tell, share_kept
from banso.prove.engine.regression import FloatArray

CUT = date(2026, 6, 30)


def _decided(n: int, accounts: int, seed: int = 1) -> pa.Table:
    rng = np.random.default_rng(seed)
    days = [CUT - timedelta(days=int(d)) for d in rng.integers(40, 700, n)]
    return pa.table(
        {
            "account": pa.array(np.arange(n) % accounts),
            "decided_on": pa.array(days, pa.date32()),
            "not_renewed": pa.array([False] * n),
            "tenure_days": pa.array(rng.integers(200, 2000, n)),
            "contract": pa.array(rng.choice(["annual", "monthly"], n).tolist()),
        }
    )


def _money(
    n: int, *, slope: float, seed: int = 1, accounts: int | None = None
) -> tuple[FloatArray, FloatArray, FloatArray, pa.Table]:
    """Half keep what they paid; of the others the share rises with the metric."""
    rng = np.random.default_rng(seed)
    table = _decided(n, accounts or n, seed)
    x = rng.normal(size=n)
    before = rng.lognormal(10, 1, n)
    moved = rng.random(n) < 0.5
    share = np.where(moved, np.clip(0.9 + 2 * slope * x + 0.3 * rng.normal(size=n), 0, 3), 1.0)
    return x, before, before * share, table


def test_what_goes_with_money_kept_is_found_with_its_size() -> None:
    x, before, after, table = _money(600, slope=0.08)
    found = money_kept(x, before, after, table, data_cut=CUT)
    answer = found.answer
    assert isinstance(answer, Answer) and answer.p is not None
    assert answer.low < 0.08 < answer.high and answer.p < 1e-4
    assert (answer.n, answer.accounts, answer.scale) == (600, 600, "share_per_sd")
    low, high = (group.kept for group in found.groups)
    assert isinstance(low, Answer) and isinstance(high, Answer) and low.value < high.value


def test_slope_and_error_are_those_of_statsmodels() -> None:
    formula = pytest.importorskip("statsmodels.formula.api", reason="pip install statsmodels")
    pandas = pytest.importorskip("pandas", reason="pip install pandas")
    x, before, after, table = _money(400, slope=0.05, accounts=150)
    table = table.set_column(1, "decided_on", pa.array([CUT - timedelta(days=60)] * 400))
    table = table.set_column(4, "contract", pa.array(["annual"] * 400))
    answer = money_kept(x, before, after, table, data_cut=CUT).answer
    assert isinstance(answer, Answer)
    frame = pandas.DataFrame(
        {
            "r": np.minimum(after / before, 2),
            "z": (x - x.mean()) / x.std(),
            "t": np.log(table["tenure_days"].to_numpy()),
        }
    )
    groups = {"groups": table["account"].to_numpy()}
    fit = formula.ols("r ~ z + t", frame).fit(cov_type="cluster", cov_kwds=groups)
    assert answer.value == pytest.approx(fit.params["z"], rel=1e-9)
    assert answer.se == pytest.approx(fit.bse["z"], rel=1e-9)


def test_intervals_cover_where_customers_decide_several_times() -> None:
    covered = 0
    for seed in range(80):
        x, before, after, table = _money(240, slope=0.0, seed=seed, accounts=80)
        rng = np.random.default_rng(900 + seed)
        own = rng.normal(0, 0.2, 80)[np.arange(240) % 80]
        steady = rng.normal(size=80)[np.arange(240) % 80] + 0.3 * x
        after = before * np.clip(after / before + own, 0, 3)
        answer = money_kept(steady, before, after, table, data_cut=CUT).answer
        assert isinstance(answer, Answer)
        covered += answer.low <= 0 <= answer.high
    assert 71 <= covered <= 80


def test_one_customer_that_grew_a_hundredfold_does_not_carry_it() -> None:
    x, before, after, table = _money(400, slope=0.0)
    x[0], after[0] = 6.0, 100 * before[0]
    answer = money_kept(x, before, after, table, data_cut=CUT).answer
    assert isinstance(answer, Answer) and answer.low < 0 < answer.high


def test_gross_counts_no_growth() -> None:
    x, before, _after, table = _money(500, slope=0.0)
    grown = np.where(x > 0, before * 1.5, before)
    grown[:60] = 0.5 * before[:60]
    net = money_kept(x, before, grown, table, data_cut=CUT).answer
    gross = money_kept(x, before, grown, table, data_cut=CUT, gross=True).answer
    assert isinstance(net, Answer) and net.low > 0.1
    assert isinstance(gross, Answer) and gross.low < 0 < gross.high


def test_money_of_a_group_by_hand() -> None:
    before = np.array([100.0] * 10 + [300.0] * 10)
    after = np.array([100.0] * 10 + [150.0] * 10)
    found = share_kept(before, after, np.arange(20))
    assert isinstance(found, Answer) and found.value == pytest.approx(2500 / 4000)
    rest = np.concatenate([np.full(10, 37.5), np.full(10, -37.5)])
    assert found.se == pytest.approx(np.sqrt(20 / 19 * (rest**2).sum()) / 4000)
    assert isinstance(share_kept(before[:5], after[:5], np.arange(5)), NoAnswer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda x, b, a: (np.ones_like(x), b, a), "no_variation"),
        (lambda x, b, a: (np.where(np.arange(len(x)) % 2, x, np.nan), b, a), "too_many_missing"),
        (lambda x, b, a: (x, b, b), "too_few_moved"),
    ],
)
def test_what_cannot_be_told_is_named(change: Any, reason: str) -> None:
    x, before, after, table = _money(300, slope=0.1)
    x, before, after = change(x, before, after)
    found = money_kept(x, before, after, table, data_cut=CUT).answer
    assert isinstance(found, NoAnswer) and found.reason == reason


def test_twenty_customers_get_a_date() -> None:
    x, before, after, table = _money(20, slope=0.1)
    found = money_kept(x, before, after, table, data_cut=CUT).answer
    assert isinstance(found, NoAnswer) and found.reason == "too_few_accounts"
    assert found.expected_by is not None and found.expected_by > CUT
    nothing = money_kept(x[:0], before[:0], after[:0], table.slice(0, 0), data_cut=CUT).answer
    assert isinstance(nothing, NoAnswer) and nothing.expected_by is None
    with pytest.raises(ValueError, match="before"):
        money_kept(x, 0 * before, after, table, data_cut=CUT)


def test_more_decisions_tell_sooner() -> None:
    x, before, after, table = _money(100, slope=0.0)
    answer = money_kept(x, before, after, table, data_cut=CUT).answer
    assert isinstance(answer, Answer) and answer.se is not None and answer.se > SMALLEST / 3
    slow = months_to_tell(answer, per_month=5, alpha=0.05)
    fast = months_to_tell(answer, per_month=50, alpha=0.05)
    assert slow is not None and fast is not None and slow == pytest.approx(10 * fast)
    assert months_to_tell(answer, per_month=None, alpha=0.05) is None


def test_few_that_differ_and_shares_all_alike_are_no_slope() -> None:
    x, before, after, table = _money(400, slope=0.0)
    few = (np.arange(400) < 9).astype(float)
    answer = money_kept(few, before, after, table, data_cut=CUT).answer
    assert isinstance(answer, NoAnswer) and answer.reason == "too_few_in_level"
    assert answer.needs == {"accounts_in_level": 9, "accounts_needed": 10}
    for kept in (0.0, 0.7, 3.0):
        answer = money_kept(x, before, kept * before, table, data_cut=CUT).answer
        assert isinstance(answer, NoAnswer) and answer.reason == "same_share"
