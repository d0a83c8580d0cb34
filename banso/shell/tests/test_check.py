"""`banso check` says what is wrong and what to do, and ends with 1; or that all is sound."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from banso.shared import clock
from banso.shared.journal.models import Job, Tick
from banso.shared.journal.reads import given_up_jobs
from banso.shared.journal.registry import schedules
from banso.shared.journal.writes import ask_for_scheduled, retry_given_up
from banso.shared.lake import reads, writes
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.models import Organisation
from banso.shell.operations import checks
from banso.shell.operations.findings import Finding
from tools import assets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOME = tmp_path
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def said() -> str:
    out = StringIO()
    try:
        call_command("check", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def a_job(name: str = "lake.compact", **fields: object) -> Job:
    return Job.objects.create(**{"name": name, "run_after": clock.now()} | fields)


def states(findings: list[Finding]) -> list[str]:
    return [found.state for found in findings]


def test_a_sound_installation() -> None:
    assert said().endswith("This Banso is sound.\n")


def test_the_terminal_chooses_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "問題は見つかりませんでした。" in said()


@pytest.mark.parametrize(("language", "expected"), [("ja", "正常"), ("en", "ok")])
def test_the_organisation_chooses_where_the_terminal_does_not(
    monkeypatch: pytest.MonkeyPatch, language: str, expected: str
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    Organisation.objects.create(pk=1, name="あおば製作所", language=language)
    assert said().startswith(expected)


def test_a_lost_event_file_is_a_problem() -> None:
    writes.append(events=a_table(an_event()), source="test")
    writes.compact()
    Job.objects.all().delete()
    lost = reads.paths_of(reads.live_segments())[0]
    lost.unlink()
    text = said()
    assert f"Missing event files (1): {lost.name}" in text
    assert "Put these files back into lake/events" in text
    assert text.endswith("Problems: 1.")


def test_events_that_wait_are_counted_and_after_an_hour_a_problem() -> None:
    writes.append(events=a_table(an_event()), source="test")
    assert "Events that wait to be sorted in: 1" in said()
    with clock.held_at(clock.now() + timedelta(hours=2)):
        assert "waited for more than an hour to be sorted in: 1" in said()


def test_a_job_that_was_given_up_says_its_error() -> None:
    a_job(given_up_at=clock.now(), error="Traceback …\n  File x\nValueError: no such week\n")
    assert "lake.compact was given up: ValueError: no such week" in said()


def test_a_job_that_fails_is_worth_a_note() -> None:
    a_job(attempts=2, error="OSError: disk full", run_after=clock.now() + timedelta(seconds=4))
    [found] = checks.of_the_jobs()
    assert (found.state, "OSError: disk full" in found.says) == ("note", True)


def test_given_up_work_that_was_done_later_is_no_problem() -> None:
    a_job(key="k", given_up_at=clock.now(), error="x")
    assert states(list(checks.of_the_jobs())) == ["problem"]
    a_job(key="k", done_at=clock.now())
    assert states(list(checks.of_the_jobs())) == ["ok"]


def test_given_up_jobs_are_taken_up_again_once_per_key() -> None:
    for _time in range(2):
        a_job(key="k", given_up_at=clock.now(), error="x", attempts=8)
    a_job(given_up_at=clock.now(), error="x", attempts=8)
    assert retry_given_up() == 2
    assert not given_up_jobs().exists()
    assert sorted(Job.objects.filter(given_up_at=None).values_list("key", "attempts")) == [
        ("", 0),
        ("k", 0),
    ]


def test_a_worker_that_holds_a_job_is_alive() -> None:
    a_job(
        lease_until=clock.now() + timedelta(seconds=30), run_after=clock.now() - timedelta(hours=1)
    )
    assert states(list(checks.of_the_worker())) == ["ok"]


def test_work_that_nobody_begins_is_a_problem() -> None:
    a_job(run_after=clock.now() - timedelta(minutes=11))
    [found] = checks.of_the_worker()
    assert (found.state, "jobs that wait: 1" in found.says) == ("problem", True)


def test_a_worker_is_missed_by_its_schedule() -> None:
    assert schedules()
    ask_for_scheduled()
    Job.objects.all().delete()
    assert states(list(checks.of_the_worker())) == ["ok"]
    with clock.held_at(clock.now() + timedelta(hours=3)):
        [found] = checks.of_the_worker()
    assert (found.state, "No worker has been running since" in found.says) == ("note", True)
    Tick.objects.all().delete()


def test_a_waiting_migration_is_a_problem() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'journal'")
    assert "Run “banso migrate”" in said()


def test_a_database_of_a_newer_banso_is_a_problem() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into django_migrations (app, name, applied) "
            "values ('lake', '9999_later', '2026-01-01 00:00:00+00')"
        )
    assert "used by a newer Banso (lake.9999_later)" in said()


def test_a_folder_that_cannot_be_written(settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "gone"
    assert "cannot be written: No such file or directory" in said()


def test_settings_that_let_others_in(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    (tmp_path / "secret_key").write_text("s" * 48)
    (tmp_path / "secret_key").chmod(0o644)
    text = said()
    assert "Set BANSO_DEBUG=0." in text
    assert "BANSO_HOSTS=*" in text
    assert "chmod 600" in text


def test_page_files_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "ASSETS", ("vendor/nothing.js",))
    assert "Missing: vendor/nothing.js." in said()


def test_the_page_files_are_those_that_are_fetched() -> None:
    fetched = {name for _source, name in assets.WANTED if not name.startswith("licenses/")}
    assert set(checks.ASSETS) == {f"vendor/{name}" for name in fetched}


def test_djangos_own_checks_are_still_there() -> None:
    out = StringIO()
    call_command("check", "lake", stdout=out, stderr=out)
    assert "System check identified no issues" in out.getvalue()
