"""`banso lake check` proves that every acknowledged event is there once, or says what is wrong."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from banso.shared.lake import reads, writes
from banso.shared.lake.models import Posting, Segment
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shell.operations import checks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three events of two weeks, one of them sent twice, and one that waits."""
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    one, two = an_event(event_id="1"), an_event("2025-03-12 10:00", event_id="2")
    writes.append(events=a_table(one, one, two), source="s")
    writes.compact()
    writes.append(events=a_table(an_event(event_id="3")), source="s")


def said() -> str:
    out = StringIO()
    try:
        call_command("lake", "check", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def test_a_sound_lake() -> None:
    text = said()
    assert "Acknowledged and sorted in: 3; of them new 2, repeated 1." in text
    assert "waiting 1. The weeks hold 2: every event is accounted for." in text
    assert text.endswith("Every acknowledged event is there once.\n")


def test_in_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "受け付けたイベントはすべて、一度ずつ保存されています。" in said()


def test_a_week_that_is_short_is_named_with_what_to_do() -> None:
    Segment.objects.order_by("week")[0].delete()
    text = said()
    assert "The week of 2025-03-03 should have 1 events and has 0." in text
    assert "Restore the last backup that passes this check" in text
    assert text.endswith("Problems: 1.")


def test_a_lost_file_is_named() -> None:
    lost = reads.paths_of(reads.live_segments())[0]
    lost.unlink()
    assert f"Missing event files (1): {lost.name}" in said()


def test_many_wrong_weeks_are_counted() -> None:
    Posting.objects.update(by_week={str(week): 1 for week in range(2000, 2020)})
    assert "Weeks besides that do not add up: 17" in said()


def test_the_whole_check_includes_it() -> None:
    Segment.objects.all().delete()
    assert any("should have" in found.says for found in checks.inspected())
