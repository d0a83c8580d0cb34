from __future__ import annotations

from django.db.models import QuerySet

from banso.shared.journal.models import Entry, Job


def entries_of_account(account_id: int) -> QuerySet[Entry]:
    """What happened around one account, newest first, with who did it."""
    return Entry.objects.filter(account_id=account_id).select_related("by").order_by("-at", "-id")


def stuck_jobs() -> QuerySet[Job]:
    """Jobs that were given up, newest first; the error says why."""
    return Job.objects.exclude(given_up_at=None).order_by("-given_up_at")
