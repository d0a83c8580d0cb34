from __future__ import annotations

import logging

from banso.listen.imports.models import ImportRun, State
from banso.listen.imports.reading.faults import Unreadable, fault
from banso.listen.imports.running import check, go
from banso.listen.imports.writes import Stopped, mark_failed
from banso.shared.journal.registry import IMPORTS, job

log = logging.getLogger(__name__)
STEPS = {State.CHECKING: check, State.RUNNING: go}


@job("imports.check", lane=IMPORTS)
def check_import(run_id: int) -> None:
    carry_on(run_id, State.CHECKING)


@job("imports.run", lane=IMPORTS)
def run_import(run_id: int) -> None:
    carry_on(run_id, State.RUNNING)


def carry_on(run_id: int, state: State) -> None:
    """Do the step a run waits for; one no longer in this state has been done or cancelled."""
    run = ImportRun.objects.select_related("upload", "by").filter(pk=run_id, state=state).first()
    if run is None:
        return
    try:
        STEPS[state](run)
    except Stopped:
        log.info("import stopped", extra={"run": run_id})
    except Unreadable as error:
        mark_failed(run=run, found=error.fault)
    except Exception as error:
        log.exception("import failed", extra={"run": run_id})
        mark_failed(run=run, found=fault("stopped", error=type(error).__name__))
