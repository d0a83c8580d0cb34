from __future__ import annotations

from typing import Any

import pytest

from banso.act.visits.models import Finding
from banso.act.visits.tests.builders import DAY, a_visit
from banso.act.visits.writes import call_off, hold_visit
from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.tests.builders import a_wave
from banso.shared import clock
from banso.shared.rest.tests.callers import Caller
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_visits_by_state_customer_and_wave(django_assert_num_queries: Any) -> None:
    user, wave = a_user(role="manager", email="sato@example.jp"), a_wave()
    planned, held, off = (a_visit(an_account(), wave, user) for _ in range(3))
    planned.goers.set([user])
    hold_visit(by=user, visit=held, held_on=DAY, found="毎朝使っている", usage={})
    call_off(by=user, visit=off)
    caller = Caller("visits:read").used()

    def states(**query: Any) -> list[str]:
        return [item["state"] for item in caller.get("/visits", **query)["items"]]

    with django_assert_num_queries(3):
        assert states() == ["open", "held", "off"]
    assert states(state="held") == ["held"] and states(state="off") == ["off"]
    assert states(account_id=planned.account_id) == ["open"]
    assert states(wave_id=wave.pk + 1) == [] and len(states(wave_id=wave.pk)) == 3
    assert states(sort="-held_on")[0] == "held"
    one = caller.get(f"/visits/{planned.pk}")
    assert one["planned_on"] == DAY.isoformat() and one["reasons"] == ["detractor"]
    assert [goer["email"] for goer in one["goers"]] == ["sato@example.jp"]
    assert caller.get(f"/visits/{held.pk}")["found"] == "毎朝使っている"
    assert caller.ask("GET", "/visits/999999").status_code == 404


def test_pages_go_on_where_the_one_before_ended() -> None:
    user = a_user(role="manager")
    visits = [a_visit(an_account(), by=user).pk for _ in range(5)]
    caller, cursor, seen = Caller("visits:read"), "", []
    for _page in range(3):
        found = caller.get("/visits", limit=2, sort="planned_on", cursor=cursor)
        seen += [item["id"] for item in found["items"]]
        cursor = found["next_cursor"]
    assert seen == visits and cursor is None


def test_findings_tell_whose_they_are_and_what_became_of_them() -> None:
    user = a_user(role="manager", email="sato@example.jp")
    visit = a_visit(an_account(), by=user)
    for kind in ("request", "learning"):
        Finding.objects.create(
            account=visit.account, visit=visit, kind=kind, text=kind, owner=user,
            meaning="leaf", value="below", created_at=clock.now(),
        )  # fmt: skip
    caller = Caller("visits:read")
    found = caller.get("/findings", kind="request")["items"]
    assert [(one["text"], one["visit_id"], one["value"]) for one in found] == [
        ("request", visit.pk, "below")
    ]
    assert len(caller.get("/findings", owner="SATO@example.jp")["items"]) == 2
    assert caller.get("/findings", account_id=visit.account_id + 1)["items"] == []


def test_another_scope_does_not_open_visits() -> None:
    caller = Caller("tasks:read")
    for path in ("/visits", "/visits/1", "/findings"):
        assert caller.ask("GET", path).status_code == 403
    assert Caller("visits:read").ask("GET", "/visits?whose=me").status_code == 422
