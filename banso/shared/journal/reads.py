from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from banso.shared import clock
from banso.shared.journal.models import Change, Entry, Job, Tick
from banso.shared.journal.registry import schedules


def entries_of_account(account_id: int) -> QuerySet[Entry]:
    """What happened around one account, newest first, with who did it."""
    return Entry.objects.filter(account_id=account_id).select_related("by").order_by("-at", "-id")


def changes_for(follower: str) -> dict[int, int]:
    """What a follower has yet to look at: the number of each change and its account.

    By numbers, not up to one: a change that is committed late may have a lower number.
    """
    rows = Change.objects.filter(follower=follower).order_by("pk")
    return dict(rows.values_list("pk", "account_id"))


def stuck_jobs() -> QuerySet[Job]:
    """Jobs that were given up, newest first; the error says why."""
    return Job.objects.exclude(given_up_at=None).order_by("-given_up_at")


def given_up_jobs() -> QuerySet[Job]:
    """Stuck jobs whose work was not taken up by a later job of the same key, newest first."""
    later = Job.objects.filter(key=OuterRef("key"), pk__gt=OuterRef("pk"), given_up_at=None)
    return stuck_jobs().exclude(~Q(key="") & Exists(later))


def failing_jobs() -> QuerySet[Job]:
    """Jobs that failed and will be tried again; the error says why."""
    tried = Job.objects.filter(done_at=None, given_up_at=None, lease_until=None)
    return tried.exclude(error="").order_by("run_after")


def held_jobs() -> QuerySet[Job]:
    """Jobs that a worker is at right now."""
    return Job.objects.filter(done_at=None, given_up_at=None, lease_until__gt=clock.now())


def overdue_jobs(*, by: timedelta) -> QuerySet[Job]:
    """Jobs that a running worker would have begun by now, oldest first."""
    due = Job.objects.filter(done_at=None, given_up_at=None, run_after__lt=clock.now() - by)
    return due.filter(Q(lease_until=None) | Q(lease_until__lt=clock.now())).order_by("run_after")


def schedule_missed_since() -> datetime | None:
    """Since when a scheduled job waits to be asked for by a worker; None when none does."""
    missed = []
    for schedule in schedules():
        every = schedule.every.total_seconds()
        slot = int(clock.now().timestamp() // every)
        newest = Tick.objects.filter(name=schedule.name).aggregate(slot=Max("slot"))["slot"]
        if newest is None or newest < slot:
            missed.append(datetime.fromtimestamp((newest + 1 if newest else slot) * every, UTC))
    return min(missed, default=None)
