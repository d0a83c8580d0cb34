from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from banso.act.signals.models import Signal
from banso.act.signals.reads import visible_signals
from banso.act.signals.tests.builders import a_signal, renewing
from banso.act.signals.writes import dismiss, refresh_signals, save_rule, snooze
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.notes.writes import add_note
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def test_one_signal_of_a_kind_per_account() -> None:
    account = an_account()
    a_signal(account)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_signal(account)
    a_signal(account, kind="usage_fell")


def test_refreshing_twice_changes_nothing() -> None:
    renewing(20)
    refresh_signals(today=TODAY)
    before = list(Signal.objects.values())
    refresh_signals(today=TODAY)
    assert list(Signal.objects.values()) == before
    assert Entry.objects.filter(kind="signal.raised").count() == 1


def test_the_signal_keeps_who_owned_the_customer() -> None:
    owner = a_user()
    renewing(20, owner=owner)
    refresh_signals(today=TODAY)
    assert Signal.objects.get().owner == owner


def test_facts_and_priority_follow_the_days() -> None:
    account = renewing(20, health=80)
    refresh_signals(today=TODAY)
    first = Signal.objects.get()
    Account.objects.filter(pk=account.pk).update(health=20)
    refresh_signals(today=TOMORROW)
    again = Signal.objects.get()
    assert again.pk == first.pk
    assert again.raised_at == first.raised_at
    assert again.priority > first.priority
    assert again.data["health"] == 20


def test_a_signal_closes_when_its_condition_ends() -> None:
    account = renewing(20)
    refresh_signals(today=TODAY)
    Account.objects.filter(pk=account.pk).update(next_renewal_on=TODAY + timedelta(days=385))
    refresh_signals(today=TODAY)
    signal = Signal.objects.get()
    assert signal.closed_reason == "ended"
    assert Entry.objects.get(kind="signal.ended").account_id == account.pk


def test_a_condition_that_returns_raises_a_new_signal() -> None:
    account = renewing(20)
    refresh_signals(today=TODAY)
    Account.objects.filter(pk=account.pk).update(next_renewal_on=None)
    refresh_signals(today=TODAY)
    Account.objects.filter(pk=account.pk).update(next_renewal_on=TODAY + timedelta(days=20))
    refresh_signals(today=TODAY)
    assert Signal.objects.filter(closed_at=None).count() == 1
    assert Signal.objects.count() == 2


def test_a_snoozed_signal_is_away_until_its_day() -> None:
    user = a_user()
    signal = a_signal(an_account(last_contact_on=TODAY - timedelta(days=200), touch_model="mid"))
    snooze(by=user, signal=signal, until=TODAY + timedelta(days=7))
    refresh_signals(today=TODAY)
    assert not visible_signals(TODAY + timedelta(days=6)).exists()
    assert visible_signals(TODAY + timedelta(days=7)).get() == signal


def test_a_dismissed_signal_stays_away_while_its_condition_lasts() -> None:
    account = renewing(20)
    refresh_signals(today=TODAY)
    dismiss(by=a_user(), signal=Signal.objects.get(), note="もう合意済み")
    refresh_signals(today=TOMORROW)
    assert not visible_signals(TOMORROW).exists()
    Account.objects.filter(pk=account.pk).update(next_renewal_on=TODAY + timedelta(days=380))
    refresh_signals(today=TOMORROW)
    dismissed = Signal.objects.get()
    assert (dismissed.closed_reason, dismissed.closed_note) == ("dismissed", "もう合意済み")
    Account.objects.filter(pk=account.pk).update(next_renewal_on=TODAY + timedelta(days=20))
    refresh_signals(today=TOMORROW)
    assert visible_signals(TOMORROW).count() == 1


def test_a_kind_that_is_switched_off_closes_its_signals() -> None:
    renewing(20)
    refresh_signals(today=TODAY)
    with clock.held_at(TODAY):
        save_rule(
            by=a_user(role="manager"),
            kind="renewal_near",
            is_on=False,
            settings={"within_days": 90},
        )
        run_owed()
    assert not Signal.objects.filter(closed_at=None).exists()


def test_health_leads_to_signals() -> None:
    renewing(20)
    with clock.held_at(TODAY):
        record("health.refreshed", by=None)
        run_owed()
    assert Signal.objects.count() == 1
    entry = Entry.objects.get(kind="signals.refreshed")
    assert entry.payload["kinds"]["renewal_near"] == {"holds": 1, "raised": 1, "ended": 0}


def test_all_accounts_are_looked_at_with_few_queries(django_assert_max_num_queries: object) -> None:
    for days in range(1, 60):
        renewing(days, last_contact_on=TODAY - timedelta(days=200))
    with django_assert_max_num_queries(90):  # type: ignore[operator]  # pytest-django's fixture
        refresh_signals(today=TODAY)


def test_a_noted_contact_ends_the_silence_soon() -> None:
    me = a_user()
    account = an_account(owner=me, touch_model="mid", last_contact_on=TODAY - timedelta(days=200))
    refresh_signals(today=TODAY)
    with clock.held_at(TODAY):
        add_note(by=me, account=account, at=clock.now(), happened="電話で近況を聞いた")
        run_owed()
    assert Signal.objects.get().closed_reason == "ended"
