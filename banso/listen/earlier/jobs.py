from __future__ import annotations

import logging

from banso.listen.earlier.models import EarlierRun, State
from banso.listen.earlier.running import check, go, undo
from banso.listen.earlier.writes.asides import claim_known
from banso.listen.earlier.writes.runs import Stopped, mark_failed
from banso.listen.imports.reading.faults import Unreadable, fault
from banso.shared.journal.registry import IMPORTS, job

log = logging.getLogger(__name__)
STEPS = {State.CHECKING: check, State.RUNNING: go, State.UNDOING: undo}


@job("earlier.check", lane=IMPORTS)
def check_earlier(run_id: int) -> None:
    carry_on(run_id, State.CHECKING)


@job("earlier.run", lane=IMPORTS)
def run_earlier(run_id: int) -> None:
    carry_on(run_id, State.RUNNING)


@job("earlier.undo", lane=IMPORTS)
def undo_earlier(run_id: int) -> None:
    carry_on(run_id, State.UNDOING)


@job("earlier.claim", lane=IMPORTS)
def claim_asides() -> None:
    """Give the answers that wait to customers and people who are known by now."""
    claim_known()


def carry_on(run_id: int, state: State) -> None:
    """Do the step a run waits for; one no longer in this state has been done or cancelled."""
    runs = EarlierRun.objects.select_related("upload", "by", "wave__version")
    run = runs.filter(pk=run_id, state=state).first()
    if run is None:
        return
    try:
        STEPS[state](run)
    except Stopped:
        log.info("bringing in answers stopped", extra={"run": run_id})
    except Unreadable as error:
        mark_failed(run=run, found=error.fault)
    except Exception as error:
        log.exception("bringing in answers failed", extra={"run": run_id})
        mark_failed(run=run, found=fault("stopped", error=type(error).__name__))
