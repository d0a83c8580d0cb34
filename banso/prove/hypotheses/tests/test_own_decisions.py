from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.prove.hypotheses import own_decisions
from banso.prove.hypotheses.models import OwnOutcome
from banso.prove.hypotheses.outcomes import known_outcomes
from banso.prove.hypotheses.own import counts_as_come, quarter_ends
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_quarters_that_lie_wholly_between_two_days() -> None:
    assert quarter_ends(date(2025, 2, 10), date(2025, 12, 30)) == [
        date(2025, 6, 30), date(2025, 9, 30),
    ]  # fmt: skip
    assert quarter_ends(date(2025, 10, 1), date(2025, 12, 31)) == [date(2025, 12, 31)]
    assert quarter_ends(date(2025, 5, 1), date(2025, 5, 2)) == []


@pytest.mark.parametrize(
    ("value", "number", "counts", "expected"),
    [
        ("yes", False, "yes", True), (" Yes ", False, "yes", True), ("no", False, "yes", False),
        ("", False, "yes", None), ("8", True, "8", True), ("7.5", True, "8", False),
        ("many", True, "8", None), ("nan", True, "8", False),
    ],
)  # fmt: skip
def test_what_counts(value: str, number: bool, counts: str, expected: bool | None) -> None:
    assert counts_as_come(value, number=number, counts=counts) is expected


def test_a_metric_at_the_end_of_each_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two customers, one of which left in May; the metric rises over time."""
    stays, leaves = an_account(), an_account()
    for account, end in ((stays, None), (leaves, date(2025, 5, 10))):
        Subscription.objects.create(
            account=account, external_id=f"s{account.pk}", start=date(2024, 1, 1), end=end
        )
    seen: dict[str, Any] = {}

    def values(definitions: Any, rows: Any, *, as_of: Any) -> Any:
        seen["as_of"] = as_of.tolist()
        number = (as_of - as_of.min()) / 90.0
        return {definitions[0].key: (number, np.zeros(len(as_of), dtype=bool))}

    monkeypatch.setattr(own_decisions, "raw_values", values)
    monkeypatch.setattr(
        own_decisions, "tracked_days", lambda: (date(2024, 6, 15), date(2025, 10, 20))
    )
    own = OwnOutcome.objects.create(
        name="定着", aim="success", origin="metric", compare="at_least", counts="1.5",
        params={"metric": "use", "version": 1, "shape": "count", "params": {}},
        by=a_user(), created_at=clock.now(),
    )  # fmt: skip
    outcome = known_outcomes()[own.key]
    assert outcome.known_until(date(2026, 1, 1)) == date(2025, 10, 20)
    rows = outcome.decisions(date(2025, 10, 20), 90)
    found = list(
        zip(rows["account_id"].to_pylist(), rows["decided_on"].to_pylist(),
            rows["not_renewed"].to_pylist(), strict=True)
    )  # fmt: skip
    assert found == [
        (stays.pk, date(2024, 9, 30), True), (leaves.pk, date(2024, 9, 30), True),
        (stays.pk, date(2024, 12, 31), True), (leaves.pk, date(2024, 12, 31), True),
        (stays.pk, date(2025, 3, 31), False), (leaves.pk, date(2025, 3, 31), False),
        (stays.pk, date(2025, 6, 30), False), (stays.pk, date(2025, 9, 30), False),
    ]  # fmt: skip
    assert rows["row_id"].to_pylist() == list(range(8))
    assert seen["as_of"][0] == (date(2024, 10, 1) - date(1970, 1, 1)).days
    assert rows["landmark"][0].as_py() == date(2024, 9, 30) - timedelta(days=90)
    assert set(rows["contract"].to_pylist()) == {"annual"}
