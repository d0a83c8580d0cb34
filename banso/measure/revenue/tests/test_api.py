from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.measure.revenue.tests.builders import TODAY, a_company, a_term
from banso.shared.clock import held_at
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_without_contracts_and_without_the_scope() -> None:
    assert Caller("revenue:read").get("/revenue/periods")["items"] == []
    assert Caller("revenue:read").get("/revenue/retention")["currency"] == ""
    assert Caller("evidence:read").ask("GET", "/revenue/periods").status_code == 403


def test_every_period_reconciles_to_the_last_unit() -> None:
    a_company(30, left=3)
    a_term(an_account(), date(2024, 5, 7), mrr_minor=777)
    with held_at(TODAY):
        caller = Caller("revenue:read")
        months = caller.get("/revenue/periods", limit=200)
        quarters = caller.get("/revenue/periods", limit=200, period="quarter")
    assert months["currency"] == "JPY"
    for page in (months, quarters):
        assert len(page["items"]) > 4
        before = None
        for item in page["items"]:
            moved = sum(Decimal(m["money"]["amount"]) for m in item["movements"])
            opening = Decimal(item["opening"]["amount"])
            assert opening + moved == Decimal(item["closing"]["amount"])
            assert before in (None, opening), "a period opens with what the one before closed with"
            before = Decimal(item["closing"]["amount"])
    last = months["items"][-1]
    assert (last["closing"]["amount"], last["customers"]) == ("297777", 28)


def test_pages_join_to_the_whole() -> None:
    a_company(12)
    with held_at(TODAY):
        caller = Caller("revenue:read")
        whole = caller.get("/revenue/periods", limit=200)["items"]
        found, cursor = [], ""
        while True:
            page = caller.get("/revenue/periods", limit=5, cursor=cursor)
            found += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                break
        wrong = caller.ask("GET", "/revenue/retention", {"cursor": "nonsense"})
    assert found == whole
    assert wrong.status_code == 422


def test_retention_carries_its_interval_and_n() -> None:
    a_company(30, left=3)
    with held_at(TODAY):
        items = Caller("revenue:read").get("/revenue/retention")["items"]
    last = items[-1]
    assert last["customers"] == 30
    assert last["lost"] == 3
    assert last["grr"]["value"] == pytest.approx(0.9)
    assert last["nrr"]["low"] < last["nrr"]["value"] < last["nrr"]["high"]


def test_few_customers_have_counts_and_no_rates_and_currencies_are_never_added() -> None:
    a_company(4, left=1)
    with held_at(TODAY):
        caller = Caller("revenue:read")
        last = caller.get("/revenue/retention")["items"][-1]
        assert (last["lost"], last["nrr"], last["logo_churn"]) == (1, None, None)
        wrong = caller.ask("GET", "/revenue/periods", {"currency": "USD"})
    assert wrong.status_code == 422
    assert b"choose one of JPY" in wrong.content
