"""The alarm: a quarter whose renewals leave the forecast's limits is told once, to one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from banso.act.tasks.models import Task
from banso.measure.health.writes.model import save_model
from banso.prove.prediction.jobs import judge_quarters
from banso.prove.prediction.models import ScoreQuarter
from banso.prove.prediction.readings import Decided
from banso.prove.prediction.tests.builders import CUT, LINES, some_decisions
from banso.prove.prediction.watching import Quarter, closed_quarters, held_against
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user


def test_only_quarters_whose_decisions_have_settled_are_closed() -> None:
    found = closed_quarters(date(2026, 6, 30), first_month=4, most=2)
    assert found == [
        Quarter(date(2025, 10, 1), date(2025, 12, 31)),
        Quarter(date(2026, 1, 1), date(2026, 3, 31)),
    ]
    assert closed_quarters(date(2026, 8, 1), first_month=4)[-1].end == date(2026, 6, 30)
    assert closed_quarters(date(2026, 7, 31), first_month=4)[-1].end == date(2026, 3, 31)


def test_a_fiscal_year_that_begins_in_february_has_its_own_quarters() -> None:
    assert closed_quarters(date(2026, 6, 30), first_month=2, most=1) == [
        Quarter(date(2026, 2, 1), date(2026, 4, 30))
    ]


NEWEST = closed_quarters(CUT, first_month=4)[-1]


def with_a_bad_quarter(found: Decided, quarter: Quarter, *, share: float) -> Decided:
    """More leave in one quarter than the score could know."""
    first, last = ((day - date(1970, 1, 1)).days for day in (quarter.start, quarter.end))
    within = (found.decided_on >= first) & (found.decided_on <= last)
    draw = np.random.default_rng(7).random(len(within)) < share
    return replace(found, not_renewed=found.not_renewed | (within & draw))


def test_a_quiet_quarter_says_what_was_foretold_and_what_came() -> None:
    told = held_against(some_decisions(3000), NEWEST)
    assert told["drift"] is False
    assert told["renewed"] + told["not_renewed"] == told["n"]
    assert told["renewed_expected"] == pytest.approx(told["n"] - told["expected"])
    assert told["low"] < 1 < told["high"]


def test_on_noise_the_alarm_hardly_ever_rings() -> None:
    quarters = closed_quarters(CUT, first_month=4, most=4)
    rang = judged = 0
    for seed in range(75):
        found = some_decisions(1500, seed=seed)
        for quarter in quarters:
            told = held_against(found, quarter)
            judged += "value" in told
            rang += bool(told.get("drift"))
    assert judged >= 290
    assert rang / judged <= 0.02


def test_it_rings_when_many_more_leave() -> None:
    told = held_against(with_a_bad_quarter(some_decisions(3000), NEWEST, share=0.25), NEWEST)
    assert told["drift"] is True
    assert told["value"] > told["high"]


def test_few_decisions_are_not_judged_and_may_be_later() -> None:
    told = held_against(some_decisions(120), NEWEST)
    assert told["reason"] in ("too_few_events", "too_few_expected")
    assert "value" not in told


@pytest.mark.django_db
def test_whoever_saved_the_weights_gets_one_task() -> None:
    analyst = a_user(role="analyst", language="en")
    save_model(by=analyst, measures=LINES)
    found = with_a_bad_quarter(some_decisions(3000), NEWEST, share=0.25)
    for _run in range(3):
        judge_quarters(found, first_month=4)
        run_owed()
    task = Task.objects.get()
    assert task.owner == analyst
    assert "no longer foretells renewals" in task.title
    assert "renewals were foretold" in task.body
    assert ScoreQuarter.objects.filter(drifted=True).count() == 1


@pytest.mark.django_db
def test_a_quarter_long_ago_is_shown_and_rings_nobody() -> None:
    save_model(by=a_user(role="analyst"), measures=LINES)
    old = closed_quarters(CUT, first_month=4)[-3]
    judge_quarters(with_a_bad_quarter(some_decisions(3000), old, share=0.25), first_month=4)
    run_owed()
    assert ScoreQuarter.objects.get(start=old.start).drifted
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_a_quarter_is_judged_once_and_one_that_could_not_be_is_judged_later() -> None:
    save_model(by=None, measures=LINES)
    judge_quarters(some_decisions(120), first_month=4)
    waiting = ScoreQuarter.objects.get(start=NEWEST.start)
    assert "reason" in waiting.numbers
    judge_quarters(some_decisions(3000), first_month=4)
    first = ScoreQuarter.objects.get(start=NEWEST.start).numbers
    judge_quarters(with_a_bad_quarter(some_decisions(3000), NEWEST, share=0.3), first_month=4)
    assert ScoreQuarter.objects.get(start=NEWEST.start).numbers == first


@pytest.mark.django_db
def test_without_anybody_who_may_change_it_nobody_is_told() -> None:
    save_model(by=None, measures=LINES)
    a_user(role="viewer")
    found = with_a_bad_quarter(some_decisions(3000), NEWEST, share=0.25)
    judge_quarters(replace(found, data_cut=CUT + timedelta(0)), first_month=4)
    run_owed()
    assert not Task.objects.exists()
