"""On which page a run stands, and what may be done with it."""

from __future__ import annotations

from typing import Protocol


class Run(Protocol):
    state: str
    position: int
    made_wave: bool
    wave_id: int | None


PAGES = {
    "draft": "earlier:earlier_columns",
    "checking": "earlier:earlier_check",
    "checked": "earlier:earlier_check",
}


def page_of(state: str) -> str:
    return PAGES.get(state, "earlier:earlier_run")


def may_go_on(run: Run) -> bool:
    """It was cut off in the middle of bringing in."""
    stopped = run.state in ("failed", "cancelled")
    return stopped and (run.position > 0 or (run.made_wave and run.wave_id is not None))


def may_undo(run: Run) -> bool:
    """It made a wave, which stands."""
    over = run.state in ("done", "failed", "cancelled")
    return over and run.made_wave and run.wave_id is not None
