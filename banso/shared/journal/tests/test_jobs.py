from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, transaction

from banso.shared import clock
from banso.shared.journal import registry
from banso.shared.journal.jobs import pay, run_owed
from banso.shared.journal.models import Entry, Job, Tick
from banso.shared.journal.registry import Schedule, Work
from banso.shared.journal.rules import LEASE, MOST_ATTEMPTS
from banso.shared.journal.writes import (
    ask_for_scheduled,
    claim,
    enqueue,
    extend_lease,
    forget_done_jobs,
    mark_done,
    record,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the job "test.note" and the reaction to "test.happened" were called with."""
    noted: list[object] = []

    def react(entry: Entry) -> None:
        noted.append(entry.payload["score"])

    monkeypatch.setattr(registry, "_jobs", {"test.note": note_into(noted)})
    monkeypatch.setattr(registry, "_reactions", {"test.happened": {"react": react}})
    monkeypatch.setattr(registry, "_schedules", {})
    return noted


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("the mail server is away")


def note_into(seen: list[object]) -> Work:
    def note(what: str) -> None:
        seen.append(what)

    return note


def set_job(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setitem(registry._jobs, "test.note", work)


def test_an_entry_owes_each_reaction_once(seen: list[object]) -> None:
    user = get_user_model().objects.create_user("hanako@example.jp", name="花子")
    entry = record("test.happened", by=user, account_id=7, score=3)
    assert (entry.by, entry.account_id, entry.payload) == (user, 7, {"score": 3})
    assert run_owed() == 1
    assert run_owed() == 0
    assert seen == [3]


def test_a_failing_job_keeps_its_error_and_comes_back_later(
    seen: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_job(monkeypatch, broken)
    enqueue("test.note", what="a")
    assert run_owed() == 0
    owed = Job.objects.get()
    assert owed.attempts == 1
    assert "the mail server is away" in owed.error
    assert owed.run_after > clock.now()
    set_job(monkeypatch, note_into(seen))
    with clock.held_at(clock.now() + timedelta(minutes=1)):
        assert run_owed() == 1
    assert seen == ["a"]


def test_a_hopeless_job_is_given_up_but_kept(
    seen: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_job(monkeypatch, broken)
    enqueue("test.note", what="a")
    for hour in range(MOST_ATTEMPTS + 2):
        with clock.held_at(clock.now() + timedelta(hours=2 * hour)):
            run_owed()
    owed = Job.objects.get()
    assert owed.given_up_at is not None
    assert owed.attempts == MOST_ATTEMPTS


def test_a_job_of_a_dead_worker_runs_again_after_its_lease(seen: list[object]) -> None:
    enqueue("test.note", what="a")
    dead = claim()
    assert dead is not None
    assert claim() is None
    with clock.held_at(clock.now() + LEASE + timedelta(seconds=1)):
        assert run_owed() == 1
        assert not extend_lease(dead), "the dead worker must not get its job back"
        assert not mark_done(dead)
    assert seen == ["a"]


def test_a_living_worker_keeps_its_job(seen: list[object]) -> None:
    enqueue("test.note", what="a")
    held = claim()
    assert held is not None
    with clock.held_at(clock.now() + LEASE - timedelta(seconds=1)):
        assert extend_lease(held)
    with clock.held_at(clock.now() + LEASE + timedelta(seconds=1)):
        assert claim() is None
    assert pay(held, heartbeat=False)
    assert seen == ["a"]


def test_a_key_makes_one_job_of_many_wishes(seen: list[object]) -> None:
    assert enqueue("test.note", key="k", what="a") == enqueue("test.note", key="k", what="a")
    assert run_owed() == 1
    enqueue("test.note", key="k", what="b")
    assert run_owed() == 1
    assert seen == ["a", "b"]


def test_a_wish_during_the_run_makes_it_run_once_more(
    seen: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_again(what: str) -> None:
        seen.append(what)
        if len(seen) == 1:
            enqueue("test.note", key="k", what="a")

    set_job(monkeypatch, ask_again)
    enqueue("test.note", key="k", what="a")
    assert run_owed() == 2
    assert seen == ["a", "a"]
    assert Job.objects.filter(done_at=None).count() == 0


def test_a_wish_for_later_during_the_run_waits_for_its_time(
    seen: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_again(what: str) -> None:
        seen.append(what)
        if len(seen) == 1:
            enqueue("test.note", key="k", after=clock.now() + timedelta(hours=1), what="a")

    set_job(monkeypatch, ask_again)
    enqueue("test.note", key="k", what="a")
    assert run_owed() == 1
    with clock.held_at(clock.now() + timedelta(minutes=61)):
        assert run_owed() == 1
    assert seen == ["a", "a"]


def test_a_schedule_asks_once_per_slot(seen: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    set_job(monkeypatch, lambda: seen.append("tick"))
    monkeypatch.setitem(registry._schedules, "test.note", Schedule("test.note", timedelta(hours=1)))
    noon = clock.now().replace(minute=0, second=0)
    for minutes in (0, 10, 59, 60):
        with clock.held_at(noon + timedelta(minutes=minutes)):
            ask_for_scheduled()
            run_owed()
    assert seen == ["tick", "tick"]
    assert Tick.objects.count() == 1


def test_done_jobs_are_forgotten_but_entries_stay(seen: list[object]) -> None:
    record("test.happened", by=None, score=1)
    run_owed()
    with clock.held_at(clock.now() + timedelta(days=20)):
        forget_done_jobs(older_than=timedelta(days=14))
    assert Job.objects.count() == 0
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_stops_when_told(seen: list[object]) -> None:
    from banso.shared.journal.jobs import work_until

    enqueue("test.note", what="a")
    stop = threading.Event()

    def note_and_stop(what: str) -> None:
        seen.append(what)
        stop.set()

    registry._jobs["test.note"] = note_and_stop
    work_until(stop, poll=0.01)
    assert seen == ["a"]
    assert Job.objects.get().done_at is not None


def test_a_job_that_ends_its_workers_is_given_up(seen: list[object]) -> None:
    enqueue("test.note", what="deadly")
    enqueue("test.note", what="harmless")
    moment = clock.now()
    for death in range(MOST_ATTEMPTS):
        with clock.held_at(moment + death * (LEASE + timedelta(seconds=1))):
            deadly = claim()
            assert deadly is not None and deadly.args == {"what": "deadly"}
    with clock.held_at(moment + MOST_ATTEMPTS * (LEASE + timedelta(seconds=1))):
        assert run_owed() == 1
    given_up = Job.objects.exclude(given_up_at=None).get()
    assert "worker ended" in given_up.error
    assert seen == ["harmless"]


@pytest.mark.django_db(transaction=True)
def test_a_wish_that_comes_while_the_job_is_closed_is_not_lost(seen: list[object]) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    enqueue("test.note", key="k", what="a")
    held, asked = claim(), threading.Event()
    assert held is not None

    def wish() -> None:
        with transaction.atomic():
            enqueue("test.note", key="k", what="a")
            asked.set()
            time.sleep(0.3)
        connection.close()

    wishing = threading.Thread(target=wish)
    wishing.start()
    asked.wait(5)
    assert mark_done(held)
    wishing.join()
    assert run_owed() == 1


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_outlives_a_busy_database(
    seen: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from banso.shared.journal import jobs

    beats: list[object] = []

    def busy_once(owed: Job) -> bool:
        beats.append(owed)
        if len(beats) == 1:
            raise OperationalError("database is locked")
        return False

    monkeypatch.setattr(jobs, "LEASE", timedelta(milliseconds=20))
    monkeypatch.setattr(jobs, "extend_lease", busy_once)
    beat = jobs.Heartbeat(Job(pk=1))
    beat.start()
    beat.join(5)
    assert len(beats) == 2
