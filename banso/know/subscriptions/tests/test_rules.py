from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from banso.know.subscriptions.rules import DecisionRows, add_months, at_stake, decisions

CUT = date(2026, 6, 30)
SCHEMA = pa.schema(
    [
        ("subscription_id", pa.int64()),
        ("account_id", pa.int64()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("term_months", pa.int64()),
        ("is_trial", pa.bool_()),
        ("outcome", pa.string()),
        ("cancelled_on", pa.date32()),
        ("observed_from", pa.date32()),
        ("mrr_minor", pa.int64()),
    ]
)


def term(start: date, end: date | None = None, **given: Any) -> dict[str, Any]:
    return {
        "subscription_id": 1,
        "account_id": 1,
        "start": start,
        "end": end,
        "term_months": 12,
        "is_trial": False,
        "outcome": "",
        "cancelled_on": None,
        "observed_from": None,
        "mrr_minor": None,
    } | given


def decide(*terms: dict[str, Any], cut: date = CUT, landmark_days: int = 90) -> DecisionRows:
    numbered = [{**row, "subscription_id": i} for i, row in enumerate(terms, start=1)]
    return decisions(
        pa.Table.from_pylist(numbered, schema=SCHEMA), data_cut=cut, landmark_days=landmark_days
    )


def outcomes(made: DecisionRows) -> list[tuple[date, bool]]:
    return list(
        zip(
            made.table["decided_on"].to_pylist(), made.table["not_renewed"].to_pylist(), strict=True
        )
    )


def test_a_fixed_term_is_one_decision_at_its_end_with_the_outcome_given() -> None:
    made = decide(term(date(2025, 1, 1), date(2025, 12, 31), outcome="churned", mrr_minor=5000))
    row = made.table.to_pylist()[0]
    assert outcomes(made) == [(date(2025, 12, 31), True)]
    assert row["landmark"] == date(2025, 10, 2)
    assert row["tenure_days"] == (date(2025, 10, 2) - date(2025, 1, 1)).days
    assert (row["contract"], row["mrr_minor"]) == ("annual", 5000)


def test_a_term_that_ends_after_the_data_is_no_decision_though_notice_is_known() -> None:
    made = decide(
        term(date(2025, 9, 1), date(2026, 8, 31), outcome="churned", cancelled_on=date(2026, 5, 1))
    )
    assert made.table.num_rows == 0


def test_an_end_without_outcome_counts_as_renewed_when_the_account_goes_on() -> None:
    first = term(date(2024, 4, 1), date(2025, 3, 31))
    following = term(date(2025, 4, 25), date(2026, 9, 30), term_months=24)
    assert outcomes(decide(first, following)) == [(date(2025, 3, 31), False)]
    running = term(date(2024, 10, 1), None)
    assert (date(2025, 3, 31), False) in outcomes(decide(first, running))


@pytest.mark.parametrize(
    "other",
    [
        term(date(2025, 5, 2), date(2026, 9, 1)),
        term(date(2025, 4, 1), None, is_trial=True),
        term(date(2025, 4, 1), None, account_id=2),
    ],
    ids=["after the grace", "a trial", "another account"],
)
def test_an_end_without_outcome_and_without_a_following_term_is_not_renewed(
    other: dict[str, Any],
) -> None:
    assert (date(2025, 3, 31), True) in outcomes(
        decide(term(date(2024, 4, 1), date(2025, 3, 31)), other)
    )


def test_nobody_can_tell_before_the_grace_has_passed() -> None:
    first = term(date(2025, 6, 1), date(2026, 5, 31))
    made = decide(first, cut=date(2026, 6, 30))
    assert (made.table.num_rows, made.left_out["undecided"]) == (0, 1)
    assert outcomes(decide(first, cut=date(2026, 7, 1))) == [(date(2026, 5, 31), True)]


def test_a_rolling_term_was_renewed_at_every_step_up_to_the_data() -> None:
    made = decide(term(date(2026, 1, 31), term_months=1))
    assert outcomes(made) == [
        (day, False)
        for day in (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30))
    ]
    assert made.left_out["too_young"] == 1, "28 days of February are shorter than the landmark"
    assert set(made.table["contract"].to_pylist()) == {"monthly"}
    assert made.table["landmark"].to_pylist()[0] == date(2026, 3, 1)


def test_a_rolling_term_with_an_end_is_decided_at_its_steps_and_its_end_once_each() -> None:
    made = decide(term(date(2023, 1, 1), date(2025, 1, 2), outcome="churned"))
    assert outcomes(made) == [(date(2024, 1, 1), False), (date(2025, 1, 2), True)]


def test_an_end_inside_a_step_is_the_decision_of_that_step() -> None:
    ending = term(date(2026, 1, 1), date(2026, 4, 16), term_months=1, outcome="churned")
    made = decide(ending)
    assert outcomes(made) == [
        (date(2026, 2, 1), False),
        (date(2026, 3, 1), False),
        (date(2026, 4, 1), False),
        (date(2026, 5, 1), True),
    ]
    assert made.table["closed_on"].to_pylist()[-1] == date(2026, 4, 16)
    assert made.table["landmark"].to_pylist()[-1] == date(2026, 4, 1)


def test_who_ends_early_counts_when_those_who_stay_count_too() -> None:
    ending = term(date(2025, 8, 1), date(2026, 6, 10), outcome="churned")
    early = decide(ending, cut=date(2026, 7, 31))
    assert (early.table.num_rows, early.left_out["not_due"]) == (0, 1)
    made = decide(ending, cut=date(2026, 8, 1))
    assert outcomes(made) == [(date(2026, 8, 1), True)]
    assert made.table["landmark"].to_pylist() == [date(2026, 5, 3)]


def test_who_left_before_the_landmark_is_not_counted() -> None:
    made = decide(term(date(2024, 8, 1), date(2025, 2, 1), outcome="churned"))
    assert (made.table.num_rows, made.left_out["decided_before"]) == (0, 1)


def test_trials_are_no_renewals() -> None:
    made = decide(term(date(2025, 1, 1), date(2025, 1, 31), is_trial=True))
    assert (made.table.num_rows, made.left_out["trial"]) == (0, 1)


def test_decisions_before_we_watched_count_nowhere() -> None:
    made = decide(term(date(2020, 1, 1), observed_from=date(2024, 6, 1)))
    assert outcomes(made) == [(date(2025, 1, 1), False), (date(2026, 1, 1), False)]
    assert made.left_out["not_watched"] == 4
    assert made.table["tenure_days"].to_pylist()[0] > 4 * 365, "tenure counts from the true start"


def test_a_term_that_began_after_the_landmark_is_left_out() -> None:
    short = term(date(2026, 2, 1), date(2026, 4, 30), term_months=3, outcome="churned")
    made = decide(short)
    assert (made.table.num_rows, made.left_out["too_young"]) == (0, 1)
    assert decide(short, landmark_days=30).table.num_rows == 1


def test_notice_before_the_landmark_was_decided_before_we_looked() -> None:
    ending: dict[str, Any] = {
        "start": date(2025, 1, 1),
        "end": date(2025, 12, 31),
        "outcome": "churned",
    }
    made = decide(term(**ending, cancelled_on=date(2025, 8, 1)))
    assert (made.table.num_rows, made.left_out["decided_before"]) == (0, 1)
    assert decide(term(**ending, cancelled_on=date(2025, 11, 1))).table.num_rows == 1


@pytest.mark.parametrize("snapshot", [date(2020, 3, 31), date(2020, 3, 1), date(2021, 12, 31)])
@pytest.mark.parametrize("term_months", [1, 12, 24])
def test_a_snapshot_of_who_left_in_the_last_month_is_one_decision_per_customer(
    snapshot: date, term_months: int
) -> None:
    end = (snapshot - date(1970, 1, 1)).days

    def back(months: int) -> date:
        day = add_months(np.array([end]), np.array([-months]))[0]
        return date(1970, 1, 1) + timedelta(days=int(day))

    customers = [
        term(
            back(tenure),
            snapshot,
            account_id=tenure,
            term_months=term_months,
            observed_from=back(1),
            outcome="churned" if tenure % 3 == 0 else "renewed",
        )
        for tenure in range(1, 73)
    ]
    made = decide(*customers, cut=snapshot)
    assert made.table.num_rows + made.left_out["too_young"] == 72
    assert made.left_out["too_young"] <= 1
    assert sum(made.table["not_renewed"].to_pylist()) == 24
    assert set(made.table["decided_on"].to_pylist()) == {snapshot}


def test_no_terms_make_no_decisions() -> None:
    assert decide().table.num_rows == 0


def test_a_hundred_thousand_monthly_terms_take_seconds() -> None:
    count = 100_000
    start = pa.array(np.full(count, 20_000, dtype=np.int32)).cast(pa.date32())
    many = pa.table(
        {
            "subscription_id": np.arange(count),
            "account_id": np.arange(count),
            "start": start,
            "end": pa.nulls(count, pa.date32()),
            "term_months": np.ones(count, dtype=np.int64),
            "is_trial": np.zeros(count, dtype=bool),
            "outcome": pa.array([""] * count),
            "cancelled_on": pa.nulls(count, pa.date32()),
            "observed_from": pa.nulls(count, pa.date32()),
            "mrr_minor": pa.nulls(count, pa.int64()),
        }
    )
    began = time.perf_counter()
    made = decisions(many, data_cut=date(2025, 10, 31))
    assert made.table.num_rows == 12 * count
    assert time.perf_counter() - began < 10


def test_a_decision_is_open_from_its_step_until_the_end_or_the_notice() -> None:
    left = date(2025, 8, 1)
    rows = [
        term(date(2024, 1, 1), date(2025, 12, 31), account_id=1, outcome="renewed"),
        term(
            date(2025, 1, 1), date(2025, 12, 31), account_id=2, outcome="churned",
            cancelled_on=left,
        ),
        term(date(2026, 1, 1), date(2026, 12, 31), account_id=3),
    ]  # fmt: skip
    numbered = [{**row, "subscription_id": i} for i, row in enumerate(rows, start=1)]
    made = at_stake(pa.Table.from_pylist(numbered, schema=SCHEMA), data_cut=CUT).to_pylist()
    assert [(r["account_id"], r["decided_on"], r["not_renewed"]) for r in made] == [
        (1, date(2025, 1, 1), False),
        (1, date(2025, 12, 31), False),
        (2, date(2025, 12, 31), True),
    ], "who is not due yet has not decided"
    assert [(r["began"], r["until"]) for r in made] == [
        (date(2024, 1, 1), date(2025, 1, 1)),
        (date(2024, 12, 31), date(2025, 12, 31)),
        (date(2025, 1, 1), left),
    ], "notice long before the usual landmark still counts"
