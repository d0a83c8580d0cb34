from __future__ import annotations

from datetime import timedelta

import pytest

from banso.act.tasks.models import Task
from banso.know.subscriptions.models import Subscription
from banso.prove.hypotheses.jobs import check_hypotheses
from banso.prove.hypotheses.models import Check, Hypothesis, LedgerEntry, Level, Result
from banso.prove.hypotheses.reads import ledger_state
from banso.prove.hypotheses.tests.builders import (
    TODAY,
    WRITTEN_ON,
    an_hypothesis,
    check_on,
    companies,
)
from banso.prove.hypotheses.wording import said_by
from banso.prove.hypotheses.writes import keep_check, plan_hypothesis, retire
from banso.prove.studies.models import EvidenceRun, Finding
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_claim_that_holds_is_found_on_later_decisions_only() -> None:
    companies(800)
    hypothesis = an_hypothesis()
    first = check_on(WRITTEN_ON)
    assert (first.result, first.opened) == (Result.WAITING, False)
    check = check_on()
    card, known = check.figures["new"], check.figures["all"]
    assert (check.result, check.level_before, check.level_after) == (
        "found", "candidate", "associated",
    )  # fmt: skip
    assert check.data_cut is not None
    later = Subscription.objects.filter(
        end__gt=WRITTEN_ON, end__lte=check.data_cut - timedelta(days=31)
    )
    assert card["n_rows"] == later.count()
    assert card["n_events"] == later.filter(outcome="churned").count()
    assert known["n_rows"] == 800
    assert (card["status"], known["status"]) == ("confirmatory", "exploratory")
    low, high = card["ci95"]
    assert 1 < low < card["estimate"]["value"] < high
    assert check.figures["drift"] is not None, "compared with what was known when it was written"
    hypothesis.refresh_from_db()
    assert hypothesis.look_from == check.until


def test_decisions_are_used_once_and_a_second_find_replicates() -> None:
    companies(1600)
    hypothesis = an_hypothesis(on=TODAY - timedelta(days=480))
    middle = check_on(TODAY - timedelta(days=200))
    last = check_on()
    assert middle.until == last.since
    assert (middle.level_after, last.level_after) == ("associated", "replicated")
    assert Check.objects.filter(hypothesis=hypothesis, opened=True).count() == 2
    again = check_on()
    assert (again.result, again.opened) == (Result.WAITING, False)
    assert again.level_after == Level.REPLICATED
    assert check_on().pk == again.pk, "nothing new: nothing is kept"


def test_the_other_way_twice_retires_it() -> None:
    companies(1600)
    hypothesis = an_hypothesis(on=TODAY - timedelta(days=480), key="other_way")
    assert check_on(TODAY - timedelta(days=200)).result == Result.CONTRARY
    assert check_on().level_after == Level.RETIRED
    hypothesis.refresh_from_db()
    assert hypothesis.retired_at is not None


def test_twenty_customers_are_told_not_enough_data_yet_with_a_date() -> None:
    companies(20)
    hypothesis = an_hypothesis()
    check = check_on()
    assert (check.result, check.figures.get("new")) == (Result.WAITING, None)
    assert check.expected_by is not None and check.expected_by > TODAY
    said = said_by(check, hypothesis, TODAY)
    assert "Not enough data yet" in said
    assert f"about {check.expected_by:%b %Y}" in said


def test_q_is_that_of_all_hypotheses_checked_together() -> None:
    companies(1600)
    for key in ("real", "noise_1", "noise_2", "noise_3"):
        an_hypothesis(key=key)
    check_on()
    cards = [check.figures["new"] for check in Check.objects.filter(opened=True)]
    assert {card["family_size"] for card in cards} == {4}
    smallest = min(cards, key=lambda card: card["p"])
    assert smallest["q"] == pytest.approx(4 * smallest["p"])


@pytest.mark.parametrize(
    ("key", "result", "said"),
    [
        ("constant", Result.WAITING, "All these customers have the same value so far."),
        ("unknown", Result.WAITING, "0 decisions have come that can count"),
        ("the_outcome", Result.LEAK, "almost without fault"),
    ],
)
def test_bad_metrics_are_named_in_words(key: str, result: str, said: str) -> None:
    companies(800)
    hypothesis = an_hypothesis(key=key)
    check = check_on()
    assert check.result == result
    assert said in said_by(check, hypothesis, TODAY)
    assert ledger_state().holds


def test_a_segment_counts_its_own_customers() -> None:
    companies(1200)
    from banso.prove.hypotheses.reads import Segment

    segment = Segment("account.industry", "Retail", "Industry: Retail", "業種: Retail", "")
    an_hypothesis(segment=segment)
    check = check_on()
    assert check.figures["all"]["n_rows"] == Subscription.objects.filter(
        account__industry="Retail"
    ).count()  # fmt: skip


def test_a_finding_that_says_the_same_is_the_first_time() -> None:
    companies(30)
    run = EvidenceRun.objects.create(started_at=clock.now(), state="done")
    finding = Finding.objects.create(
        run=run, key="metric.real", group="metric", label_en="real", label_ja="本物", level="L1",
        verdict="associated", position=0, numbers={"direction": "more", "kind": "number"},
    )  # fmt: skip
    assert an_hypothesis(found_in=finding).level == Level.ASSOCIATED
    assert an_hypothesis(found_in=finding, direction="less").level == Level.CANDIDATE


def test_the_ledger_proves_itself_and_tells_every_change() -> None:
    companies(800)
    hypothesis = an_hypothesis()
    check = check_on()
    user = hypothesis.owner
    plan_hypothesis(by=user, hypothesis=hypothesis, owner=user, next_check_on=TODAY)
    state = ledger_state()
    assert state.holds
    assert state.entries == LedgerEntry.objects.count() == 3
    Hypothesis.objects.filter(pk=hypothesis.pk).update(direction="less")
    assert ledger_state().changed == (hypothesis.pk,)
    Hypothesis.objects.filter(pk=hypothesis.pk).update(direction="more")
    figures = check.figures | {"new": check.figures["new"] | {"n_rows": 9999}}
    Check.objects.filter(pk=check.pk).update(figures=figures)
    assert ledger_state().changed == (hypothesis.pk,)
    entry = LedgerEntry.objects.get(number=2)
    LedgerEntry.objects.filter(number=2).update(content=entry.content.replace("found", "waiting"))
    assert ledger_state().broken_at == 2


def test_the_schedule_checks_what_is_due_and_tells_the_owner() -> None:
    companies(800)
    owner = a_user(role="csm", language="ja")
    hypothesis = an_hypothesis(owner=owner, next_check_on=TODAY)
    with clock.held_at(WRITTEN_ON):
        run_owed()
    assert not Task.objects.exists(), "the first look at what is known is no news"
    with clock.held_at(TODAY - timedelta(days=1)):
        check_hypotheses()
    assert Check.objects.count() == 1, "it is not due yet"
    check_on(TODAY, asked=False)
    hypothesis.refresh_from_db()
    assert hypothesis.next_check_on == TODAY.replace(month=9)
    with clock.held_at(TODAY):
        run_owed()
    task = Task.objects.get()
    assert (task.owner, task.due_on) == (owner, TODAY)
    assert hypothesis.statement in task.title
    assert "候補 → 関連あり" in task.body
    later = hypothesis.next_check_on
    check_on(later, asked=False)
    with clock.held_at(later):
        run_owed()
    assert Task.objects.count() == 1, "one task at a time is enough"
    assert Entry.objects.filter(kind="hypothesis.checked").exists()


def test_a_check_of_used_decisions_is_not_kept() -> None:
    companies(800)
    hypothesis = an_hypothesis()
    from banso.prove.hypotheses.checking import check_together
    from banso.prove.hypotheses.measuring import gather

    gathered = gather([hypothesis], today=TODAY)
    assert gathered is not None
    [checked] = check_together([hypothesis], gathered, today=TODAY)
    with clock.held_at(TODAY):
        assert keep_check(checked, today=TODAY, asked=True) is not None
        assert keep_check(checked, today=TODAY, asked=True) is None


def test_a_retired_one_is_checked_no_longer() -> None:
    companies(800)
    hypothesis = an_hypothesis()
    retire(by=hypothesis.owner, hypothesis=hypothesis, because="the metric is gone")
    with clock.held_at(TODAY):
        run_owed()
    assert not Check.objects.exists()
    assert ledger_state().holds


def test_without_contracts_nothing_breaks() -> None:
    an_hypothesis()
    run_owed()
    assert not Check.objects.exists()
