from __future__ import annotations

from datetime import date

import numpy as np

from banso.prove.worth.rules import (
    Asked,
    highest_share,
    kept_within,
    months_after,
    next_decisions,
    reached,
)


def day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


def days(*texts: str) -> np.ndarray:
    return np.array([day(text) for text in texts], dtype=np.int64)


def test_a_term_is_decided_at_its_step_or_its_end() -> None:
    start = days("2025-01-15", "2025-01-15", "2026-06-01", "2025-07-01")
    end = days("9999-12-31", "2026-09-30", "2026-07-31", "2026-06-30")
    months = np.array([12, 12, 1, 12])
    goes_on = np.array([False, False, False, True])
    found = next_decisions(start, end, months, goes_on, day("2026-06-20"))
    told = [str(np.datetime64(int(d), "D")) for d in found]
    assert told == ["2027-01-15", "2026-09-30", "2026-07-01", "2027-06-30"]


def test_a_day_so_many_months_later() -> None:
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 1, 1), 24) == date(2028, 1, 1)


def test_the_highest_share_of_a_quarter_needs_twenty() -> None:
    decided = np.concatenate([np.full(25, day("2026-02-01")), np.full(10, day("2026-05-01"))])
    hit = np.concatenate([np.arange(25) < 10, np.ones(10, dtype=bool)])
    assert highest_share(hit, decided) == 0.4
    assert highest_share(hit[25:], decided[25:]) == 0.0


def test_a_step_is_reached_from_or_until_its_threshold() -> None:
    values = np.array([1.0, 2.0, 3.0])
    assert reached(values, Asked("m", 0.5, "at_least", 2.0)).tolist() == [0, 1, 1]
    assert reached(values, Asked("m", 0.5, "at_most", 2.0)).tolist() == [1, 1, 0]


def test_a_question_survives_being_kept() -> None:
    asked = Asked("m", 0.5, "at_least", 2.0, cost=5, renewal=0.9)
    assert Asked.of(asked.told()) == asked


def test_where_something_lies() -> None:
    assert [kept_within(v, 1, 2) for v in (0.5, 1, 2, 3)] == ["below", "within", "within", "above"]
