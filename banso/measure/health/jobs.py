from __future__ import annotations

from banso.measure.health.writes import refresh_health, score_the_month_before
from banso.shared import clock
from banso.shared.journal.registry import job
from banso.shared.users.reads import organisation


@job("health.refresh")
def refresh() -> None:
    """Score every account as it stands today."""
    today = clock.today(organisation().time_zone)
    score_the_month_before(today=today)
    refresh_health(today=today)
