from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from banso.prove.effects.rules import (
    OpenDecisions,
    judged,
    level_of_observation,
    planned_looks,
    reached_on,
    stratum_of,
    trial_of,
)


def opened(*rows: tuple[int, int, int, int]) -> OpenDecisions:
    account, began, until, due = (
        np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)
    )
    none = np.zeros(len(rows), dtype=np.bool_)
    return OpenDecisions(account, began, until, due, none, none, 10_000)


def test_everybody_counts_from_the_day_of_treatment() -> None:
    """1 is treated on day 50, 2 never, 3 on day 80; 4 left on day 40, 5 begins on day 60."""
    decisions = opened(
        (1, 0, 100, 100), (2, 0, 100, 100), (3, 0, 100, 100), (4, 0, 40, 100), (5, 60, 160, 160)
    )
    trial = trial_of(decisions, {1: 50, 3: 80}, seed=1)
    rows = sorted(
        (int(decisions.account[w]), int(t), bool(a))
        for w, t, a in zip(trial.which, trial.time_zero, trial.treated, strict=True)
    )
    assert rows == [
        (1, 50, True), (2, 50, False), (2, 80, False), (3, 50, False), (3, 80, True),
        (5, 80, False),
    ]  # fmt: skip
    assert trial.later == 1, "account 3 is compared on day 50 although it is treated on day 80"
    assert trial.unmatched == () and trial.drawn == 1.0


def test_the_next_decision_counts_and_who_has_none_is_named() -> None:
    decisions = opened((1, 0, 200, 200), (1, 0, 100, 300), (2, 0, 100, 100))
    trial = trial_of(decisions, {1: 50, 7: 50}, seed=1)
    ours = trial.which[trial.treated]
    assert decisions.due[ours].tolist() == [200]
    assert trial.unmatched == (7,)
    assert not len(trial_of(decisions, {}, seed=1).which)


def test_monthly_contracts_are_followed_for_three_months() -> None:
    """1 leaves in its third month, 2 in its fifth; of 3 only two months are known."""
    months = np.arange(5)
    account = np.repeat([1, 2, 3], [3, 5, 5])
    due = np.concatenate([30 * (months[:3] + 1), 30 * (months + 1), 30 * (months + 1) + 200])
    lost = np.isin(np.arange(13), [2, 7])
    decisions = OpenDecisions(
        account, due - 30, due, due, lost, np.ones(13, dtype=np.bool_), 260
    )  # fmt: skip
    which = decisions.open_on(5)
    outcome, by = decisions.outcome(which, np.full(2, 5))
    assert decisions.account[which].tolist() == [1, 2]
    assert outcome.tolist() == [True, False] and by.tolist() == [95, 95]
    assert not len(decisions.open_on(210)), "three months after day 210 are not known"


def test_a_large_pool_is_drawn_from_alike_each_time() -> None:
    many = 4000
    rows = [(i, 0, 100, 100) for i in range(many)]
    treated = {i: 10 + i % 20 for i in range(200)}
    first, again = (trial_of(opened(*rows), treated, seed=3) for _ in range(2))
    assert first.drawn < 1 and len(first.which) < 16_000
    assert first.which.tolist() == again.which.tolist()
    assert int(first.treated.sum()) == 200


def test_an_interval_around_nothing_is_not_the_absence_of_a_difference() -> None:
    assert judged(0.01, 0.09, 0.05, design_level="L3").verdict == "better"
    assert judged(-0.09, -0.01, 0.05, design_level="L3").level == "L3"
    assert (judged(-0.02, 0.03, 0.05, design_level="L3").verdict) == "none"
    wide = judged(-0.02, 0.08, 0.05, design_level="L4")
    assert (wide.verdict, wide.level) == ("unclear", "L0")
    assert [level_of_observation(p) for p in (True, False, None)] == ["L3", "L2", "L2"]


def test_the_day_on_which_enough_will_be_known() -> None:
    days = [date(2026, 9, 1), date(2026, 7, 1), date(2026, 8, 1)]
    assert reached_on(days, 48, 50) == date(2026, 8, 1)
    assert reached_on(days, 40, 50) is None
    assert reached_on(days, 50, 50) is None


def test_looks_come_with_equal_parts_of_the_decisions() -> None:
    today = date(2026, 6, 30)
    due = [today + timedelta(days=i) for i in range(100)]
    looks = planned_looks(due, today=today, grace=31)
    assert [round(look.information, 2) for look in looks] == [0.25, 0.5, 0.75, 1.0]
    assert looks[-1].on == due[-1] + timedelta(days=31)
    together = planned_looks([due[5]] * 80, today=today, grace=31)
    assert [look.information for look in together] == [1.0]
    assert planned_looks([], today=today, grace=31) == []


def test_strata_are_size_and_quarter() -> None:
    assert stratum_of(50, [10, 100], date(2026, 11, 3)) == "1/2026-Q4"
    assert stratum_of(None, [], None) == "?/?"
