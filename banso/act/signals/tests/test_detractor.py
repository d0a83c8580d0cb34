"""An answer of 0 to 6 is a signal within the minute, once, and no longer than it stands."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from banso.act.signals.kinds import kinds
from banso.act.signals.models import Signal
from banso.act.signals.writes import FOLLOWER, dismiss, follow_changes, refresh_signals
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Person
from banso.know.people.tests.builders import a_person
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.tests.builders import CALM, PLEASED, SILENT, a_response, a_wave
from banso.listen.surveys.writes import LOOKED_AT_WITHIN, hand_in
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.journal import registry
from banso.shared.journal.jobs import run_owed, work_until
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import PROMPT, jobs_of_other_lanes
from banso.shared.journal.writes import enqueue
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def begun(wave: Wave, account: Account, person: Person | None = None) -> Response:
    """Opened by its link, nothing handed in yet."""
    return Response.objects.create(
        wave=wave,
        version=wave.version,
        account=account,
        person=person or a_person(account),
        origin=Response.Origin.LINK,
    )


def unhappy(recommend: int, **more: Any) -> dict[str, Any]:
    return SILENT | {"recommend": recommend} | more


def look_again() -> None:
    """What the worker does some seconds later, for all answers that came meanwhile."""
    with clock.held_at(clock.now() + LOOKED_AT_WITHIN):
        run_owed()


def open_signals() -> list[Signal]:
    return list(Signal.objects.filter(kind="detractor", closed_at=None))


@pytest.mark.django_db(transaction=True)
def test_the_worker_brings_a_detractors_answer_within_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = an_account()
    response = begun(a_wave(), account)
    stop, started = threading.Event(), time.monotonic()

    def look() -> None:
        if open_signals() or time.monotonic() - started > 60:
            stop.set()
        else:
            enqueue("test.look", after=clock.now() + timedelta(milliseconds=50))

    monkeypatch.setitem(registry._jobs, "test.look", look)
    monkeypatch.setattr(registry, "_schedules", {})
    hand_in(response=response, answers=unhappy(3))
    enqueue("test.look")
    work_until(stop, poll=0.01, lane=PROMPT)
    assert time.monotonic() - started < 60
    assert [signal.account_id for signal in open_signals()] == [account.pk]


def test_no_import_and_no_long_job_stands_before_it() -> None:
    assert FOLLOWER not in jobs_of_other_lanes()


def test_an_answer_that_is_changed_stays_one_signal() -> None:
    account = an_account()
    response = begun(a_wave(), account)
    hand_in(response=response, answers=unhappy(5))
    look_again()
    hand_in(response=response, answers=unhappy(2))
    look_again()
    (signal,) = Signal.objects.filter(kind="detractor")
    assert signal.data["lowest"] == 2
    assert Entry.objects.filter(kind="signal.raised", account_id=account.pk).count() == 1


def test_it_goes_when_the_answer_becomes_a_promoters() -> None:
    response = begun(a_wave(), an_account())
    hand_in(response=response, answers=unhappy(5))
    look_again()
    hand_in(response=response, answers=unhappy(9))
    look_again()
    assert open_signals() == []


def test_what_somebody_dismissed_is_not_raised_by_the_same_answer_changed() -> None:
    response = begun(a_wave(), an_account())
    hand_in(response=response, answers=unhappy(5))
    look_again()
    dismiss(by=a_user(), signal=open_signals()[0], note="Spoke with them")
    hand_in(response=response, answers=unhappy(4))
    look_again()
    assert open_signals() == []


def test_an_anonymous_answer_is_of_no_customer() -> None:
    response = begun(a_wave(is_anonymous=True), an_account())
    hand_in(response=response, answers=unhappy(0))
    look_again()
    refresh_signals(today=clock.today())
    assert not Signal.objects.filter(kind="detractor").exists()


def test_only_the_customer_who_answered_is_looked_at() -> None:
    wave, account, other = a_wave(), an_account(), an_account()
    follow_changes(today=clock.today())
    a_response(wave, unhappy(1), account=other)
    hand_in(response=begun(wave, account), answers=unhappy(3))
    look_again()
    assert [signal.account_id for signal in open_signals()] == [account.pk]


def test_of_each_person_the_newest_answer_counts() -> None:
    account = an_account()
    changed, stays = a_person(account), a_person(account)
    wave, later = a_wave(name="1"), a_wave(name="2")
    days = [TODAY - timedelta(days=back) for back in (20, 5)]
    for person, answers in ((changed, PLEASED), (stays, unhappy(4))):
        a_response(wave, unhappy(1), account=account, person=person, submitted_on=days[0])
        a_response(later, answers, account=account, person=person, submitted_on=days[1])
    refresh_signals(today=TODAY)
    (signal,) = open_signals()
    assert (signal.data["lowest"], signal.data["people"]) == (4, 1)
    assert signal.data["on"] == days[1].isoformat()


def test_an_old_answer_and_one_of_seven_raise_nothing() -> None:
    wave = a_wave()
    a_response(wave, unhappy(0), account=an_account(), submitted_on=TODAY - timedelta(days=91))
    a_response(wave, CALM | {"recommend": 7}, account=an_account(), submitted_on=TODAY)
    refresh_signals(today=TODAY)
    assert open_signals() == []


def test_the_newest_and_lowest_answers_come_first() -> None:
    wave, accounts = a_wave(), [an_account() for _ in range(3)]
    for account, recommend, back in zip(accounts, (0, 6, 6), (0, 0, 80), strict=True):
        day = TODAY - timedelta(days=back)
        a_response(wave, unhappy(recommend), account=account, submitted_on=day)
    refresh_signals(today=TODAY)
    found = sorted(open_signals(), key=lambda signal: -signal.priority)
    assert [signal.account_id for signal in found] == [account.pk for account in accounts]


def test_the_reason_names_nobody_and_reads_well() -> None:
    one = {"lowest": 3, "people": 1, "on": "2026-06-01"}
    several = one | {"people": 2}
    kind = kinds()["detractor"]
    with translation.override("ja"):
        assert kind.reason(one, TODAY) == "2026/06/01の回答で、推奨度は10点満点中3点でした"
        assert kind.reason(several, TODAY) == (
            "2人が薦めたくないと回答しています(最も低い点は10点満点中3点、最後の回答は2026/06/01)"
        )
    with translation.override("en"):
        assert kind.reason(one, TODAY).startswith("Would not recommend us: answered 3 of 10 on")
