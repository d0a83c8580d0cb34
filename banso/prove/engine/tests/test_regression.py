from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from banso.prove.engine.regression import (
    SingularDesignError,
    fit_logistic,
    fit_ols,
    independent_columns,
)

Array = npt.NDArray[np.float64]


@pytest.fixture
def clustered() -> tuple[Array, Array, npt.NDArray[np.int64]]:
    rng = np.random.default_rng(5)
    account = np.sort(rng.integers(0, 120, 600))
    own = rng.normal(size=120)[account]
    x = np.column_stack([np.ones(600), rng.normal(size=600) + own, rng.random(600) < 0.3])
    y = (rng.random(600) < 1 / (1 + np.exp(1 - 0.5 * x[:, 1] - own))).astype(float)
    return x, y, account


def test_spector_and_mazzeo_as_printed_by_greene() -> None:
    from statsmodels.datasets import spector

    data = spector.load_pandas()
    x = np.column_stack([np.ones(32), data.exog.to_numpy()])
    fit = fit_logistic(x, data.endog.to_numpy())
    assert fit.coef == pytest.approx([-13.0213, 2.8261, 0.0952, 2.3787], abs=1e-4)
    assert fit.se == pytest.approx([4.931, 1.263, 0.142, 1.065], abs=1e-3)
    assert fit.log_likelihood == pytest.approx(-12.88963422, abs=1e-7)


def test_clustered_errors_agree_with_statsmodels(
    clustered: tuple[Array, Array, npt.NDArray[np.int64]],
) -> None:
    import statsmodels.api as sm

    x, y, account = clustered
    theirs = sm.Logit(y, x).fit(disp=0, cov_type="cluster", cov_kwds={"groups": account})
    ours = fit_logistic(x, y, account)
    assert ours.coef == pytest.approx(theirs.params, rel=1e-6)
    assert ours.se == pytest.approx(theirs.bse, rel=1e-6)
    ols = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": account})
    assert fit_ols(x, y, account).se == pytest.approx(ols.bse, rel=1e-6)


def test_the_order_of_rows_does_not_matter(
    clustered: tuple[Array, Array, npt.NDArray[np.int64]],
) -> None:
    x, y, account = clustered
    mixed = np.random.default_rng(0).permutation(len(y))
    straight = fit_logistic(x, y, account).se
    assert fit_logistic(x[mixed], y[mixed], account[mixed]).se == pytest.approx(straight)


def test_rows_counted_twice_do_not_make_the_estimate_surer(
    clustered: tuple[Array, Array, npt.NDArray[np.int64]],
) -> None:
    x, y, account = clustered
    once = fit_logistic(x, y, account).se
    twice = fit_logistic(np.vstack([x, x]), np.tile(y, 2), np.tile(account, 2)).se
    assert twice == pytest.approx(once, rel=0.01)


def test_petersens_standard_errors(
    oracle: Callable[[str], dict[str, Any]], oracle_folder: Path
) -> None:
    o = oracle("petersen_cluster")
    data = np.genfromtxt(oracle_folder / o["inputs"]["file"], delimiter=",", names=True)
    x = np.column_stack([np.ones(len(data)), data["x"]])
    assert fit_ols(x, data["y"]).coef == pytest.approx(o["expected"]["b"], abs=1e-8)
    assert fit_ols(x, data["y"]).se[1] == pytest.approx(o["expected"]["se_ols"], abs=1e-8)
    for column, name in (("firm", "se_firm"), ("year", "se_year")):
        se = fit_ols(x, data["y"], data[column]).se[1]
        assert se == pytest.approx(o["expected"][name], abs=1e-8)
        assert se == pytest.approx(o["published"][name], abs=6e-5)


def test_constant_and_collinear_columns_are_left_out(
    clustered: tuple[Array, Array, npt.NDArray[np.int64]],
) -> None:
    x, y, account = clustered
    wide = np.column_stack([x[:, 0], np.full(len(y), 7.0), x[:, 1], 2 * x[:, 1] - 3, x[:, 2]])
    assert independent_columns(wide) == (0, 2, 4)
    fit = fit_logistic(wide, y, account)
    assert fit.kept == (0, 2, 4)
    assert fit.coef == pytest.approx(fit_logistic(x, y).coef)


def test_separation_is_not_taken_for_an_estimate() -> None:
    x = np.column_stack([np.ones(20), np.arange(20.0)])
    assert not fit_logistic(x, np.arange(20) >= 10).converged


def test_input_that_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        fit_logistic(np.ones((3, 1)), [0, 1, 2])
    with pytest.raises(ValueError, match="finite"):
        fit_logistic(np.array([[1.0], [np.nan]]), [0, 1])
    with pytest.raises(SingularDesignError):
        fit_logistic(np.zeros((3, 1)), [0, 1, 0])
