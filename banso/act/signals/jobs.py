from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from banso.act.signals.writes import refresh_signals
from banso.shared import clock
from banso.shared.journal.registry import job
from banso.shared.users.reads import organisation


@job("signals.refresh", every=timedelta(days=1))
def refresh(account_ids: Sequence[int] | None = None) -> None:
    """Look at every account, or at some, as they stand today."""
    refresh_signals(today=clock.today(organisation().time_zone), account_ids=account_ids)
