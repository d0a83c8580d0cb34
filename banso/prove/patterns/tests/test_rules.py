from __future__ import annotations

from datetime import date

import pytest

from banso.prove.patterns.rules import Standing, holds, level_of, months_up_to, rank, spread_of


@pytest.mark.parametrize(
    ("standings", "level"),
    [
        ([], "experience"),
        ([Standing()], "open"),
        ([Standing("for", 1)], "L1"),
        ([Standing("for", 1), Standing()], "L1"),
        ([Standing("for", 1), Standing("for", 4)], "L4"),
        ([Standing("for", 1), Standing("against", 3)], "against"),
        ([Standing("against", 1), Standing("for", 3)], "L3"),
        ([Standing("for", 2), Standing("against", 2)], "against"),
    ],
)
def test_the_strictest_comparison_that_says_something_decides(
    standings: list[Standing], level: str
) -> None:
    assert level_of(standings) == level


def test_a_level_that_is_no_longer_borne_out_ranks_below_experience() -> None:
    order = ["against", "experience", "L1", "L2", "L3", "L4"]
    assert sorted(order, key=rank) == order
    assert rank("open") == rank("experience")


def test_words_are_found_in_any_width_and_order() -> None:
    assert holds("最初のＦＡＱを共有", "共有 faq")
    assert not holds("最初のFAQを共有", "更新")


def test_months_run_over_the_year() -> None:
    assert months_up_to(date(2026, 2, 3), 3) == [(2025, 12), (2026, 1), (2026, 2)]


def test_who_took_it_up_first_stands_first() -> None:
    uses = [(2, date(2026, 5, 1)), (1, date(2026, 6, 2)), (2, date(2026, 6, 3)),
            (1, date(2024, 1, 1))]  # fmt: skip
    found = spread_of(uses, date(2026, 6, 30))
    assert [(person, first, whole) for person, first, _counts, whole in found.rows] == [
        (1, date(2024, 1, 1), 2),
        (2, date(2026, 5, 1), 2),
    ]
    assert found.totals[-2:] == [1, 2]
    assert sum(found.totals) == 3  # one lies before the months that are shown
