from __future__ import annotations

import pytest

from banso.prove.effects.tests.builders import TODAY, a_measure, companies
from banso.prove.effects.writes import begin_measure, remove_measure
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_an_effect_comes_with_interval_level_and_sentence() -> None:
    measure = a_measure(companies(900))
    draft = a_measure(name="draft")
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
    caller = Caller("evidence:read")
    items = caller.get("/effects")["items"]
    assert [item["id"] for item in items] == [measure.pk, draft.pk]
    assert items[1]["answer"] is None
    answer = items[0]["answer"]
    assert answer["level"] in ("L2", "L3") and answer["sentence"]
    difference = answer["difference"]
    assert difference["low"] < difference["value"] < difference["high"]
    assert (difference["method"], difference["confidence"]) == ("doubly_robust", 0.95)
    assert answer["treated"] > 0 and answer["untreated"] > 0
    assert caller.get(f"/effects/{measure.pk}/answers")["items"] == [answer]
    assert caller.get("/effects", origin="holdout")["items"] == []


def test_a_refusal_has_a_reason_and_no_number() -> None:
    measure = a_measure(companies(60))
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
    answer = Caller("evidence:read").get(f"/effects/{measure.pk}")["answer"]
    assert answer["difference"] is None and answer["level"] == "L0"
    assert answer["refused_because"] == "too_few_treated"
    assert "50 treated customers" in answer["sentence"]


def test_removed_measures_and_other_keys_see_nothing() -> None:
    measure = a_measure()
    remove_measure(by=None, measure=measure)
    caller = Caller("evidence:read")
    assert caller.get("/effects")["items"] == []
    assert caller.ask("GET", f"/effects/{measure.pk}").status_code == 404
    assert Caller("accounts:read").ask("GET", "/effects").status_code == 403
