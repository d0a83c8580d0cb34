from __future__ import annotations

from datetime import timedelta

from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.metrics.writes.definitions import suggest_metrics
from banso.measure.metrics.writes.facts import sweep
from banso.measure.metrics.writes.measuring import look_at_people_again, refresh, summarise
from banso.shared.journal.registry import LONG, job
from banso.shared.journal.writes import enqueue


@job("metrics.refresh")
def refresh_metrics() -> None:
    refresh()


@job("metrics.suggest")
def suggest() -> None:
    if suggest_metrics():
        enqueue("metrics.refresh", key="metrics.refresh")


@job("metrics.summarise")
def summarise_metrics() -> None:
    summarise()


@job("metrics.sweep", every=timedelta(hours=1))
def sweep_facts() -> None:
    sweep()


@job("metrics.daily", every=timedelta(hours=1))
def refresh_for_the_day() -> None:
    """A new day moves every window; nothing is computed when the day is the same."""
    look_at_people_again()


@job("metrics.courses", lane=LONG)
def compute_weekly_courses() -> None:
    compute_courses()
