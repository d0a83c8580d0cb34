from __future__ import annotations

from datetime import timedelta

from banso.act.signals.writes import follow_changes, refresh_signals
from banso.shared import clock
from banso.shared.journal.registry import job
from banso.shared.users.reads import organisation


@job("signals.refresh", every=timedelta(days=1))
def refresh() -> None:
    """Look at every account as it stands today."""
    refresh_signals(today=clock.today(organisation().time_zone))


@job("signals.follow", every=timedelta(minutes=2))
def follow() -> None:
    """A contact or another touch model ends a signal soon, not only tomorrow.

    In batches, because a reaction for each of a thousand imported notes would cost far more.
    """
    follow_changes(today=clock.today(organisation().time_zone))
