from __future__ import annotations

from datetime import date

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.imports.meaning.rows import months_between
from banso.listen.imports.tests.builders import imported

D = date


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (D(2024, 4, 1), D(2025, 3, 31), 12),
        (D(2024, 4, 1), D(2025, 4, 1), 12),
        (D(2024, 1, 31), D(2024, 2, 29), 1),
        (D(2023, 4, 1), D(2025, 3, 31), 24),
        (D(2024, 4, 1), D(2024, 9, 30), 6),
        (D(2024, 4, 1), D(2024, 5, 17), None),
        (D(2024, 4, 1), D(2024, 4, 8), None),
    ],
)
def test_a_term_is_as_long_as_its_whole_months(start: date, end: date, months: int | None) -> None:
    assert months_between(start, end) == months


@pytest.mark.django_db
def test_a_file_without_terms_takes_them_from_start_and_end() -> None:
    """Taken for yearly, a two-year contract would count as renewed half-way."""
    an_account(external_id="A")
    imported(
        "subscription_id,account_id,start_date,end_date,churn_flag\n"
        "S2,A,2022-04-01,2024-03-31,FALSE\n"
        "S6,A,2024-04-01,2024-09-30,FALSE\n"
        "SX,A,2024-04-01,2024-07-31,TRUE\n",
        kind="subscriptions",
    )
    terms = dict(Subscription.objects.values_list("external_id", "term_months"))
    assert terms == {"S2": 24, "S6": 6, "SX": 12}, "an early end says nothing about the term"
