"""The level follows the evidence, up and down, and keeps its history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banso.act.tasks.models import Task
from banso.prove.effects.models import Measure, MeasureState, Origin, Result
from banso.prove.hypotheses.models import Hypothesis
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.prove.hypotheses.writes import retire
from banso.prove.patterns.jobs import weigh_patterns
from banso.prove.patterns.models import LevelChange, Pattern
from banso.prove.patterns.rules import Standing
from banso.prove.patterns.tests.builders import AStage, a_pattern
from banso.prove.patterns.writes import link_pattern, unlink_pattern
from banso.prove.studies.models import EvidenceRun, Finding, RunState
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def level(pattern: Pattern) -> str:
    return Pattern.objects.get(pk=pattern.pk).level


def link(pattern: Pattern, source: str, reference: object) -> None:
    link_pattern(by=a_user(role="analyst"), pattern=pattern, source=source,
                 reference=str(reference))  # fmt: skip


def test_a_pattern_without_links_is_told_from_experience() -> None:
    assert level(a_pattern()) == "experience"


def test_it_rises_with_its_hypothesis_and_falls_with_it() -> None:
    pattern, hypothesis = a_pattern(), an_hypothesis()
    link(pattern, "hypotheses", hypothesis.pk)
    assert level(pattern) == "open"
    Hypothesis.objects.update(level="replicated")
    weigh_patterns()
    assert level(pattern) == "L1"
    Hypothesis.objects.update(level="retired", retired_because="contrary")
    weigh_patterns()
    weigh_patterns()
    assert level(pattern) == "against"
    moves = list(LevelChange.objects.order_by("pk").values_list("before", "after"))
    assert moves == [("experience", "open"), ("open", "L1"), ("L1", "against")]
    newest = LevelChange.objects.latest("pk")
    assert newest.fell
    assert newest.basis[0]["name"] == hypothesis.statement
    assert newest.basis[0]["says"] == "against"
    assert Entry.objects.filter(kind="pattern.level_moved", payload__fell=True).count() == 1


def test_a_hypothesis_retired_by_hand_says_nothing_any_more() -> None:
    pattern, hypothesis = a_pattern(), an_hypothesis()
    Hypothesis.objects.update(level="associated")
    link(pattern, "hypotheses", hypothesis.pk)
    assert level(pattern) == "L1"
    hypothesis.refresh_from_db()
    retire(by=hypothesis.owner, hypothesis=hypothesis, because="製品が変わった")
    run_owed()
    assert level(pattern) == "open"


def a_finding(**fields: object) -> Finding:
    run = EvidenceRun.objects.create(
        state=RunState.DONE, started_at=clock.now(), data_cut=clock.today()
    )
    said = {
        "run": run, "key": "metric.shares", "group": "metric", "label_en": "Shares",
        "label_ja": "共有", "verdict": "associated", "level": "L2", "position": 1,
        "numbers": {"direction": "more", "kind": "number", "leak": None, "small": False},
    } | fields  # fmt: skip
    return Finding.objects.create(**said)


def test_what_turns_round_speaks_against_it() -> None:
    pattern = a_pattern()
    a_finding()
    link(pattern, "findings", "metric.shares:more")
    assert level(pattern) == "L2"
    a_finding(level="L1", numbers={"direction": "less", "kind": "number", "leak": None})
    record("evidence.finished", by=None, run=1)
    run_owed()
    assert level(pattern) == "against"
    a_finding(
        verdict="not_enough_data", level="L0",
        numbers={"reason": "no_variation", "needs": {}, "mde_now": None, "kind": "number"},
    )  # fmt: skip
    weigh_patterns()
    assert level(pattern) == "open"


def a_measure(verdict: str, at: str) -> Measure:
    now = clock.now()
    measure = Measure.objects.create(
        name="最初の日報の会", what_done="会", reason="新規", origin=Origin.LIST, goal="renewal",
        state=MeasureState.RUNNING, created_at=now,
    )  # fmt: skip
    Result.objects.create(
        measure=measure, state=RunState.DONE, started_at=now, finished_at=now,
        confirmed_at=now, verdict=verdict, level=at, data_cut=now.date() - timedelta(1),
        numbers={"answer": {"reason": "x"}},
    )  # fmt: skip
    return measure


@pytest.mark.parametrize(
    ("verdict", "at", "expected"),
    [
        ("better", "L3", "L3"), ("worse", "L3", "against"), ("none", "L-", "against"),
        ("unclear", "L0", "open"), ("refused", "L0", "open"),
    ],
)  # fmt: skip
def test_a_measure_speaks_by_its_verdict(verdict: str, at: str, expected: str) -> None:
    pattern = a_pattern()
    link(pattern, "measures", a_measure(verdict, at).pk)
    assert level(pattern) == expected


def test_a_measure_that_was_removed_says_nothing() -> None:
    pattern, measure = a_pattern(), a_measure("better", "L4")
    link(pattern, "measures", measure.pk)
    assert level(pattern) == "L4"
    Measure.objects.update(removed_at=clock.now())
    weigh_patterns()
    assert level(pattern) == "open"


def test_taking_a_link_away_moves_the_level_at_once() -> None:
    pattern = a_pattern()
    link(pattern, "measures", a_measure("better", "L3").pk)
    unlink_pattern(by=a_user(role="analyst"), link=pattern.links.get())
    assert level(pattern) == "experience"
    assert LevelChange.objects.count() == 2


def test_a_later_stage_may_be_evidence_or_not() -> None:
    pattern, stage = a_pattern(), AStage()
    with stage.filled(evidence=False):
        link(pattern, "plays", "1")
        assert level(pattern) == "experience"
    stage.standing = Standing("for", 3)
    with stage.filled():
        weigh_patterns()
        assert level(pattern) == "L3"
    weigh_patterns()  # the stage was taken out of the installation
    assert level(pattern) == "experience"


def test_who_looks_after_a_pattern_that_fell_gets_one_task_and_nobody_for_a_rise() -> None:
    owner = a_user(role="csm", language="en")
    pattern, hypothesis = a_pattern(by=owner, name="最初の日報"), an_hypothesis()
    Hypothesis.objects.update(level="replicated")
    link(pattern, "hypotheses", hypothesis.pk)
    run_owed()
    assert not Task.objects.filter(owner=owner).exists()
    Hypothesis.objects.update(level="retired", retired_because="contrary")
    weigh_patterns()
    for _twice in range(2):
        run_owed()
    task = Task.objects.get(owner=owner)
    assert "“最初の日報” fell" in task.title
    assert "Goes with the outcome → Not borne out" in task.body
