from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.survival import kaplan_meier, survival_at

# Freireich et al. 1963, 6-MP arm: weeks of remission, 1 = relapse.
WEEKS = [10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10]
RELAPSE = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0]


def test_the_6mp_arm_as_printed() -> None:
    curve = kaplan_meier(WEEKS, RELAPSE)
    assert list(curve.time) == [6, 7, 10, 13, 16, 22, 23]
    assert list(curve.at_risk) == [21, 17, 15, 12, 11, 7, 6]
    printed = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve.survival == pytest.approx(printed, abs=6e-4)
    errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert curve.se == pytest.approx(errors, abs=6e-5)


def test_log_log_limits_agree_with_lifelines() -> None:
    from lifelines import KaplanMeierFitter

    theirs = KaplanMeierFitter().fit(WEEKS, RELAPSE)
    limits = theirs.confidence_interval_survival_function_
    curve = kaplan_meier(WEEKS, RELAPSE)
    assert curve.low == pytest.approx(limits.loc[curve.time].iloc[:, 0].to_numpy(), abs=1e-9)
    assert curve.high == pytest.approx(limits.loc[curve.time].iloc[:, 1].to_numpy(), abs=1e-9)


def test_late_entry_agrees_with_lifelines_and_leaves_out_the_unseen_time() -> None:
    from lifelines import KaplanMeierFitter

    rng = np.random.default_rng(2)
    life, entry = rng.exponential(20, 400), rng.uniform(0, 15, 400)
    seen = life > entry
    life, entry = life[seen], entry[seen]
    event = life < 30
    theirs = KaplanMeierFitter().fit(np.minimum(life, 30), event, entry=entry)
    curve = kaplan_meier(np.minimum(life, 30), event, entry)
    expected = theirs.survival_function_at_times(curve.time).to_numpy()
    assert curve.survival == pytest.approx(expected, abs=1e-9)
    later = kaplan_meier(np.minimum(life, 30), event, entry, given=5.0)
    assert later.survival[0] > curve.survival[curve.time > 5][0]


def test_telco_retention(oracle: Callable[[str], dict[str, Any]], oracle_folder: Path) -> None:
    o = oracle("telco_churn")
    with (oracle_folder / o["inputs"]["file"]).open() as file:
        data = list(csv.DictReader(file))
    tenure = [float(row["tenure"]) for row in data]
    churned = [row["Churn"] == "Yes" for row in data]
    curve = kaplan_meier(np.maximum(tenure, 0.0), churned)
    for month in (12, 24, 60):
        found = survival_at(curve, month)
        assert isinstance(found, Answer)
        assert found.value == pytest.approx(o["expected"][f"km{month}"], abs=1e-9)


def test_no_answer_where_nothing_was_seen() -> None:
    curve = kaplan_meier(WEEKS, RELAPSE)
    assert isinstance(survival_at(curve, 20), Answer)
    for time, reason in ((40, "beyond_follow_up"), (23, "too_few_at_risk"), (3, "no_events")):
        refusal = survival_at(curve, time)
        assert isinstance(refusal, NoAnswer)
        assert refusal.reason == reason


def test_rows_that_were_never_at_risk_are_refused() -> None:
    with pytest.raises(ValueError, match="entry"):
        kaplan_meier([5.0], [1], [5.0])
