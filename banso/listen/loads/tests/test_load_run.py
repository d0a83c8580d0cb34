from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.loads.models import Load
from banso.listen.loads.running import run_to_end
from banso.listen.loads.tests.builders import (
    HEADER,
    a_draft,
    an_event,
    checked,
    counts,
    csv_rows,
    json_lines,
    loaded,
)
from banso.listen.loads.writes import begin
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager", language="en"))
    return client


def url(load: Load) -> str:
    return reverse("loads:load_run", args=[load.pk])


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """A load that is in the middle of its file."""
    monkeypatch.setattr("banso.listen.loads.reading.cutting.PIECE", 1_000)
    path = tmp_path / "e.csv"
    path.write_text(HEADER + csv_rows(100))
    load = a_draft(path)
    begin(by=None, load=load, check_only=False, in_worker=False)
    run_to_end(load, leave=lambda: True, drain=lambda: None)
    return load


def test_it_says_how_far_it_is_and_asks_again(manager: Client, running: Load) -> None:
    page = manager.get(url(running)).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "left" in page and "rows a second" in page
    part = manager.get(url(running), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="status"') and "<html" not in part


def test_it_is_stopped_and_resumed(manager: Client, running: Load) -> None:
    manager.post(url(running), {"do": "stop"})
    page = manager.get(url(running)).content.decode()
    assert "Stopped at" in page and "every 1s" not in page
    manager.post(url(running), {"do": "resume"})
    run_owed()
    running.refresh_from_db()
    assert (running.state, *counts(running)) == ("done", 100, 0)
    assert "Everything was read" in manager.get(url(running)).content.decode()
    kinds = [entry.kind for entry in Entry.objects.order_by("pk") if entry.kind.startswith("load.")]
    assert kinds == [
        "load.drafted",
        "load.started",
        "load.stopped",
        "load.resumed",
        "load.finished",
    ]


def test_one_whose_process_is_gone_can_be_resumed(manager: Client, running: Load) -> None:
    assert "Resume" not in manager.get(url(running)).content.decode()
    with clock.held_at(clock.now() + timedelta(minutes=2)):
        page = manager.get(url(running)).content.decode()
        assert "seems to be gone" in page and "Resume" in page
        manager.post(url(running), {"do": "resume"})
        run_owed()
    running.refresh_from_db()
    assert counts(running) == (100, 0)


def test_a_check_says_what_loading_would_do(manager: Client, tmp_path: Path) -> None:
    load = checked(json_lines(tmp_path / "e.jsonl", [an_event(1), an_event(2, time=0)]))
    page = manager.get(url(load)).content.decode()
    assert "nothing was loaded" in page
    assert "A1 (1)" in page and "lies before 1971" in page
    assert "Load 1 event" in page
    manager.post(url(load), {"do": "start"})
    run_owed()
    load.refresh_from_db()
    assert (load.state, *counts(load)) == ("done", 1, 1)


def test_giving_up_keeps_what_was_loaded(manager: Client, running: Load) -> None:
    manager.post(url(running), {"do": "stop"})
    answer = manager.post(url(running), {"do": "cancel"}, follow=True)
    assert "Events that were loaded before stay" in answer.content.decode()
    running.refresh_from_db()
    assert running.state == "cancelled" and running.accepted > 0


def test_uploaded_copies_go_when_they_are_loaded(
    manager: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    path = json_lines(tmp_path / "e.jsonl", [an_event(1)])
    load = a_draft(path)
    load.files.update(is_copy=True)
    begin(by=None, load=load, check_only=False, in_worker=True)
    with django_capture_on_commit_callbacks(execute=True):
        run_owed()
    assert not path.exists()


def test_a_check_that_is_stopped_leads_back_to_the_columns(manager: Client, tmp_path: Path) -> None:
    load = a_draft(json_lines(tmp_path / "e.jsonl", [an_event(1)]))
    begin(by=None, load=load, check_only=True, in_worker=True)
    answer = manager.post(url(load), {"do": "stop"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("loads:load_mapping", args=[load.pk])
    run_owed()
    load.refresh_from_db()
    assert load.state == "draft"


def test_what_failed_says_why(manager: Client, running: Load) -> None:
    manager.post(url(running), {"do": "stop"})
    Path(running.files.get().path).unlink()
    manager.post(url(running), {"do": "resume"})
    run_owed()
    page = manager.get(url(running)).content.decode()
    assert "no longer there: e.csv" in page and "Resume" in page


def test_many_refused_rows_cost_no_more_queries(
    manager: Client, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    rows = [an_event(n, **({"time": "?"} if n > 100 else {})) for n in range(300)]
    load = loaded(json_lines(tmp_path / "e.jsonl", rows))
    assert load.refused == 199
    with django_assert_max_num_queries(7):
        manager.get(url(load))


def test_only_some_roles_may(client: Client, running: Load) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(url(running)).status_code == 403
    assert client.post(url(running), {"do": "stop"}).status_code == 403
    running.refresh_from_db()
    assert running.state == "running"
