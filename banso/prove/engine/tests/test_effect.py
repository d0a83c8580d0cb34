from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.effect import (
    clustered_se,
    doubly_robust,
    fit_jointly,
    fit_outcome,
    standardised,
    unadjusted,
    weighted,
)
from banso.prove.engine.regression import Clusters, FloatArray, fit_ols
from banso.prove.engine.tests.confounded import customers
from banso.prove.engine.weighting import (
    BoolArray,
    design,
    fit_propensity,
    stabilised,
    weights,
)

Z = 1.959963984540054


@pytest.fixture(scope="module")
def frames() -> Callable[[str], Any]:
    causaldata = pytest.importorskip("causaldata", reason="pip install causaldata")
    return lambda name: getattr(causaldata, name).load_pandas().data


def _indicators(values: Any) -> FloatArray:
    levels = np.unique(values)[1:]
    return np.column_stack([np.asarray(values) == level for level in levels]).astype(np.float64)


def _nhefs(frame: Any) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Outcome, treatment and the columns of Hernan & Robins's model."""
    frame = frame[frame.wt82_71.notna()]
    age, intensity = frame.age.to_numpy(float), frame.smokeintensity.to_numpy(float)
    years, weight = frame.smokeyrs.to_numpy(float), frame.wt71.to_numpy(float)
    plain = [frame.sex, frame.race, age, age**2, intensity, intensity**2, years, years**2, weight,
             weight**2]  # fmt: skip
    kinds = [_indicators(frame[name]) for name in ("education", "exercise", "active")]
    x = np.column_stack([np.column_stack(plain), *kinds]).astype(np.float64)
    return frame.wt82_71.to_numpy(float), frame.qsmk.to_numpy() == 1, x


def test_quitting_smoking_as_hernan_and_robins_report_it(
    frames: Callable[[str], Any], oracle: Callable[[str], dict[str, Any]]
) -> None:
    o = oracle("nhefs_ipw_standardisation")
    expected, tolerance = o["expected"], o["tolerance"]
    y, treated, columns = _nhefs(frames("nhefs"))
    assert len(y) == o["inputs"]["n"]
    each = Clusters.of(np.arange(len(y)))
    propensity = fit_propensity(columns, treated)
    known = weighted(y, treated, propensity, "ate", as_known=True)
    se = known.se(each)
    x = design(columns)
    ours, theirs = fit_jointly(x, y, treated, "number", columns[:, 4:5])
    found = {
        "crude": unadjusted(y, treated).value,
        "ipw": known.value,
        "ipw_lo": known.value - Z * se,
        "ipw_hi": known.value + Z * se,
        "standardised": standardised(y, treated, ours, theirs, "ate").value,
        "mean_weight": float(weights(propensity.e, treated, "ate").mean()),
        "mean_sw": float(stabilised(propensity.e, treated).mean()),
    }
    for name, value in found.items():
        assert value == pytest.approx(expected[name], abs=tolerance[name]), name
    assert weighted(y, treated, propensity, "ate").se(each) < se


def test_estimates_and_errors_agree_with_statsmodels() -> None:
    import statsmodels.api as sm
    from statsmodels.treatment.treatment_effects import TreatmentEffect

    c = customers(900, seed=4)
    columns = np.column_stack([c.usage, c.size])
    rng = np.random.default_rng(2)
    y = columns @ np.array([1.0, 0.5]) + c.treated + rng.normal(size=len(columns))
    x = design(columns)
    model = sm.Logit(c.treated.astype(int), x).fit(disp=0)
    theirs = TreatmentEffect(sm.OLS(y, x), c.treated.astype(int), results_select=model)
    propensity, each = fit_propensity(columns, c.treated), Clusters.of(np.arange(len(y)))
    ones, none = (fit_outcome(x, y, g, "number") for g in (c.treated, ~c.treated))
    once = np.sqrt((len(y) - 1) / len(y))  # they use no G/(G-1)
    for estimand, group in (("ate", "all"), ("att", 1)):
        pairs = [
            (weighted(y, c.treated, propensity, estimand), theirs.ipw(effect_group=group)),  # type: ignore[arg-type]
            (standardised(y, c.treated, ones, none, estimand), theirs.ra(effect_group=group)),  # type: ignore[arg-type]
        ]
        for ours, other in pairs:
            assert ours.value == pytest.approx(float(other.effect[0]), abs=1e-6)
            assert ours.se(each) * once == pytest.approx(other.results_gmm.bse[0], rel=1e-4)
    robust = doubly_robust(y, c.treated, propensity, ones, none, "ate")
    other = theirs.aipw()
    assert robust.value == pytest.approx(float(other.effect[0]), abs=0.02)
    assert robust.se(each) == pytest.approx(other.results_gmm.bse[0], rel=0.02)


def _unequal_error(y: FloatArray, treated: BoolArray) -> float:
    """HC2 of a difference of means: the rows' influence, each group's n over n - 1."""
    found = unadjusted(y, treated)
    n1, n0 = int(treated.sum()), int((~treated).sum())
    widened = found.influence * np.sqrt(np.where(treated, n1 / (n1 - 1), n0 / (n0 - 1)))
    return float(np.sqrt(np.sum(widened**2)) / len(y))


def _lalonde(frame: Any) -> tuple[FloatArray, FloatArray]:
    names = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]
    plain = frame[names].to_numpy(float)
    return frame.re78.to_numpy(float), plain


def _held_as_the_file_holds_it(
    treated: BoolArray, columns: FloatArray, y: FloatArray,
    expected: dict[str, float], tolerance: dict[str, float],
) -> None:  # fmt: skip
    """The file's figure holds age, its square, and no earnings in 74 and 75 beside the plain
    columns. causaldata keeps age in 8 bits, and the file squared it there: 25 * 25 became 113.
    Squared as numbers it is 1,137.20; without a square 1,066.38. All three agree with the trial.
    """
    age, none74, none75 = columns[:, 0], columns[:, 6] == 0, columns[:, 7] == 0
    as_squared_there = (age.astype(np.int64) ** 2).astype(np.int8).astype(np.float64)
    told = {
        expected["regression_adjusted"]: (as_squared_there, tolerance["regression_adjusted"]),
        1137.195707: (age**2, 1e-3),
        1066.376321: (age, 1e-3),
    }
    for figure, (square, allowed) in told.items():
        plain = [np.ones(len(y)), treated, columns, none74, none75]
        held = np.column_stack(plain if square is age else [*plain, square]).astype(np.float64)
        found = fit_ols(held, y, np.arange(len(y)))
        assert found.coef[1] == pytest.approx(figure, abs=allowed)
        assert abs(found.coef[1] - expected["experimental"]) < 2 * found.se[1]


def test_lalonde_without_the_experiment(
    frames: Callable[[str], Any], oracle: Callable[[str], dict[str, Any]]
) -> None:
    """The naive comparison is -8,498; the trial said 1,794 (633)."""
    o = oracle("lalonde_nsw_cps")
    expected, tolerance = o["expected"], o["tolerance"]
    trial, census = frames("nsw_mixtape"), frames("cps_mixtape")
    is_treated = trial.treat.to_numpy() == 1
    y_trial, _ = _lalonde(trial)
    experiment = unadjusted(y_trial, is_treated).value
    assert experiment == pytest.approx(expected["experimental"], abs=tolerance["experimental"])
    plain = fit_ols(np.column_stack([np.ones(len(y_trial)), is_treated]), y_trial)
    assert plain.se[1] == pytest.approx(expected["se_ols"], abs=tolerance["se_ols"])
    assert _unequal_error(y_trial, is_treated) == pytest.approx(expected["se_hc2"], abs=0.01)
    y1, x1 = _lalonde(trial[trial.treat == 1])
    y0, x0 = _lalonde(census)
    y, columns = np.concatenate([y1, y0]), np.vstack([x1, x0])
    treated = np.arange(len(y)) < len(y1)
    naive = unadjusted(y, treated).value
    assert naive == pytest.approx(expected["naive_cps"], abs=tolerance["naive_cps"])
    school = columns[:, 1]
    none74, none75 = columns[:, 6] == 0, columns[:, 7] == 0
    _held_as_the_file_holds_it(treated, columns, y, expected, tolerance)
    wide = np.column_stack([columns, school**2, none74, none75, school * columns[:, 6]])
    propensity = fit_propensity(wide, treated)
    each = Clusters.of(np.arange(len(y)))
    by_weight = weighted(y, treated, propensity, "att")
    assert by_weight.value == pytest.approx(expected["att_ipw"], abs=tolerance["att_ipw"])
    x = design(wide)
    ones, none = (fit_outcome(x, y, group, "number") for group in (treated, ~treated))
    robust = doubly_robust(y, treated, propensity, ones, none, "att")
    for found in (by_weight, robust):
        assert found.value > 0 and abs(found.value - experiment) < 2 * found.se(each)
    inside = (propensity.e >= 0.1) & (propensity.e <= 0.9)
    assert int(inside.sum()) == pytest.approx(expected["n_trimmed"], abs=tolerance["n_trimmed"])
    w = weights(propensity.e, treated, "att")
    kept, others = inside & treated, inside & ~treated
    trimmed = y[kept].mean() - np.average(y[others], weights=w[others])
    assert trimmed == pytest.approx(expected["att_ipw_trimmed"], abs=tolerance["att_ipw_trimmed"])


def test_right_when_either_model_is_right() -> None:
    """Without the outcome model, or without the propensity, the truth is still found."""
    c = customers(20_000, seed=3)
    is_b = np.asarray(c.covariates[2].values) == "b"
    right = np.column_stack([c.usage, c.size, is_b])
    nothing = np.zeros((len(c.y), 0))
    for weighing, foretelling in ((right, nothing), (nothing, right)):
        propensity, x = fit_propensity(weighing, c.treated), design(foretelling)
        ours, theirs = (fit_outcome(x, c.y, g, "binary") for g in (c.treated, ~c.treated))
        found = doubly_robust(c.y, c.treated, propensity, ours, theirs, "att")
        assert abs(found.value - c.truth) < 3 * found.se(c.accounts)
    assert abs(unadjusted(c.y, c.treated).value - c.truth) > 0.1


def test_repeating_every_row_of_a_customer_gains_nothing() -> None:
    c = customers(500, seed=8)
    twice = np.tile(np.arange(500), 2)
    columns = c.usage[:, None]
    once = weighted(c.y, c.treated, fit_propensity(columns, c.treated), "att")
    double = weighted(
        c.y[twice], c.treated[twice], fit_propensity(columns[twice], c.treated[twice]), "att"
    )
    assert double.value == pytest.approx(once.value, abs=1e-9)
    clustered = double.se(Clusters.of(twice))
    assert clustered == pytest.approx(once.se(Clusters.of(np.arange(500))), rel=1e-6)


def test_separated_groups_and_constant_outcomes_do_not_crash() -> None:
    x = np.r_[np.zeros(20), np.ones(20)][:, None]
    treated = np.arange(40) >= 20
    propensity = fit_propensity(x, treated)
    assert propensity.separated and np.isfinite(propensity.e).all()
    y = np.ones(40)
    ours, theirs = (fit_outcome(design(x), y, g, "binary") for g in (treated, ~treated))
    assert doubly_robust(y, treated, propensity, ours, theirs, "att").value == pytest.approx(0)
    with pytest.raises(ValueError, match="treated and untreated"):
        fit_propensity(x, np.ones(40, dtype=np.bool_))
    with pytest.raises(ValueError, match="two clusters"):
        clustered_se(np.ones(3), Clusters.of([1, 1, 1]))
