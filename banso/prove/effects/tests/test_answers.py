from __future__ import annotations

from datetime import date, timedelta

import pytest

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.effects import jobs
from banso.prove.effects.gathering import gather
from banso.prove.effects.models import Measure, Result
from banso.prove.effects.sources import Source, treatment_sources
from banso.prove.effects.tests.builders import TODAY, a_measure, companies
from banso.prove.effects.writes import NotADraft, ask_for_result, begin_measure
from banso.prove.studies.models import RunState
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Job

pytestmark = pytest.mark.django_db


def answered(measure: Measure) -> Result:
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
    return Result.objects.get(measure=measure, state=RunState.DONE)


def test_a_training_given_to_the_difficult_customers_is_judged_fairly() -> None:
    treated = companies(900, effect=0.15)
    result = answered(a_measure(treated))
    numbers = result.numbers
    assert (result.verdict, result.level) == ("better", "L2"), "no placebo without usage: candidate"
    answer, counted = numbers["answer"], numbers["unadjusted"]
    assert answer["low"] < 0.15 < answer["high"]
    assert counted["value"] < answer["value"]
    assert numbers["counts"]["treated_accounts"] == len(treated)
    assert numbers["e_value"]["estimate"] > numbers["e_value"]["limit"] > 1
    assert {row["key"] for row in numbers["used"]} >= {"days_ahead", "mrr", "tenure"}
    assert numbers["strongest"]["ratio"] > 1.05
    assert result.data_cut is not None and result.settings["largest_smd"] == 0.1


def test_a_training_without_effect_is_not_given_one() -> None:
    result = answered(a_measure(companies(900, effect=0.0)))
    assert result.verdict in ("unclear", "none")
    assert result.level in ("L0", "L-")


def test_notice_given_the_day_after_counts() -> None:
    """Without that only those who stayed on for a while would be treated: immortal time."""
    treated = companies(300)
    gone = Subscription.objects.filter(account__in=list(treated), outcome="churned")
    for term in gone:
        term.cancelled_on = treated[term.account_id] + timedelta(days=1)
        term.save()
    with clock.held_at(TODAY):
        gathered = gather(a_measure(treated), today=TODAY)
    assert gathered is not None
    lost = gathered.rows.filter(gathered.rows["treated"])["not_renewed"].to_pylist()
    assert sum(lost) == gone.count()


def test_who_had_given_notice_before_is_no_case() -> None:
    treated = companies(300)
    gone = Subscription.objects.filter(account__in=list(treated), outcome="churned")
    for term in gone:
        term.cancelled_on = treated[term.account_id] - timedelta(days=1)
        term.save()
    gathered = gather(a_measure(treated), today=TODAY)
    assert gathered is not None
    assert not any(gathered.rows.filter(gathered.rows["treated"])["not_renewed"].to_pylist())
    assert len(gathered.trial.unmatched) == gone.count()


def test_too_few_are_refused_with_the_day_on_which_there_will_be_enough() -> None:
    treated = companies(60)
    ahead = Account.objects.bulk_create(
        Account(external_id=f"N-{i}", name=f"N {i}", next_renewal_on=TODAY + timedelta(days=10 + i))
        for i in range(60)
    )
    Subscription.objects.bulk_create(
        Subscription(account=a, external_id=f"NS-{i}", start=TODAY - timedelta(days=200))
        for i, a in enumerate(ahead)
    )
    treated |= {a.pk: TODAY - timedelta(days=30) for a in ahead}
    result = answered(a_measure(treated))
    assert (result.verdict, result.level) == ("unclear", "L0")
    assert result.numbers["answer"]["reason"] == "too_few_treated"
    have = result.numbers["counts"]["treated_accounts"]
    days = 10 + (50 - have) - 1
    assert result.expected_by == TODAY + timedelta(days=days + 31)


def test_nothing_known_is_refused_and_not_a_crash() -> None:
    empty = answered(a_measure({}))
    assert empty.numbers["answer"]["reason"] == "no_contracts"
    companies(30)
    nobody = answered(a_measure({}))
    assert nobody.numbers["answer"]["reason"] == "too_few_treated"


def test_a_field_of_the_customers_can_say_who_was_treated() -> None:
    treated = companies(300)
    define_field(by=None, holder="account", key="training", kind="choice", label_en="Training")
    define_field(by=None, holder="account", key="training_on", kind="date", label_en="Trained on")
    for account in Account.objects.all():
        day = treated.get(account.pk)
        account.custom = {"training": "yes", "training_on": day.isoformat()} if day else {}
        account.save()
    params = {"tag": "training", "value": "yes", "dated": "training_on"}
    by_field = answered(a_measure(origin="field", params=params))
    by_list = answered(a_measure(treated))
    for side in ("treated", "treated_events"):
        assert by_field.numbers["counts"][side] == by_list.numbers["counts"][side]
    used = {row["key"] for row in by_field.numbers["used"]}
    assert not any("training" in key for key in used), "treatment is not its own explanation"


def test_a_later_stage_can_register_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    treated = companies(120)
    monkeypatch.setattr(treatment_sources, "_fillings", {})
    treatment_sources.fill(
        "plays", Source("Playbooks", lambda: [("rescue", "Rescue")], lambda _c: treated), order=1
    )
    result = answered(a_measure(origin="source", params={"source": "plays", "choice": "rescue"}))
    assert result.numbers["treated_listed"] == len(treated)


def test_the_same_data_are_confirmed_and_new_data_make_a_new_answer() -> None:
    treated = companies(200)
    measure = a_measure(treated)
    first = answered(measure)
    with clock.held_at(TODAY + timedelta(days=1)):
        ask_for_result(by=None, measure=measure)
        run_owed()
    again = Result.objects.get(measure=measure)
    assert again.pk == first.pk and again.confirmed_at > first.confirmed_at  # type: ignore[operator]
    renewed = Subscription.objects.filter(outcome="renewed").order_by("pk").first()
    assert renewed is not None
    Subscription.objects.filter(pk=renewed.pk).update(outcome="churned")
    with clock.held_at(TODAY + timedelta(days=2)):
        ask_for_result(by=None, measure=measure)
        run_owed()
    assert Result.objects.filter(measure=measure, state=RunState.DONE).count() == 2


def test_a_computation_that_broke_off_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = a_measure(companies(120))
    monkeypatch.setattr(jobs, "renewal_answer", lambda *_a, **_k: 1 / 0)
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
        broken = Result.objects.get(measure=measure)
        assert broken.state == RunState.FAILED and "ZeroDivisionError" in broken.error
        monkeypatch.undo()
        jobs.compute(measure=measure.pk)
    done = Result.objects.get(measure=measure)
    assert (done.pk, done.state, done.error) == (broken.pk, RunState.DONE, "")


def test_what_was_begun_is_not_begun_twice_and_is_asked_again_each_week() -> None:
    measure = a_measure(companies(60))
    answered(measure)
    with pytest.raises(NotADraft):
        begin_measure(by=None, measure=measure)
    with clock.held_at(TODAY + timedelta(days=3)):
        jobs.ask_for_due()
        assert not Job.objects.filter(name="effects.compute", done_at=None).exists()
    with clock.held_at(TODAY + timedelta(days=8)):
        jobs.ask_for_due()
        assert Job.objects.filter(name="effects.compute", done_at=None).exists()


def test_branches_of_one_company_are_not_independent() -> None:
    treated = companies(600)
    alone = answered(a_measure(treated)).numbers
    accounts = list(Account.objects.order_by("pk"))
    for place, account in enumerate(accounts):
        account.parent = accounts[place - place % 10] if place % 10 else None
    Account.objects.bulk_update(accounts, ["parent"])
    together = answered(a_measure(treated)).numbers
    assert together["customers"] == alone["customers"]
    assert together["counts"]["treated_accounts"] < alone["counts"]["treated_accounts"]
    assert together["answer"]["value"] == pytest.approx(alone["answer"]["value"], abs=0.05)


def test_days_after_the_last_known_contract_do_not_count() -> None:
    treated = companies(60)
    treated[min(treated)] = date(2030, 1, 1)
    gathered = gather(a_measure(treated), today=TODAY)
    assert gathered is not None and len(gathered.treated_on) == len(treated) - 1
