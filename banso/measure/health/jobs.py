from __future__ import annotations

from banso.measure.health.writes import refresh_health
from banso.shared import clock
from banso.shared.journal.registry import job
from banso.shared.users.reads import organisation


@job("health.refresh")
def refresh() -> None:
    """Score every account as it stands today."""
    refresh_health(today=clock.today(organisation().time_zone))
