from __future__ import annotations

from datetime import timedelta

from banso.measure.health.writes.past import score_the_month_before
from banso.measure.health.writes.scoring import FOLLOWER, follow_changes
from banso.shared import clock
from banso.shared.journal.registry import job
from banso.shared.users.reads import organisation


@job(FOLLOWER, every=timedelta(hours=1))
def refresh() -> None:
    """Score the accounts that changed as they stand today, and all of them on a new day."""
    today = clock.today(organisation().time_zone)
    score_the_month_before(today=today)
    follow_changes(today=today)
