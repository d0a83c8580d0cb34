"""Groups of rows that lie side by side: where they begin, their sums, and users among them."""

from __future__ import annotations

import random

import numpy as np

from banso.measure.metrics.neighbours import begins_of, by_user, sums_of


def test_a_group_begins_where_any_key_changes() -> None:
    one, other = np.array([1, 1, 1, 2, 2]), np.array([5, 5, 6, 6, 6])
    assert begins_of(one, other).tolist() == [0, 2, 3]
    assert begins_of(one[:0]).tolist() == []


def test_sums_are_right_where_all_rows_together_are_too_much() -> None:
    values = np.array([2**62, 2**62 - 1, 2**62, -(2**62), -(2**62), -5, 7], dtype=np.int64)
    assert sums_of(values, np.array([0, 1, 2, 3, 4, 5])).tolist() == [*values[:5].tolist(), 2]
    assert sums_of(np.array([3, 4], np.int32), np.array([0])).tolist() == [7]
    assert sums_of(values[:0], np.zeros(0, np.int64)).tolist() == []


def test_users_come_by_customer_and_number_whatever_their_first_bits() -> None:
    draw = random.Random(3)  # noqa: S311 - made-up data
    rows = [
        (draw.randrange(5), draw.choice([-(2**63), -1, 0, 1, 2, 2**62]), draw.randrange(3))
        for _ in range(400)
    ]
    place, user, week = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    order, begins = by_user(place, user, week)
    told = [rows[n] for n in order]
    assert [told[n] for n in begins] == sorted(set(rows))
    assert told == sorted(rows)
