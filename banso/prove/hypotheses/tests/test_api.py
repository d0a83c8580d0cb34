from __future__ import annotations

import pytest

from banso.prove.hypotheses.models import Check, LedgerEntry
from banso.prove.hypotheses.tests.builders import TODAY, an_hypothesis, check_on, companies
from banso.prove.hypotheses.writes import retire
from banso.shared import clock
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_a_hypothesis_comes_with_its_level_and_history() -> None:
    companies(800)
    hypothesis = an_hypothesis()
    check_on()
    with clock.held_at(TODAY):
        caller = Caller("evidence:read")
        [item] = caller.get("/hypotheses")["items"]
        assert caller.get(f"/hypotheses/{hypothesis.pk}") == item
        checks = caller.get(f"/hypotheses/{hypothesis.pk}/checks")["items"]
    assert (item["level"], item["metric"], item["outcome"]) == ("associated", "real", "renewal")
    assert item["ledger_entry"] == 1
    assert item["digest"] == LedgerEntry.objects.get(number=1).digest
    assert "An association" in item["sentence"] or "association" in item["sentence"]
    [check] = checks
    assert (check["level_before"], check["level_after"]) == ("candidate", "associated")
    new, known = check["new"], check["known"]
    assert 1 < new["low"] < new["odds_ratio"] < new["high"]
    assert known["decisions"] == 800 > new["decisions"] > 0
    assert check["digest"] == Check.objects.get().entry.digest


def test_what_cannot_be_judged_has_counts_and_no_direction() -> None:
    companies(20)
    hypothesis = an_hypothesis()
    check_on()
    [check] = Caller("evidence:read").get(f"/hypotheses/{hypothesis.pk}/checks")["items"]
    assert check["result"] == "waiting" and check["new"] is None
    assert check["known"] is None or check["known"]["odds_ratio"] is None
    assert check["expected_by"]


def test_lists_by_level_in_pages_and_who_may_read() -> None:
    made = [an_hypothesis(key=key) for key in ("real", "noise_1", "noise_2")]
    retire(by=made[0].owner, hypothesis=made[0], because="gone")
    caller = Caller("evidence:read")
    first = caller.get("/hypotheses", limit=2)
    rest = caller.get("/hypotheses", limit=2, cursor=first["next_cursor"])
    assert [i["id"] for i in first["items"] + rest["items"]] == [h.pk for h in made]
    retired = caller.get("/hypotheses", level="retired")["items"]
    assert [(i["id"], i["next_check_on"]) for i in retired] == [(made[0].pk, None)]
    assert caller.get("/hypotheses", outcome="expansion")["items"] == []
    assert Caller("metrics:read").ask("GET", "/hypotheses").status_code == 403
    assert caller.ask("GET", "/hypotheses/999999").status_code == 404
    assert caller.ask("GET", "/hypotheses?sort=fame").status_code == 422
