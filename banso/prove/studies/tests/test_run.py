from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.studies import gathering
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.kept_rows import kept_rows, path_of
from banso.prove.studies.models import EvidenceRun, Finding, RunState
from banso.prove.studies.tests.builders import (
    TODAY,
    a_subscription,
    companies,
    planted_metrics,
)
from banso.prove.studies.writes import ask_for_run
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry, Job
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]


def run() -> EvidenceRun:
    with clock.held_at(TODAY):
        run_evidence()
    return EvidenceRun.objects.get(state=RunState.DONE)


def verdicts(of: EvidenceRun) -> dict[str, str]:
    return dict(of.findings.values_list("key", "verdict"))


def test_a_run_finds_what_was_planted_and_nothing_else() -> None:
    companies(800)
    made = run()
    found = verdicts(made)
    assert made.decisions == 800
    assert made.non_renewals == Subscription.objects.filter(outcome="churned").count()
    assert found["metric.real"] == "associated"
    assert found["metric.leak"] == "suspicious"
    assert {found[f"metric.noise_{i}"] for i in (1, 2, 3)} <= {"no_association", "not_enough_data"}
    assert found["account.industry"] == "associated"
    assert found["account.country"] != "associated"
    real = made.findings.get(key="metric.real").numbers
    assert real["direction"] == "more"
    low, high = real["ci95"]
    assert 1 < low < real["estimate"]["value"] < high
    assert [group["label"] for group in real["groups"]] == ["lowest", "highest"]


def test_too_few_renewals_say_so_with_a_date_and_no_direction() -> None:
    companies(60, lost=0.2)
    made = run()
    real = made.findings.get(key="metric.real")
    assert (real.verdict, real.numbers["reason"]) == ("not_enough_data", "too_few_events")
    assert real.numbers["direction"] is None
    assert real.expected_by is not None
    assert real.expected_by > TODAY


def test_own_fields_count_by_when_they_were_known() -> None:
    companies(400)
    for key, when in (("size", "start"), ("mood", "changes"), ("reason_left", "outcome")):
        define_field(by=None, holder="account", key=key, kind="number", known_when=when)
    define_field(
        by=None, holder="account", key="total_charges", kind="number", label_en="Total charges"
    )
    accounts = list(Account.objects.all())
    for i, account in enumerate(accounts):
        account.custom = {"size": i % 7, "mood": i % 5, "reason_left": i % 3, "total_charges": i}
    Account.objects.bulk_update(accounts, ["custom"])
    made = run()
    found = {f.key: f for f in made.findings.all()}
    assert found["account.own.size"].numbers["n_rows"] == 400
    mood = found["account.own.mood"]
    assert (mood.verdict, mood.numbers["reason"]) == ("not_enough_data", "recorded_late")
    assert found["account.own.reason_left"].numbers["leak"]["definition"] == "outcome"
    assert found["account.own.total_charges"].numbers["leak"]["definition"] == "lifetime"


def test_a_value_written_down_before_the_landmark_counts() -> None:
    companies(400)
    define_field(by=None, holder="account", key="mood", kind="number")
    Account.objects.update(custom={"mood": 3}, updated_at=clock.now() - timedelta(days=4000))
    made = run()
    assert made.findings.get(key="account.own.mood").numbers["n_rows"] == 400


def test_dates_and_names_are_left_aside_and_said() -> None:
    companies(30)
    define_field(by=None, holder="account", key="memo", kind="text", label_ja="メモ")
    for account in Account.objects.all():
        account.custom = {"memo": f"memo {account.pk}"}
        account.save()
    made = run()
    assert made.not_compared == [{"label_en": "メモ", "label_ja": "メモ", "reason": "many_values"}]


def test_a_second_run_on_the_same_data_only_confirms_the_first() -> None:
    companies(60)
    first = run()
    again = run()
    assert (again.pk, EvidenceRun.objects.count()) == (first.pk, 1)
    companies_changed = Subscription.objects.filter(outcome="renewed").order_by("pk")[:10]
    Subscription.objects.filter(pk__in=companies_changed).update(outcome="churned")
    with clock.held_at(TODAY):
        run_evidence()
    assert EvidenceRun.objects.filter(state=RunState.DONE).count() == 2, "old runs are kept"


def test_a_run_that_broke_off_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    companies(60)

    def breaks(_rows: object) -> object:
        raise RuntimeError("disk full")

    monkeypatch.setattr(gathering, "metrics_of", breaks)
    with pytest.raises(RuntimeError), clock.held_at(TODAY):
        run_evidence()
    assert EvidenceRun.objects.get().error == "RuntimeError: disk full"
    monkeypatch.setattr(gathering, "metrics_of", planted_metrics)
    made = run()
    assert (EvidenceRun.objects.count(), made.error) == (1, "")
    assert made.findings.count() == Finding.objects.count() > 0


def test_decisions_before_usage_was_recorded_do_not_count_for_metrics(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    companies(400)
    monkeypatch.setattr(gathering, "tracked_days", lambda: (TODAY - timedelta(days=300), TODAY))
    made = run()
    rows = kept_rows(made.pk, "metric.real")
    assert rows is not None
    measured = rows.filter(rows["value"].is_valid())
    assert 0 < made.decisions_tracked == measured.num_rows < made.decisions == rows.num_rows
    assert min(measured["landmark"].to_pylist()) >= TODAY - timedelta(days=272)


def test_an_old_file_does_not_renew_by_itself() -> None:
    companies(40)
    with clock.held_at(TODAY + timedelta(days=2000)):
        run_evidence()
    assert EvidenceRun.objects.get().data_cut == _last_end()


def _last_end() -> date:
    ends = Subscription.objects.filter(end__lte=TODAY).order_by("-end")
    end = ends.values_list("end", flat=True).first()
    assert end is not None
    return end


def test_usage_that_goes_on_renews_no_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed of events beside an old file of monthly contracts once made thousands of renewals."""
    account = Account.objects.create(external_id="A-rolling", name="あおば")
    start = TODAY - timedelta(days=400)
    a_subscription(account, external_id="rolling", start=start, end=None, term_months=1)
    companies(40)
    days = (TODAY - timedelta(days=900), TODAY + timedelta(days=700))
    monkeypatch.setattr(gathering, "tracked_days", lambda: days)
    with clock.held_at(TODAY + timedelta(days=700)):
        run_evidence()
    made = EvidenceRun.objects.get()
    assert made.data_cut == _last_end()
    assert made.decisions <= 40 + 13


def test_without_subscriptions_a_run_says_that_nothing_was_decided() -> None:
    made = run()
    assert (made.decisions, made.data_cut, made.findings.count()) == (0, None, 0)


def test_refreshed_metrics_ask_for_one_run() -> None:
    companies(30)
    with clock.held_at(TODAY):
        record("metrics.refreshed", by=None)
        record("metrics.refreshed", by=None)
        run_owed()
    assert Job.objects.filter(name="evidence.run").count() == 1
    assert Entry.objects.filter(kind="evidence.finished").count() == 1
    with transaction.atomic():
        assert ask_for_run(by=None).pk == ask_for_run(by=None).pk


def test_metrics_that_change_all_day_ask_once_an_hour_but_people_do_not_wait() -> None:
    companies(30)
    noon = datetime.combine(TODAY, time(3), tzinfo=UTC)
    with clock.held_at(noon):
        record("metrics.refreshed", by=None)
        run_owed()
    with clock.held_at(noon + timedelta(minutes=5)):
        record("metrics.refreshed", by=None)
        run_owed()
        job = Job.objects.get(name="evidence.run", done_at=None)
        assert job.run_after == noon + timedelta(hours=1)
        ask_for_run(by=a_user(role="manager"))
        run_owed()
        assert not Job.objects.filter(name="evidence.run", done_at=None).exists()


def test_only_the_newest_runs_keep_their_decisions() -> None:
    companies(30)
    runs = []
    with clock.held_at(TODAY):
        for i in range(7):
            Subscription.objects.filter(external_id=f"S-{i}").delete()
            run_evidence()
            runs.append(EvidenceRun.objects.order_by("-pk")[0].pk)
    assert [path_of(pk).exists() for pk in runs] == [False] * 2 + [True] * 5
