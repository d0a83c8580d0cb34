from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from banso.prove.engine.findings import Settings
from banso.prove.hypotheses.rules import (
    THIRDS_APART,
    Basis,
    Direction,
    Level,
    Result,
    claimed_log_odds,
    drift,
    judged,
    moved,
    next_check,
    next_quarter,
    planned,
    reached,
)

TODAY = date(2026, 6, 30)
KEPT = Settings()


def test_points_become_log_odds_between_the_groups() -> None:
    # 85 % against 95 %: ln(95/5) - ln(85/15)
    between = math.log(0.95 / 0.05) - math.log(0.85 / 0.15)
    assert claimed_log_odds(0.10, 0.10, share_yes=0.5) == pytest.approx(between / 2)
    assert claimed_log_odds(0.10, 0.10, share_yes=None) == pytest.approx(between / THIRDS_APART)


def test_thirds_of_a_normal_metric_lie_so_far_apart() -> None:
    values = np.sort(np.random.default_rng(1).normal(size=300_000))
    apart = values[-100_000:].mean() - values[:100_000].mean()
    assert apart == pytest.approx(THIRDS_APART, abs=0.01)


@pytest.mark.parametrize("points", [0.01, 0.3, 0.6])
@pytest.mark.parametrize("rate", [0.001, 0.5, 0.999])
def test_a_difference_that_hardly_fits_still_has_a_size(points: float, rate: float) -> None:
    assert 0 < claimed_log_odds(points, rate, share_yes=None) < 10


def basis(rows: int, events: int, per_month: float | None = 20.0) -> Basis:
    return Basis(rows, events, events, rows - events, per_month, rows, events)


def plan(of: Basis, claimed: float = 0.8, together: int = 1) -> tuple[str, date | None]:
    made = planned(of, claimed=claimed, tested_together=together, today=TODAY, settings=KEPT)
    return made.reason, made.expected_by


def test_twenty_customers_wait_years_and_get_a_date() -> None:
    reason, day = plan(basis(3, 0, per_month=20 / 12))
    assert reason == "too_few_events"
    assert day is not None
    assert date(2035, 1, 1) < day < date(2055, 1, 1)


def test_a_small_difference_needs_more_than_the_gate() -> None:
    assert plan(basis(200, 25)) == ("", None)
    reason, day = plan(basis(200, 25), claimed=0.2)
    assert reason == "too_few_for_difference"
    assert day is not None and day > TODAY


def test_more_hypotheses_together_need_more() -> None:
    assert plan(basis(150, 20), claimed=0.7)[0] == ""
    assert plan(basis(150, 20), claimed=0.7, together=30)[0] == "too_few_for_difference"


def test_without_any_decision_ahead_there_is_no_date() -> None:
    assert plan(basis(0, 0, per_month=None)) == ("too_few_events", None)


@pytest.mark.parametrize(
    ("log_odds", "half", "q", "direction", "expected"),
    [
        (-0.9, 0.4, 0.01, "more", "found"),
        (-0.9, 0.4, 0.01, "less", "contrary"),
        (0.9, 0.4, 0.01, "less", "found"),
        (-0.3, 0.2, 0.01, "more", "contrary"),  # surely smaller than what is of interest
        (-0.4, 0.6, 0.2, "more", "undecided"),
        (0.1, 0.9, 0.8, "more", "undecided"),
    ],
)
def test_what_an_estimate_says_of_the_claim(
    log_odds: float, half: float, q: float, direction: Direction, expected: Result
) -> None:
    low, high = log_odds - half, log_odds + half
    said = judged(
        log_odds=log_odds, low=low, high=high, q=q, claimed=0.6, direction=direction, settings=KEPT
    )
    assert said == expected


@pytest.mark.parametrize(
    ("level", "contrary", "result", "expected"),
    [
        ("candidate", 0, "found", ("associated", 0)),
        ("associated", 1, "found", ("replicated", 0)),
        ("replicated", 0, "found", ("replicated", 0)),
        ("replicated", 0, "contrary", ("associated", 1)),
        ("candidate", 0, "contrary", ("candidate", 1)),
        ("associated", 1, "contrary", ("retired", 2)),
        ("replicated", 1, "undecided", ("replicated", 1)),
        ("replicated", 0, "leak", ("retired", 0)),
    ],
)
def test_levels_move_up_and_down(
    level: Level, contrary: int, result: Result, expected: tuple[Level, int]
) -> None:
    assert moved(level, contrary, result) == expected


def test_drift_is_the_z_test_of_two_periods() -> None:
    before = {"log_odds": -1.0, "se": 0.3, "sd": 1.0, "transform": None}
    now = {"log_odds": -0.2, "se": 0.4, "sd": 1.0, "transform": None}
    found = drift(before, now)
    assert found is not None
    assert found["z"] == pytest.approx(1.6)
    assert found["p"] == pytest.approx(0.1096, abs=1e-4)
    assert drift(before, now | {"transform": "log1p"}) is None


def test_who_has_not_got_there_yet_counts_once_the_time_is_over() -> None:
    values = np.array([10.0, 45.0, 20.0, 60.0, np.nan])
    censored = np.array([False, False, True, True, False])
    found = reached(values, censored, compare="at_most", threshold=30)
    np.testing.assert_array_equal(found, [1, 0, np.nan, 0, np.nan])


def test_checks_fall_on_the_planned_days() -> None:
    assert next_quarter(date(2026, 11, 22)) == date(2027, 1, 1)
    assert next_quarter(date(2026, 1, 1)) == date(2026, 4, 1)
    due = date(2026, 1, 31)
    assert next_check(due, every_months=1, today=due) == date(2026, 2, 28)
    late = next_check(due, every_months=3, today=due + timedelta(days=400))
    assert late == date(2027, 4, 30)


def test_after_a_look_the_next_one_has_a_date() -> None:
    reason, day = plan(basis(240, 30).used_up())
    assert reason == "too_few_events"
    assert day is not None
    # 20 without the outcome, at 20 decisions a month with 12 to 13 % of them: about 8 months
    assert TODAY + timedelta(days=7 * 30) < day < TODAY + timedelta(days=11 * 30)


def test_looking_again_and_again_at_noise_hardly_ever_replicates_it() -> None:
    random = np.random.default_rng(8)
    replicated = found = looks = 0
    for _ in range(3000):
        level: Level = "candidate"
        contrary = 0
        for _ in range(6):  # six looks at a true difference of 0
            b, se = random.normal(0, 0.3), 0.3
            p = math.erfc(abs(b / se) / math.sqrt(2))
            said = judged(
                log_odds=b, low=b - 1.96 * se, high=b + 1.96 * se, q=p, claimed=0.75,
                direction="more", settings=KEPT,
            )  # fmt: skip
            looks += 1
            found += said == "found"
            level, contrary = moved(level, contrary, said)
            if level == "replicated":
                replicated += 1
            if level in ("replicated", "retired"):
                break
    assert found / looks < 0.06, "q 0.10, one direction of two"
    assert replicated / 3000 < 0.02
