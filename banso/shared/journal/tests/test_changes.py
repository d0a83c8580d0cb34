from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from banso.shared import clock
from banso.shared.journal import registry
from banso.shared.journal.jobs import run_owed, work_in_lanes
from banso.shared.journal.models import Change, Job
from banso.shared.journal.reads import changes_for
from banso.shared.journal.registry import IMPORTS, LONG, PROMPT
from banso.shared.journal.writes import (
    changes_gathered,
    claim,
    enqueue,
    forget_changes,
    note_changes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The accounts that the follower of "test.facts" looked at."""
    seen: list[int] = []

    def look() -> None:
        told = changes_for("test.look")
        seen.extend(told.values())
        forget_changes(list(told))

    monkeypatch.setattr(registry, "_jobs", {"test.look": look})
    monkeypatch.setattr(registry, "_followers", {"test.facts": ["test.look"]})
    monkeypatch.setattr(registry, "_schedules", {})
    return seen


def test_a_follower_hears_of_each_account_that_changed(looked_at: list[int]) -> None:
    note_changes("test.facts", account_ids=[3, 1, 3])
    note_changes("test.facts", account_ids=[7])
    assert Job.objects.count() == 1
    run_owed()
    assert looked_at == [1, 3, 7]
    assert not Change.objects.exists()


def test_nothing_is_kept_for_a_topic_that_nobody_follows(looked_at: list[int]) -> None:
    note_changes("test.else", account_ids=[1])
    note_changes("test.facts", account_ids=[])
    assert not Change.objects.exists()
    assert not Job.objects.exists()


def test_changes_that_may_wait_are_looked_at_together(looked_at: list[int]) -> None:
    for pk in (1, 2):
        note_changes("test.facts", account_ids=[pk], within=timedelta(seconds=5))
    run_owed()
    assert looked_at == []
    with clock.held_at(clock.now() + timedelta(seconds=5)):
        assert run_owed() == 1
    assert looked_at == [1, 2]


def test_what_is_gathered_is_written_once_at_the_end(looked_at: list[int]) -> None:
    with changes_gathered():
        note_changes("test.facts", account_ids=[2, 1])
        note_changes("test.facts", account_ids=[2, 3])
        assert not Change.objects.exists()
    assert sorted(changes_for("test.look").values()) == [1, 2, 3]
    assert Job.objects.count() == 1


def test_what_was_gathered_before_a_fault_is_not_written(looked_at: list[int]) -> None:
    def fails() -> None:
        with changes_gathered():
            note_changes("test.facts", account_ids=[1])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not Change.objects.exists()


def test_a_change_between_looking_and_forgetting_stays(looked_at: list[int]) -> None:
    note_changes("test.facts", account_ids=[1])
    told = changes_for("test.look")
    note_changes("test.facts", account_ids=[1])
    forget_changes(list(told))
    assert list(changes_for("test.look").values()) == [1]


def test_each_lane_takes_its_own_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_lanes", {"test.import": IMPORTS, "test.long": LONG})
    for name in ("test.long", "test.import", "test.short"):
        enqueue(name)
    assert [job.name for lane in (PROMPT, IMPORTS, LONG) if (job := claim(lane=lane))] == [
        "test.short",
        "test.import",
        "test.long",
    ]
    assert claim(lane=PROMPT) is None


@pytest.mark.django_db(transaction=True)
def test_a_short_job_does_not_wait_for_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]  # SQLite's wrapper
        pytest.skip("a database in memory belongs to one thread")
    stop, short_is_done = threading.Event(), threading.Event()
    waited: list[bool] = []

    def long() -> None:
        waited.append(short_is_done.wait(20))
        stop.set()

    monkeypatch.setattr(registry, "_jobs", {"test.long": long, "test.short": short_is_done.set})
    monkeypatch.setattr(registry, "_lanes", {"test.long": LONG})
    monkeypatch.setattr(registry, "_schedules", {})
    enqueue("test.long")
    enqueue("test.short")
    work_in_lanes(stop)
    assert waited == [True]
    assert not Job.objects.filter(done_at=None).exists()
