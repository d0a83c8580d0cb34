from __future__ import annotations

from datetime import date, timedelta

import pytest

from banso.know.subscriptions.models import Subscription
from banso.prove.effects import jobs
from banso.prove.effects.holdouts import drawn, held_out_by, planned
from banso.prove.effects.models import Assigned, HoldOut, Measure, Result
from banso.prove.effects.pages import looks_kept
from banso.prove.effects.tests.builders import TODAY, a_measure, renewing
from banso.prove.effects.writes import NotADraft, begin_holdout
from banso.shared import clock
from banso.shared.journal.jobs import run_owed

pytestmark = pytest.mark.django_db


def begun(share: float = 0.3) -> HoldOut:
    measure = a_measure(origin="holdout", params={"share": share, "segment": ""})
    with clock.held_at(TODAY):
        plan = planned(segment="", share=share, meaningful=0.05, today=TODAY)
        key, held_out = drawn(plan, share)
        return begin_holdout(
            by=None, measure=measure, key=key, share=share, strata=plan.strata,
            held_out=held_out, looks=looks_kept(plan), base_rate=plan.base_rate,
            smallest=plan.smallest,
        )  # fmt: skip


def decide(holdout: HoldOut, *, treated_lost: float, held_lost: float) -> None:
    """Everybody decides on the day the contract ends; so many of each group leave."""
    for is_held_out, lost in ((False, treated_lost), (True, held_lost)):
        group = list(
            Assigned.objects.filter(holdout=holdout, is_held_out=is_held_out)
            .order_by("account__next_renewal_on", "pk").values_list("account", flat=True)
        )  # fmt: skip
        for place, account in enumerate(group):
            left = int((place + 1) * lost) > int(place * lost)
            Subscription.objects.filter(account=account).update(
                outcome="churned" if left else "renewed"
            )


def look_on(day: date) -> list[Result]:
    with clock.held_at(day):
        jobs.ask_for_due()
        run_owed()
    return list(Result.objects.order_by("look"))


def days(holdout: HoldOut) -> list[date]:
    return [date.fromisoformat(look["on"]) for look in holdout.looks]


def test_the_plan_says_beforehand_what_could_be_seen() -> None:
    renewing(400)
    with clock.held_at(TODAY):
        plan = planned(segment="", share=0.2, meaningful=0.05, today=TODAY)
        small = planned(segment="nobody", share=0.2, meaningful=0.05, today=TODAY)
    assert plan.possible and len(plan.strata) == 400
    assert plan.base_rate == pytest.approx(0.8) and plan.base_n == 100
    assert plan.smallest is not None and plan.smallest > 0.05
    assert plan.needed is not None and plan.needed > 400
    assert not small.possible and small.smallest is None


def test_the_stored_draw_can_be_repeated_and_is_made_once() -> None:
    renewing(200)
    holdout = begun()
    rows = Assigned.objects.filter(holdout=holdout)
    strata = dict(rows.values_list("account", "stratum"))
    again = held_out_by(holdout.key, strata, holdout.share)
    assert again == set(rows.filter(is_held_out=True).values_list("account", flat=True))
    assert len(again) == holdout.held_out == 60
    with pytest.raises(NotADraft):
        begin_holdout(
            by=None, measure=holdout.measure, key="00", share=0.3, strata=strata,
            held_out=again, looks=[],
        )  # fmt: skip


def test_nothing_is_computed_before_the_planned_day() -> None:
    renewing(300)
    holdout = begun()
    decide(holdout, treated_lost=0.05, held_lost=0.6)
    first = days(holdout)[0]
    assert look_on(first - timedelta(days=1)) == []
    with clock.held_at(first - timedelta(days=1)):
        jobs.compute(measure=holdout.measure_id)
    assert not Result.objects.exists(), "asking for it does not help"
    made = look_on(first)
    assert [result.look for result in made] == [1]


def test_a_large_difference_ends_the_experiment_early() -> None:
    renewing(600)
    holdout = begun()
    decide(holdout, treated_lost=0.05, held_lost=0.5)
    for day in days(holdout):
        made = look_on(day)
    last = made[-1]
    assert (last.verdict, last.level) == ("better", "L4")
    assert last.numbers["crossed"] and last.look is not None and last.look < 4
    assert last.numbers["answer"]["low"] > 0
    assert last.numbers["stratified"]["low"] > 1, "the same within the strata of the draw"
    assert all(result.verdict == "unclear" for result in made[:-1])


def test_no_difference_is_told_only_at_the_end() -> None:
    renewing(400)
    holdout = begun()
    decide(holdout, treated_lost=0.2, held_lost=0.2)
    for day in days(holdout):
        made = look_on(day)
    assert [result.look for result in made] == [1, 2, 3, 4]
    assert all(result.verdict == "unclear" for result in made[:3])
    final = made[-1]
    assert final.numbers["final"] and final.level in ("L0", "L-")
    assert final.numbers["information"] == 1.0
    bounds = [result.numbers["bound"] for result in made]
    assert bounds == sorted(bounds, reverse=True) and bounds[-1] < 2.2
    assert look_on(days(holdout)[-1] + timedelta(days=30)) == made, "the experiment is over"


def test_groups_that_lost_customers_are_an_alarm() -> None:
    renewing(400)
    holdout = begun()
    decide(holdout, treated_lost=0.2, held_lost=0.2)
    held = Assigned.objects.filter(holdout=holdout, is_held_out=True).values("account")
    kept = list(Subscription.objects.filter(account__in=held).values_list("pk", flat=True))[:20]
    Subscription.objects.filter(account__in=held).exclude(pk__in=kept).delete()
    made = look_on(days(holdout)[-1])
    assert made[-1].verdict == "refused"
    assert made[-1].numbers["answer"]["reason"] == "sample_ratio_mismatch"


def test_a_look_waits_for_the_contracts() -> None:
    renewing(200)
    holdout = begun()
    Subscription.objects.filter(end__gt=TODAY).update(end=TODAY + timedelta(days=900))
    assert look_on(days(holdout)[0]) == []


def test_a_late_worker_makes_one_look_of_several_missed() -> None:
    renewing(300)
    holdout = begun()
    decide(holdout, treated_lost=0.2, held_lost=0.2)
    made = look_on(days(holdout)[2])
    assert [result.look for result in made] == [3]
    assert look_on(days(holdout)[2] + timedelta(days=1)) == made, "the missed ones stay missed"
    assert Measure.objects.count() == 1
