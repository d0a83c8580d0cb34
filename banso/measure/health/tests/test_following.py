from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.accounts.writes import change_account, change_in_bulk, upsert_accounts
from banso.know.notes.writes import add_note
from banso.measure.health import rules
from banso.measure.health.models import HealthScore, Scoring
from banso.measure.health.tests.builders import TODAY, measured, measured_again
from banso.measure.health.writes import scoring
from banso.measure.health.writes.model import save_model
from banso.measure.health.writes.scoring import FOLLOWER, follow_changes
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.reads import last_event_of_all
from banso.shared import clock
from banso.shared.journal.models import Job
from banso.shared.journal.reads import changes_for
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def three() -> list[Account]:
    """Three customers, scored today."""
    accounts = [an_account(last_contact_on=TODAY, touch_model="mid") for _ in range(3)]
    for users, account in enumerate(accounts, start=1):
        measured(account, active_users_28d=users, usage_28d=10 * users, usage_trend_28d=0.0)
    follow_changes(today=TODAY)
    return accounts


def scores() -> dict[int, dict[str, Any]]:
    return {
        row["account_id"]: {**row} for row in HealthScore.objects.filter(is_current=True).values()
    }


def changed_since(before: dict[int, dict[str, Any]]) -> set[int]:
    now = scores()
    return {pk for pk in before.keys() | now.keys() if before.get(pk) != now.get(pk)}


def test_only_whose_metrics_changed_is_scored_anew(three: list[Account]) -> None:
    before = scores()
    measured_again(three[0], active_users_28d=3, usage_28d=30, usage_trend_28d=0.0)
    assert follow_changes(today=TODAY).accounts == 1
    assert changed_since(before) == {three[0].pk}
    assert follow_changes(today=TODAY).accounts == 0


def test_a_change_that_arrives_during_the_run_comes_next(
    three: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured_again(three[0], active_users_28d=3, usage_28d=30, usage_trend_28d=0.0)
    chunk = scoring._refresh_chunk

    def meanwhile(people: Any, run: Any, **rest: Any) -> None:
        measured_again(three[1], active_users_28d=1, usage_28d=1, usage_trend_28d=-0.5)
        change_account(by=a_user(role="manager"), account=three[2], custom={}, touch_model="tech")
        chunk(people, run, **rest)

    monkeypatch.setattr(scoring, "_refresh_chunk", meanwhile)
    assert follow_changes(today=TODAY).accounts == 1
    monkeypatch.undo()
    before = scores()
    follow_changes(today=TODAY)
    assert changed_since(before) == {three[1].pk, three[2].pk}


def test_a_run_that_dies_is_repeated(three: list[Account], monkeypatch: pytest.MonkeyPatch) -> None:
    for account in three:
        measured_again(account, active_users_28d=9, usage_28d=90, usage_trend_28d=0.1)
    before, chunk, seen = scores(), scoring._refresh_chunk, Scoring.objects.get().revision
    monkeypatch.setattr(scoring, "CHUNK", 1)

    def die_at_the_second(people: Any, run: Any, **rest: Any) -> None:
        if people[0].id == three[1].pk:
            raise RuntimeError("power cut")
        chunk(people, run, **rest)

    monkeypatch.setattr(scoring, "_refresh_chunk", die_at_the_second)
    with pytest.raises(RuntimeError):
        follow_changes(today=TODAY)
    assert Scoring.objects.get().revision == seen
    assert changed_since(before) == {three[0].pk}
    monkeypatch.setattr(scoring, "_refresh_chunk", chunk)
    follow_changes(today=TODAY)
    assert changed_since(before) == {account.pk for account in three}


def test_what_a_refresh_at_work_has_written_so_far_is_not_taken_for_all(
    three: list[Account],
) -> None:
    AccountMeasures.objects.filter(pk=three[0].pk).update(revision=7)
    follow_changes(today=TODAY)
    AccountMeasures.objects.filter(pk=three[1].pk).update(revision=7)
    assert follow_changes(today=TODAY).accounts == 2


def by_hand(account: Account) -> None:
    change_account(by=a_user(role="manager"), account=account, custom={}, touch_model="tech")


def in_bulk(account: Account) -> None:
    admin = a_user(role="manager")
    change_in_bulk(by=admin, ids=[account.pk], field="touch_model", value="tech")


def by_import(account: Account) -> None:
    row = {"external_id": account.external_id, "stage": "left"}
    upsert_accounts(by=None, source=account.source, rows=[row])


def by_contact(account: Account) -> None:
    at = clock.now() + timedelta(days=400)
    add_note(by=a_user(role="manager"), account=account, at=at, happened="訪問")


@pytest.mark.parametrize("change", [by_hand, in_bulk, by_import, by_contact])
def test_whatever_changes_an_account_scores_it_anew(
    three: list[Account], change: Callable[[Account], None]
) -> None:
    change(three[1])
    assert set(changes_for(FOLLOWER).values()) == {three[1].pk}
    assert Job.objects.filter(name=FOLLOWER, done_at=None).count() == 1
    before = scores()
    Account.objects.filter(pk=three[0].pk).update(stage="left")  # told to nobody
    assert follow_changes(today=TODAY).accounts == 1
    assert changed_since(before) <= {three[1].pk}
    assert changes_for(FOLLOWER) == {}


def test_new_accounts_get_their_line() -> None:
    follow_changes(today=TODAY)
    upsert_accounts(by=None, source="crm", rows=[{"external_id": "n-1"}, {"external_id": "n-2"}])
    assert follow_changes(today=TODAY).accounts == 2
    assert HealthScore.objects.count() == 2


def test_everybody_is_scored_on_another_day_and_with_another_model(three: list[Account]) -> None:
    assert follow_changes(today=TODAY + timedelta(days=1)).accounts == 3
    measure = rules.between(rules.CONTACT_DAYS, rules.CONTACT, 10, 30, 1)
    save_model(by=a_user(role="manager"), measures=[measure])
    assert follow_changes(today=TODAY + timedelta(days=1)).accounts == 3


def test_everybody_is_scored_when_events_arrive_again(three: list[Account]) -> None:
    later = TODAY + timedelta(days=40)
    follow_changes(today=later)
    assert rules.is_stale(last_event_of_all(), later)
    measured_again(three[0], as_of=later, active_users_28d=1, usage_28d=1, usage_trend_28d=0.0)
    assert follow_changes(today=later).accounts == 3


def cost(accounts: list[Account], today_s: int) -> tuple[int, int]:
    """Queries and scored accounts of a run after three customers changed."""
    for account in accounts[:3]:
        measured_again(account, active_users_28d=today_s, usage_28d=1, usage_trend_28d=0.0)
    with CaptureQueriesContext(connection) as queries:
        scored = follow_changes(today=TODAY).accounts
    return len(queries), scored


def test_the_cost_follows_the_changes_not_the_customers() -> None:
    few = [an_account(last_contact_on=TODAY) for _ in range(20)]
    for n, account in enumerate(few):
        measured(account, active_users_28d=n, usage_28d=10 * n, usage_trend_28d=0.01 * n)
    follow_changes(today=TODAY)
    of_few = cost(few, 7)
    many = Account.objects.bulk_create(
        Account(external_id=f"many-{n}", name=f"{n}") for n in range(2000)
    )
    AccountMeasures.objects.bulk_create(
        AccountMeasures(account=account, as_of=TODAY, values={}) for account in many
    )
    follow_changes(today=TODAY + timedelta(days=1))
    follow_changes(today=TODAY)
    of_many = cost(few, 8)
    assert of_few == of_many
    assert of_many[1] == 3
    assert of_many[0] <= 40
