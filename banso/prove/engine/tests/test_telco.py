"""What the public file of a telephone company says of the engine's survival and prediction."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer
from banso.prove.engine.calibration import auc, brier
from banso.prove.engine.logrank import LogRank, log_rank
from banso.prove.engine.regression import FloatArray, fit_logistic

NUMBERS = ("SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges")
NO_FACTORS = ("customerID", "Churn")
FOLDS = 5


@pytest.fixture(scope="module")
def told(oracle: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return oracle("telco_churn")


@pytest.fixture(scope="module")
def rows(told: dict[str, Any], oracle_folder: Path) -> list[dict[str, str]]:
    with (oracle_folder / told["inputs"]["file"]).open() as file:
        return list(csv.DictReader(file))


def _columns(rows: list[dict[str, str]]) -> FloatArray:
    """Intercept, numbers as they are (blank: nothing paid yet), 0/1 for each other level."""
    made = [np.ones(len(rows))]
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        if name in NUMBERS:
            made.append(np.where(np.char.strip(values) == "", "0", values).astype(np.float64))
        elif name not in NO_FACTORS:
            made += [(values == level).astype(np.float64) for level in np.unique(values)[1:]]
    return np.column_stack(made)


def test_contracts_differ_in_how_long_customers_stay(
    told: dict[str, Any], rows: list[dict[str, str]]
) -> None:
    stop = np.array([float(row["tenure"]) for row in rows])
    churned = np.array([row["Churn"] == "Yes" for row in rows])
    found = log_rank(stop, churned, np.array([row["Contract"] for row in rows]))
    assert isinstance(found, LogRank)
    within = told["tolerance"]["logrank_contract"]
    assert found.chi2 == pytest.approx(told["expected"]["logrank_contract"], abs=within)
    assert found.df == 2


def test_who_churns_is_foretold_as_well_as_elsewhere(
    told: dict[str, Any], rows: list[dict[str, str]]
) -> None:
    """Each fifth by a logistic regression of the other four."""
    x, y = _columns(rows), np.array([row["Churn"] == "Yes" for row in rows])
    fold = np.random.default_rng(0).permutation(np.arange(len(y)) % FOLDS)
    chance = np.zeros(len(y))
    for one in range(FOLDS):
        out = fold == one
        fit = fit_logistic(x[~out], y[~out].astype(np.float64))
        chance[out] = 1 / (1 + np.exp(-x[out][:, list(fit.kept)] @ fit.coef))
    area, expected, within = auc(chance, y), told["expected"], told["tolerance"]
    assert isinstance(area, Answer)
    assert area.value == pytest.approx(expected["cv_auc"], abs=within["cv_auc"])
    assert brier(chance, y) == pytest.approx(expected["cv_brier"], abs=within["cv_brier"])
