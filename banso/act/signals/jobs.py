from __future__ import annotations

from datetime import timedelta

from banso.act.signals.writes import FOLLOWER, follow_changes
from banso.shared import clock
from banso.shared.journal.registry import job
from banso.shared.users.reads import organisation


@job(FOLLOWER, every=timedelta(hours=1))
def refresh() -> None:
    """Look at the accounts that changed as they stand today, and at all of them on a new day."""
    follow_changes(today=clock.today(organisation().time_zone))
