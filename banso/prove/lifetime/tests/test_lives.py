from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from banso.measure.revenue.spans import spans_of
from banso.measure.revenue.tests.test_ledger import contracts, day
from banso.prove.engine.answer import Answer
from banso.prove.engine.survival import kaplan_meier, survival_at
from banso.prove.lifetime.lives import Lives, curve_start, lives_of


def lives(cut: str, *terms: dict[str, Any], months: int = 12) -> Lives:
    found = contracts(*terms)
    who = np.unique(found.account)
    kinds = (who, np.full(len(who), months))
    return lives_of(spans_of(found, day(cut)), kinds, day(cut))


def test_a_life_goes_over_its_renewals_and_ends_with_the_last() -> None:
    some = lives(
        "2026-03-31",
        {"account": 7, "start": "2023-04-01", "end": "2024-03-31", "outcome": "renewed"},
        {"account": 7, "start": "2024-04-01", "end": "2025-03-31", "outcome": "churned"},
        {"account": 8, "start": "2024-04-01", "end": "2025-03-31", "outcome": "renewed"},
        {"account": 8, "start": "2025-04-01", "end": "2026-06-30", "mrr": 300},
    )
    assert some.account.tolist() == [7, 8]
    assert some.left.tolist() == [True, False]
    assert some.days.tolist() == [730, 729]
    assert some.mrr.tolist() == [0, 300]
    made, before = some.terms(12)
    assert (made.tolist(), before.tolist()) == ([2, 2], [0, 0])
    renewals = some.renewals(12)
    assert (renewals.decided.tolist(), renewals.left.tolist()) == ([2, 2], [0, 1])


def test_who_returns_has_left_once() -> None:
    some = lives(
        "2026-03-31",
        {"start": "2023-04-01", "end": "2024-03-31", "outcome": "churned"},
        {"start": "2025-04-01", "end": "2026-12-31"},
    )
    assert some.left.tolist() == [True]
    assert some.days.tolist() == [365]


def test_parallel_contracts_are_one_life() -> None:
    some = lives(
        "2026-03-31",
        {"start": "2024-01-01", "end": "2024-12-31", "outcome": "churned"},
        {"start": "2024-06-01", "end": "2025-05-31", "outcome": "churned"},
    )
    assert some.days.tolist() == [day("2025-05-31") - day("2024-01-01")]


def test_an_undecided_renewal_is_not_counted_as_made() -> None:
    some = lives("2026-04-10", {"start": "2024-04-01", "end": "2026-03-31"})
    assert some.undecided.tolist() == [True]
    assert some.terms(12)[0].tolist() == [1]


def test_leaving_within_a_term_that_is_not_due_is_no_decision_yet() -> None:
    told = {"start": "2025-01-01", "end": "2026-02-28", "outcome": "churned"}
    soon, later = lives("2026-03-31", told), lives("2026-12-31", told)
    assert soon.left.tolist() == later.left.tolist() == [True]
    assert (soon.renewals(12).decided.tolist(), soon.renewals(12).left.sum()) == ([1], 0)
    assert (later.renewals(12).decided.tolist(), later.renewals(12).left.sum()) == ([1, 1], 1)


@pytest.mark.parametrize("first", ["2023-01-01", "2023-02-01", "2023-07-01", "2024-02-29"])
def test_monthly_terms_are_counted_by_the_calendar(first: str) -> None:
    for months in range(1, 19):
        start = np.datetime64(first, "M") + months
        end = int((start.astype("datetime64[D]").astype(int)) + int(first[-2:]) - 2)
        text = str(np.datetime64(end, "D"))
        gone = lives("2026-03-31", {"start": first, "end": text, "outcome": "churned"}, months=1)
        assert gone.terms(1)[0].tolist() == [months], (first, text)


def test_late_entry_and_who_was_never_seen() -> None:
    some = lives(
        "2026-03-31",
        {"account": 1, "start": "2020-01-01", "watched_from": "2025-01-01"},
        {"account": 2, "start": "2020-01-01", "end": "2024-06-30", "outcome": "churned",
         "watched_from": "2025-01-01"},
    )  # fmt: skip
    assert some.account.tolist() == [1]
    assert some.unseen == 1
    made, before = some.terms(12)
    assert (made.tolist(), before.tolist()) == ([6], [5])
    assert some.watched_terms(12, 1) == 1


def test_late_entry_gives_back_the_truth_that_ignoring_it_flatters() -> None:
    rng = np.random.default_rng(5)
    life, entry = rng.exponential(900, 6000), rng.uniform(0, 1200, 6000) * (rng.random(6000) < 0.8)
    seen = life > entry
    days, left = np.minimum(life, 1500)[seen], (life < 1500)[seen]
    given = curve_start(days, entry[seen])
    right = survival_at(kaplan_meier(days, left, entry[seen], given=given), 730)
    naive = survival_at(kaplan_meier(days, left), 730)
    assert isinstance(right, Answer)
    assert isinstance(naive, Answer)
    truth = float(np.exp(-730 / 900))
    assert right.value == pytest.approx(truth, abs=0.03)
    assert naive.value > truth + 0.1


def test_a_curve_starts_where_enough_were_watched() -> None:
    days, entry = np.full(50, 900.0), np.full(50, 400.0)
    assert 400 <= curve_start(days, entry) <= 407
    assert curve_start(days, np.zeros(50)) == 0
