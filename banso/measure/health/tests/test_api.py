from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import a_model, a_score
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db
PARTS = {
    "usage_28d": {"w": 30, "v": 12.0, "p": 60.0},
    "contact_days": {"w": 20, "m": "no_value"},
}


def test_scores_with_what_they_are_made_of(django_assert_num_queries: Any) -> None:
    model = a_model()
    accounts = [an_account() for _ in range(4)]
    for account, score in zip(accounts, (60, 20, None, 90), strict=True):
        a_score(account, model, as_of=date(2026, 6, 15), score=score, parts=PARTS)
    caller = Caller("health:read", language="ja").used()
    with django_assert_num_queries(4):
        found = caller.get("/health-scores", sort="-score")["items"]
    assert [item["score"] for item in found] == [90, 60, 20, None]
    part = found[0]["parts"][1]
    assert part["value"] is None and "まだ" in part["missing"]
    assert (found[0]["known"], found[0]["expected"]) == (1, 2)
    assert len(caller.get("/health-scores", score_max=50)["items"]) == 1
    assert len(caller.get("/health-scores", account_id=accounts[0].pk)["items"]) == 1


def test_one_customer_with_history() -> None:
    account, model = an_account(), a_model()
    a_score(account, model, as_of=date(2026, 5, 1), score=40, parts=PARTS, is_current=False)
    a_score(account, model, as_of=date(2026, 6, 1), score=60, parts=PARTS)
    found = Caller("health:read").get(f"/accounts/{account.pk}/health")
    assert found["present"]["score"] == 60
    assert [(p["as_of"], p["score"]) for p in found["history"]] == [
        ("2026-05-01", 40),
        ("2026-06-01", 60),
    ]
    bare = Caller("health:read").get(f"/accounts/{an_account().pk}/health")
    assert bare["present"] is None and bare["history"] == []
    assert Caller("accounts:read").ask("GET", "/health-scores").status_code == 403
