from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banso.act.signals import writes
from banso.act.signals.models import Signal, Watch
from banso.act.signals.tests.builders import fallen, renewing
from banso.act.signals.writes import FOLLOWER, follow_changes, refresh_signals, save_rule
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.rules import CONTACT, CONTACT_DAYS, USAGE, between
from banso.measure.health.tests.builders import TODAY, a_model, measured_again
from banso.measure.health.writes.scoring import HEALTH_CHANGED
from banso.measure.health.writes.scoring import follow_changes as score_changes
from banso.shared.journal.models import Entry
from banso.shared.journal.reads import changes_for
from banso.shared.journal.writes import note_changes
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def looked_at(account: Account) -> None:
    """Health saw the account change."""
    note_changes(HEALTH_CHANGED, account_ids=[account.pk])


def signals() -> dict[int, dict[str, Any]]:
    return {row["id"]: {**row} for row in Signal.objects.values()}


def test_only_the_accounts_that_changed_are_looked_at() -> None:
    one, other = renewing(20), renewing(30)
    follow_changes(today=TODAY)
    Account.objects.update(next_renewal_on=None)
    looked_at(one)
    follow_changes(today=TODAY)
    assert Signal.objects.get(closed_at=None).account_id == other.pk
    assert Entry.objects.filter(kind="signals.refreshed").count() == 1
    assert changes_for(FOLLOWER) == {}


def test_a_new_score_leads_to_the_signals_of_its_account_alone() -> None:
    a_model([between("usage_28d", USAGE, 10, 0, 100), between(CONTACT_DAYS, CONTACT, 10, 90, 1)])
    account, other = renewing(20, last_contact_on=TODAY), renewing(30, last_contact_on=TODAY)
    for each in (account, other):
        measured_again(each, usage_28d=50, usage_trend_28d=0.0)
    score_changes(today=TODAY)
    follow_changes(today=TODAY)
    before = signals()
    measured_again(account, usage_28d=10, usage_trend_28d=-0.8)
    score_changes(today=TODAY)
    assert set(changes_for(FOLLOWER).values()) == {account.pk}
    follow_changes(today=TODAY)
    now = signals()
    told = {row["account_id"] for pk, row in now.items() if before.get(pk) != row}
    assert told == {account.pk}
    assert Signal.objects.filter(kind="usage_fell", account=account).exists()


def test_following_finds_what_looking_at_everybody_finds() -> None:
    accounts = [renewing(days, mrr_minor=1000 * days, currency="JPY") for days in (5, 20, 80)]
    accounts += [fallen(), an_account(last_contact_on=TODAY - timedelta(days=300))]
    follow_changes(today=TODAY)
    for account in accounts:
        Account.objects.filter(pk=account.pk).update(health=17, touch_model="high")
        looked_at(account)
    follow_changes(today=TODAY)
    followed = list(Signal.objects.order_by("pk").values())
    refresh_signals(today=TODAY)
    assert list(Signal.objects.order_by("pk").values()) == followed


def test_everybody_is_looked_at_on_another_day_and_after_other_settings() -> None:
    renewing(20), renewing(100)
    follow_changes(today=TODAY)
    assert Signal.objects.count() == 1
    follow_changes(today=TODAY + timedelta(days=15))
    assert Signal.objects.count() == 2
    save_rule(by=a_user(role="manager"), kind="renewal_near", is_on=False, settings={})
    follow_changes(today=TODAY + timedelta(days=15))
    assert not Signal.objects.filter(closed_at=None).exists()


def test_everybody_is_looked_at_when_the_first_contact_is_recorded() -> None:
    silent = an_account(signed_up_on=TODAY - timedelta(days=500), touch_model="mid")
    follow_changes(today=TODAY)
    assert not Signal.objects.exists()
    an_account(last_contact_on=TODAY)
    follow_changes(today=TODAY)
    assert Signal.objects.get().account_id == silent.pk


def test_a_look_that_dies_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    follow_changes(today=TODAY)
    one, other = renewing(20), renewing(30)
    looked_at(one)
    looked_at(other)
    look = writes._look_at
    monkeypatch.setattr(writes, "CHUNK", 1)

    def die_at_the_second(today: Any, ranks: Any, ids: Any) -> Any:
        if ids == [other.pk]:
            raise RuntimeError("power cut")
        return look(today, ranks, ids)

    monkeypatch.setattr(writes, "_look_at", die_at_the_second)
    with pytest.raises(RuntimeError):
        follow_changes(today=TODAY)
    assert set(changes_for(FOLLOWER).values()) == {one.pk, other.pk}
    monkeypatch.setattr(writes, "_look_at", look)
    follow_changes(today=TODAY)
    assert Signal.objects.count() == 2
    assert Entry.objects.filter(kind="signal.raised").count() == 2


def cost(accounts: list[Account]) -> tuple[int, int]:
    """Queries, and accounts for which something holds, after three accounts changed."""
    for account in accounts[:3]:
        looked_at(account)
    with CaptureQueriesContext(connection) as queries:
        done = follow_changes(today=TODAY)
    return len(queries), sum(count.holds for count in done.values())


def test_the_cost_follows_the_changes_not_the_customers() -> None:
    few = [renewing(20 + n, mrr_minor=100 * n, currency="JPY") for n in range(5)]
    follow_changes(today=TODAY)
    of_few = cost(few)
    Account.objects.bulk_create(
        Account(external_id=f"many-{n}", name=f"{n}", mrr_minor=n, currency="JPY")
        for n in range(2000)
    )
    refresh_signals(today=TODAY)
    of_many = cost(few)
    assert of_few == of_many
    assert of_many[1] == 3
    assert of_many[0] <= 40


def test_ranks_of_many_amounts_are_kept_in_few_steps() -> None:
    Account.objects.bulk_create(
        Account(external_id=f"many-{n}", name=f"{n}", mrr_minor=n, currency="JPY")
        for n in range(1, 1001)
    )
    renewing(20, mrr_minor=900, currency="JPY")
    refresh_signals(today=TODAY)
    steps = Watch.objects.get().value_steps["JPY"]
    assert len(steps) == 201
    assert (steps[0], steps[-1]) == (1, 1000)
