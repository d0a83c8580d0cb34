from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.shared import clock
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_lists_and_one(django_assert_num_queries: Any) -> None:
    account = an_account()
    for n, end in enumerate((None, date(2026, 3, 31), date(2026, 6, 30), None)):
        Subscription.objects.create(
            account=account, external_id=f"S-{n}", start=date(2025, 4, 1), end=end, mrr_minor=100
        )
    caller = Caller("subscriptions:read")
    ends = [item["end"] for item in caller.get("/subscriptions", sort="-end")["items"]]
    assert ends == ["2026-06-30", "2026-03-31", None, None]
    found = caller.get("/subscriptions", end_from="2026-04-01", end_to="2026-12-31")["items"]
    assert caller.get(f"/subscriptions/{found[0]['id']}") == found[0]
    assert caller.get("/subscriptions", is_trial=True)["items"] == []
    with django_assert_num_queries(2):
        caller.get("/subscriptions", account_id=account.pk)
    caller.refused("/subscriptions/999999", 404)


def test_a_batch_moves_the_figures_of_the_customer() -> None:
    account = an_account(source="crm", external_id="C-1")
    term = {"external_id": "S-1", "account": "C-1", "start": "2026-01-01", "end": "2026-12-31"}
    items: list[Any] = [
        term | {"mrr": "1250.50", "currency": "USD"},
        {"external_id": "S-2", "account": "C-1"},
        {"external_id": "S-3", "account": "C-1", "start": "2026-02-01", "end": "2026-01-01"},
        {"external_id": "S-4", "account": "C-9", "start": "2026-02-01"},
        {"external_id": "S-5", "account": "C-1", "start": "2026-02-01", "outcome": "churned"},
        {"external_id": "S-6", "account": "C-1", "start": "2026-02-01", "currency": "XXX"},
        {"external_id": "S-7", "account": "C-1", "start": "2026-02-01", "mrr": "NaN"},
        {"external_id": "S-8", "account": "C-1", "start": None},
    ]
    caller = Caller("subscriptions:write", source="crm")
    with clock.held_at(date(2026, 3, 1)):
        answer = caller.post("/subscriptions/batch", {"items": items})
    assert {r["index"]: r["field"] for r in answer["refused"]} == {
        1: "start",
        2: "end",
        3: "account",
        4: "end",
        5: "currency",
        6: "mrr",
        7: "start",
    }
    account.refresh_from_db()
    assert (account.mrr_minor, account.currency) == (125_050, "USD")
    assert account.next_renewal_on == date(2026, 12, 31)


def test_what_the_database_refuses_does_not_spoil_the_others() -> None:
    an_account(source="crm", external_id="C-1")
    caller = Caller("subscriptions:write", source="crm")
    whole = {"account": "C-1", "start": "2026-01-01"}
    caller.post("/subscriptions/batch", {"items": [{"external_id": "S-1", **whole}]})
    items = [
        {"external_id": "S-1", "end": "2025-01-01"},
        {"external_id": "S-2", **whole},
        {"external_id": "S-3", **whole},
    ]
    answer = caller.post("/subscriptions/batch", {"items": items})
    assert answer["created"] == 2
    assert [item["index"] for item in answer["refused"]] == [0]
    assert Subscription.objects.get(external_id="S-1").end is None
