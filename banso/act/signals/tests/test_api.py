from __future__ import annotations

from typing import Any

import pytest

from banso.act.signals.tests.builders import a_signal
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.rest.tests.callers import Caller
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_open_signals_with_reason_and_step(django_assert_num_queries: Any) -> None:
    owner = a_user(name="佐藤")
    accounts = [an_account(owner=owner) for _ in range(3)]
    with clock.held_at(TODAY):
        urgent = a_signal(accounts[0], priority=90)
        a_signal(accounts[1], snoozed_until=TODAY.replace(year=2030))
        a_signal(accounts[2], closed_at=clock.now(), holds=False)
        caller = Caller("signals:read", language="ja").used()
        with django_assert_num_queries(2):
            found = caller.get("/signals", sort="-priority")["items"]
        assert [item["account_id"] for item in found] == [accounts[0].pk, accounts[1].pk]
        assert "61" in found[0]["reason"] and found[0]["step"]
        assert found[0]["owner"]["name"] == "佐藤"
        assert len(caller.get("/signals", snoozed="false")["items"]) == 1
        assert caller.get("/signals", priority_min=80)["items"][0]["id"] == urgent.pk
        assert caller.get("/signals", kind="renewal_near")["items"] == []
    assert Caller("tasks:read").ask("GET", "/signals").status_code == 403
