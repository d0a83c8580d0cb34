from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.competing import cumulative_incidence, days_until, incidence_at
from banso.prove.engine.survival import kaplan_meier

Oracle = Callable[[str], dict[str, Any]]


def test_the_funnel_worked_by_hand(oracle: Oracle) -> None:
    o = oracle("funnel_competing_risk")
    time, event = np.array(o["inputs"]["time"]), np.array(o["inputs"]["event"])
    for kind, name in ((1, "cif_reached"), (2, "cif_churn")):
        curve = cumulative_incidence(time, event, kind)
        steps = np.searchsorted(curve.time, o["expected"]["times"], side="right") - 1
        assert curve.share[steps] == pytest.approx(o["expected"][name], abs=1e-9)
    assert (event == 1).mean() == pytest.approx(o["expected"]["naive_conversion"])
    censored = kaplan_meier(time, event == 1)
    assert 1 - censored.survival[-1] == pytest.approx(o["expected"]["wrong_one_minus_km"])


def test_the_curve_and_its_error_agree_with_lifelines() -> None:
    from lifelines import AalenJohansenFitter

    rng = np.random.default_rng(2)
    time, event = rng.exponential(10, 300), rng.integers(0, 3, 300)
    theirs = AalenJohansenFitter(calculate_variance=True).fit(time, event, event_of_interest=1)
    curve = cumulative_incidence(time, event, 1)
    expected = theirs.cumulative_density_.iloc[:, 0]
    assert curve.share == pytest.approx(expected.loc[curve.time].to_numpy(), abs=1e-9)
    variance = theirs.variance_.loc[curve.time].to_numpy().ravel()
    assert curve.se[:-1] ** 2 == pytest.approx(variance[:-1], rel=1e-6)


def test_without_competition_it_is_one_minus_kaplan_meier() -> None:
    rng = np.random.default_rng(3)
    time, entry = rng.exponential(20, 400), rng.uniform(0, 10, 400)
    seen = time > entry
    stop, event = np.minimum(time, 40)[seen], (time < 40)[seen]
    curve = cumulative_incidence(stop, event, 1, entry[seen])
    plain = kaplan_meier(stop, event, entry[seen])
    assert curve.share == pytest.approx(1 - plain.survival, abs=1e-9)
    some = plain.survival > 0
    assert curve.se[some] == pytest.approx(plain.se[some], abs=1e-9)


def test_the_interval_covers() -> None:
    rng = np.random.default_rng(4)
    truth = 0.6 * (1 - np.exp(-1.0))
    covered = 0
    for _ in range(400):
        life, kind = rng.exponential(10, 120), np.where(rng.random(120) < 0.6, 1, 2)
        censored = rng.uniform(5, 30, 120)
        event = np.where(life < censored, kind, 0)
        found = incidence_at(cumulative_incidence(np.minimum(life, censored), event, 1), 10)
        assert isinstance(found, Answer)
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_when_half_have_reached_it() -> None:
    time, event = np.arange(1.0, 41.0), np.ones(40)
    curve = cumulative_incidence(time, event, 1)
    assert days_until(curve) == 20
    late = cumulative_incidence(time, np.where(time > 20, 2, event), 1)
    refusal = days_until(late, 0.6)
    assert isinstance(refusal, NoAnswer)
    assert refusal.needs["share"] == pytest.approx(0.5)


def test_no_answer_where_nothing_was_seen() -> None:
    time, event = np.arange(1.0, 21.0), np.where(np.arange(20) < 5, 2, 1)
    curve = cumulative_incidence(time, event, 1)
    for day, reason in ((3, "no_events"), (30, "beyond_follow_up"), (19, "too_few_at_risk")):
        refusal = incidence_at(curve, day)
        assert isinstance(refusal, NoAnswer)
        assert refusal.reason == reason


def test_nobody_left_yet() -> None:
    curve = cumulative_incidence([1.0, 2.0], [0, 0], 1)
    assert curve.waiting == 2
    assert isinstance(incidence_at(curve, 1.0), NoAnswer)
    assert isinstance(days_until(curve), NoAnswer)
