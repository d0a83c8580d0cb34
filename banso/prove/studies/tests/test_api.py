from __future__ import annotations

import re

import pytest

from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.tests.builders import TODAY, companies
from banso.shared import clock
from banso.shared.rest.tests.callers import Caller

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]
CAUSAL = re.compile(r"driver|impact|caus(e|al)|効果があ|影響|原因", re.IGNORECASE)


def test_before_the_first_run_there_is_nothing() -> None:
    caller = Caller("evidence:read")
    assert caller.get("/evidence") == {"run": None}
    assert caller.get("/evidence/findings")["items"] == []
    assert Caller("metrics:read").ask("GET", "/evidence").status_code == 403


def test_no_number_comes_without_its_n_and_interval() -> None:
    companies(800)
    with clock.held_at(TODAY):
        run_evidence()
        caller = Caller("evidence:read")
        found = caller.get("/evidence/findings", limit=200)["items"]
        run = caller.get("/evidence")["run"]
        answer = Caller("evidence:read", language="ja").ask("GET", "/evidence/findings")
    assert run["decisions"] == 800 and sum(run["findings"].values()) == len(found)
    verdicts = {item["key"]: item["verdict"] for item in found}
    assert verdicts["metric.real"] == "associated"
    levels = {item["key"]: (item["level"], item["level_name"]) for item in found}
    assert levels["metric.real"] == ("L2", "Level 2: candidate driver")
    assert levels["account.industry"][0] == "L1"
    for item in found:
        assert item["decisions"] > 0 and item["sentence"] and item["level"]
        if item["verdict"] in ("not_enough_data", "suspicious"):
            assert item["estimate"] is None and item["p"] is None and item["groups"] == []
        elif item["estimate"]:
            assert item["estimate"]["low"] < item["estimate"]["high"]
        for group in item["groups"]:
            assert group["n"] and (group["rate"] is None or group["low"] is not None)
    text = answer.content.decode()
    assert "傾向があります" in text and "原因の候補" in text
    assert not CAUSAL.search(text.replace("原因の候補", ""))


def test_findings_by_verdict_in_pages() -> None:
    companies(800)
    with clock.held_at(TODAY):
        run_evidence()
        caller = Caller("evidence:read")
        everything = [i["id"] for i in caller.get("/evidence/findings", limit=200)["items"]]
        found, cursor = [], ""
        while True:
            page = caller.get("/evidence/findings", limit=3, cursor=cursor)
            found += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert found == everything
        leaks = caller.get("/evidence/findings", verdict="suspicious")["items"]
    assert [item["key"] for item in leaks] == ["metric.leak"]


def test_a_metrics_page_says_no_more_than_the_page() -> None:
    companies(800)
    with clock.held_at(TODAY):
        run_evidence()
        caller = Caller("evidence:read")
        real = caller.get("/evidence/metrics/real")
        leak = caller.get("/evidence/metrics/leak")
        missing = caller.ask("GET", "/evidence/metrics/nothing")
    assert real["finding"]["level"] == "L2"
    tables = {table["key"]: table for table in real["tables"]}
    assert {"spread", "cohorts", "quarters", "segment:account.industry"} <= set(tables)
    for table in tables.values():
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert "noise_1 in English" in real["held"]
    assert real["not_held"] == []
    assert "With the others held" in real["partial"]
    kept = {table["key"]: table for table in leak["tables"]}
    assert "Renewal rate" not in kept["cohorts"]["columns"]
    assert "quarters" not in kept
    assert "The alarm went off" in leak["leak"]
    assert missing.status_code == 404
