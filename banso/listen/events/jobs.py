from __future__ import annotations

from datetime import timedelta

from banso.listen.events import writes
from banso.listen.events.rhythm.writes import end_silences, forget_minutes, watch_sources
from banso.shared.journal.registry import job


@job("events.count")
def count_events() -> None:
    writes.refresh_names()
    end_silences()


@job("events.watch", every=timedelta(minutes=10))
def watch() -> None:
    """Look at the rhythm of each source."""
    watch_sources()
    forget_minutes()
