"""What a receipt says of the stage of the work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

State = Literal["waiting", "working", "rewritten", "cleared"]
# the sweep comes every hour
SWEEP_EVERY = timedelta(hours=1)


def state_of(*, files: int, finished_at: datetime | None, swept_at: datetime | None) -> State:
    """Old files outlive the rewriting for a while, for those who read them."""
    if swept_at:
        return "cleared"
    if finished_at:
        return "rewritten"
    return "working" if files else "waiting"


def cleared_by(finished_at: datetime, grace: timedelta) -> datetime:
    """When at the latest the old files are gone, where a worker runs."""
    return finished_at + grace + SWEEP_EVERY
