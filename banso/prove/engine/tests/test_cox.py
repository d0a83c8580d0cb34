from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.concordance import concordance
from banso.prove.engine.cox import fit_cox, hazard_ratio
from banso.prove.engine.regression import SingularDesignError

Oracle = Callable[[str], dict[str, Any]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def columns(path: Path, *names: str) -> FloatArray:
    with path.open() as file:
        rows = list(csv.DictReader(file))
    return np.array([[float(row[name]) for name in names] for row in rows])


def test_the_6mp_trial_as_r_prints_it(oracle: Oracle) -> None:
    o = oracle("cox_logrank_6mp")
    treated = np.array(o["inputs"]["g"], dtype=float)[:, None]
    for ties in ("efron", "breslow"):
        fit = fit_cox(treated, o["inputs"]["t"], o["inputs"]["d"], ties=ties)
        assert fit.coef[0] == pytest.approx(o["expected"][f"beta_{ties}"], abs=1e-3)
        assert fit.se[0] == pytest.approx(o["expected"][f"se_{ties}"], abs=1e-3)


def test_recidivism(oracle: Oracle, oracle_folder: Path) -> None:
    o = oracle("rossi_cox")
    x = columns(oracle_folder / o["data_file"], *o["inputs"]["x"])
    week, arrest = columns(oracle_folder / o["data_file"], "week", "arrest").T
    fit = fit_cox(x, week, arrest)
    expected, tolerance = o["expected"], o["tolerance"]
    assert (fit.n, fit.events) == (o["inputs"]["n"], o["inputs"]["events"])
    assert fit.coef == pytest.approx(expected["coef"], abs=tolerance["coef"])
    assert fit.se == pytest.approx(expected["se"], abs=tolerance["se"])
    assert fit.log_likelihood == pytest.approx(expected["ll"], abs=tolerance["ll"])
    c = concordance(week, arrest, x @ fit.coef)
    assert c == pytest.approx(expected["concordance"], abs=1e-9)


def test_immortal_time_vanishes_with_rows_that_change(oracle: Oracle, oracle_folder: Path) -> None:
    o = oracle("stanford_heart_immortal_time")
    heart = oracle_folder / o["data_file"]
    start, stop, event, who = columns(heart, "start", "stop", "event", "id").T
    x = columns(heart, "age", "year", "surgery", "transplant")
    fit = fit_cox(x, stop, event, start)
    assert fit.coef == pytest.approx(o["expected"]["timevarying"], abs=1e-3)
    assert fit.log_likelihood == pytest.approx(o["expected"]["ll"], abs=0.01)
    alone = fit_cox(x[:, 3:], stop, event, start, clusters=who)
    assert alone.coef[0] == pytest.approx(o["expected"]["timedep_transplant_only"], abs=5e-3)
    model_se = float(np.sqrt(alone.model_covariance[0, 0]))
    assert model_se == pytest.approx(o["expected"]["timedep_se"], abs=5e-3)
    jasa = oracle_folder / "data" / "jasa.csv"
    futime, died, ever = columns(jasa, "futime", "fustat", "transplant").T
    naive = fit_cox(ever[:, None], np.where(futime == 0, 0.5, futime), died)
    assert naive.coef[0] == pytest.approx(o["expected"]["naive_ever_transplant"], abs=0.02)
    assert naive.se[0] == pytest.approx(o["expected"]["naive_se"], abs=0.01)


def made_up(n: int, k: int, *, seed: int) -> tuple[FloatArray, FloatArray, Any, FloatArray]:
    """Customers with k columns, some seen late; times without ties."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k))
    life = rng.exponential(20 * np.exp(-0.4 * x[:, 0]))
    entry, censored = rng.uniform(0, 8, n), rng.uniform(8, 40, n)
    seen = life > entry
    stop = np.minimum(life, censored)[seen]
    return x[seen], stop, (life <= censored)[seen], entry[seen]


def test_late_entry_and_clusters_agree_with_statsmodels_and_lifelines() -> None:
    import pandas as pd
    from lifelines import CoxPHFitter
    from statsmodels.duration.hazard_regression import PHReg

    x, stop, event, entry = made_up(600, 3, seed=4)
    who = np.arange(len(x)) // 3
    fit = fit_cox(x, stop, event, entry, clusters=who)
    theirs = PHReg(stop, x, event.astype(int), entry=entry, ties="efron").fit(groups=who)
    assert fit.coef == pytest.approx(theirs.params, abs=1e-6)
    assert fit.se == pytest.approx(theirs.bse, rel=1e-6)  # lifelines' robust errors leave out entry
    data = pd.DataFrame(x, columns=list("abc")).assign(t=stop, d=event, entry=entry, who=who)
    early = fit_cox(x, stop, event, clusters=who)
    second = CoxPHFitter().fit(data.drop(columns="entry"), "t", "d", cluster_col="who")
    assert early.coef == pytest.approx(second.params_.to_numpy(), abs=1e-6)
    assert early.se == pytest.approx(second.standard_errors_.to_numpy(), rel=1e-5)
    plain = CoxPHFitter().fit(data.drop(columns="who"), "t", "d", entry_col="entry")
    model = np.sqrt(np.diag(fit.model_covariance))
    assert model == pytest.approx(plain.standard_errors_.to_numpy(), rel=1e-5)


def test_rows_split_in_two_change_nothing_when_clustered() -> None:
    x, stop, event, entry = made_up(300, 2, seed=5)
    middle = (entry + stop) / 2
    whole = fit_cox(x, stop, event, entry, clusters=np.arange(len(x)))
    halves = fit_cox(
        np.vstack((x, x)),
        np.concatenate((middle, stop)),
        np.concatenate((np.zeros_like(event), event)),
        np.concatenate((entry, middle)),
        clusters=np.tile(np.arange(len(x)), 2),
    )
    assert halves.coef == pytest.approx(whole.coef, abs=1e-9)
    assert halves.covariance == pytest.approx(whole.covariance, abs=1e-12)
    assert halves.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-7)


def test_a_hazard_ratio_carries_its_interval_and_its_gates() -> None:
    x, stop, event, entry = made_up(600, 3, seed=6)
    x = np.column_stack((x, x[:, 0] * 2, np.ones(len(x))))
    fit = fit_cox(x, stop, event, entry)
    assert fit.kept == (0, 1, 2)
    found = hazard_ratio(fit, 0)
    assert isinstance(found, Answer)
    assert found.low < np.exp(0.4) < found.high
    assert found.events == int(event.sum())
    twice = hazard_ratio(fit, 0, unit=2.0)
    assert isinstance(twice, Answer)
    assert twice.value == pytest.approx(found.value**2)
    assert hazard_ratio(fit, 3) == NoAnswer("collinear", {"column": 3})
    small = fit_cox(x[:40, :3], stop[:40], event[:40], entry[:40])
    refusal = hazard_ratio(small, 0)
    assert isinstance(refusal, NoAnswer)
    assert refusal.reason == "too_few_events"


def test_a_column_that_names_who_leaves_is_refused() -> None:
    _, stop, event, _ = made_up(300, 1, seed=7)
    fit = fit_cox(event.astype(float)[:, None], stop, event)
    assert not fit.converged
    refusal = hazard_ratio(fit, 0)
    assert isinstance(refusal, NoAnswer)
    assert refusal.reason == "separated"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": [0, 0, 0]}, "no events"),
        ({"entry": [0, 0, 3]}, "entry < duration"),
        ({"duration": [1, 2, np.nan]}, "finite"),
        ({"x": [[1.0], [np.nan], [0.0]]}, "finite"),
        ({"duration": [1, 2]}, "equally long"),
    ],
)
def test_bad_input_is_named(change: dict[str, Any], words: str) -> None:
    good = {"x": [[1.0], [2.0], [0.0]], "duration": [1, 2, 3], "event": [1, 0, 1]}
    with pytest.raises(ValueError, match=words):
        fit_cox(**(good | change))  # type: ignore[arg-type]


def test_nothing_varies() -> None:
    with pytest.raises(SingularDesignError):
        fit_cox([[1.0], [1.0]], [1, 2], [1, 1])


def test_concordance_counts_pairs_like_lifelines() -> None:
    from lifelines.utils import concordance_index

    rng = np.random.default_rng(8)
    for n in (3, 40, 1500):
        stop = rng.integers(1, 12, n).astype(float)
        event, score = rng.random(n) < 0.6, rng.integers(0, 6, n).astype(float)
        event[0], stop[0] = True, 0.5
        theirs = concordance_index(stop, -score, event)
        assert concordance(stop, event, score) == pytest.approx(theirs, abs=1e-12)
    nothing = concordance([1, 2], [0, 0], [1, 2])
    assert isinstance(nothing, NoAnswer)


def test_a_hundred_thousand_accounts_take_seconds() -> None:
    x, stop, event, entry = made_up(20_000, 20, seed=9)
    started = time.process_time()
    assert fit_cox(x, stop, event, entry, clusters=np.arange(len(x))).converged
    assert time.process_time() - started < 4.0
