from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.panel import lagged, months_to_tell
from banso.prove.engine.regression import FloatArray, IntArray

CUT = date(2026, 6, 30)
Panel = tuple[FloatArray, FloatArray, IntArray, IntArray]


def a_panel(slope: float, *, accounts: int = 60, months: int = 10, seed: int = 5) -> Panel:
    """Months of accounts with their own level and a common season, a tenth of them missing."""
    random = np.random.default_rng(seed)
    account, period = (a.ravel() for a in np.divmod(np.arange(accounts * months), months))
    x = 3 * random.normal(size=accounts)[account] + random.normal(size=len(account))
    y = slope * x + 5 * random.normal(size=accounts)[account] + np.sin(period) * 4
    y = y + random.normal(size=len(account))
    kept = random.random(len(account)) > 0.1
    return x[kept], y[kept], account[kept].astype(np.int64), period[kept].astype(np.int64)


def answered(found: Answer | NoAnswer) -> Answer:
    assert isinstance(found, Answer)
    return found


def test_equals_least_squares_with_a_dummy_for_each_account_and_month() -> None:
    sm = pytest.importorskip("statsmodels.api")
    x, y, account, period = a_panel(0.5)
    found = answered(lagged(x, y, account, period, data_cut=CUT))
    dummies = np.column_stack([np.eye(60)[account], np.eye(10)[period][:, 1:]])

    def rest(values: FloatArray) -> FloatArray:
        return np.asarray(sm.OLS(values, dummies).fit().resid)

    scale = rest(x).std() / rest(y).std()
    theirs = sm.OLS(y, np.column_stack([x, dummies])).fit(
        cov_type="cluster", cov_kwds={"groups": account, "use_correction": False}
    )
    assert found.value == pytest.approx(theirs.params[0] * scale, rel=1e-8)
    correction = np.sqrt(60 / 59 * (len(x) - 1) / (len(x) - 10))
    assert found.se == pytest.approx(theirs.bse[0] * scale * correction, rel=1e-6)
    assert found.accounts == 60
    assert found.events == 10


def test_what_only_differs_between_customers_is_no_association() -> None:
    random = np.random.default_rng(1)
    x, _, account, period = a_panel(0.0)
    size = random.normal(size=60)[account] * 10
    found = answered(lagged(x + size, size + random.normal(size=len(x)), account, period,
                            data_cut=CUT))  # fmt: skip
    assert found.low < 0 < found.high


def test_the_interval_covers_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        found = answered(lagged(*a_panel(0.0, accounts=40, months=8, seed=seed), data_cut=CUT))
        covered += found.low <= 0 <= found.high
    assert 0.90 <= covered / 200 <= 0.985


def test_what_never_changes_or_is_too_little_is_no_answer() -> None:
    x, y, account, period = a_panel(0.5)
    still = lagged(account.astype(float), y, account, period, data_cut=CUT)
    assert isinstance(still, NoAnswer) and still.reason == "no_variation"
    few = account < 10
    small = lagged(x[few], y[few], account[few], period[few], data_cut=CUT)
    assert isinstance(small, NoAnswer) and small.reason == "too_few_accounts"
    early = period < 2
    short = lagged(x[early], y[early], account[early], period[early], data_cut=CUT)
    assert isinstance(short, NoAnswer) and short.reason == "too_few_months"
    assert short.expected_by is not None and short.expected_by > CUT


def test_a_wide_interval_says_how_many_months_it_takes() -> None:
    found = answered(lagged(*a_panel(0.0, accounts=25, months=5), data_cut=CUT))
    months = months_to_tell(found, alpha=0.1)
    assert months is not None and months > 1
    assert months_to_tell(found, alpha=0.01) > months  # type: ignore[operator]


def test_unsound_numbers_are_refused() -> None:
    x, y, account, period = a_panel(0.5)
    with pytest.raises(ValueError, match="same length"):
        lagged(x[:-1], y, account, period, data_cut=CUT)
    with pytest.raises(ValueError, match="finite"):
        lagged(x * np.nan, y, account, period, data_cut=CUT)
