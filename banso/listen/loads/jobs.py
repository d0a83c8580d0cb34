"""Loads in the worker: a few seconds at a time, so that other work is never kept waiting."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from datetime import timedelta

from banso.listen.imports.reading.faults import Unreadable, fault
from banso.listen.loads.models import AT_WORK, Load
from banso.listen.loads.running import Outcome, Walk
from banso.listen.loads.writes import JOB, Stopped, fail, note_wait
from banso.shared import clock
from banso.shared.journal.registry import IMPORTS, job
from banso.shared.journal.writes import enqueue

log = logging.getLogger(__name__)
SLICE_SECONDS = 2.0
WAIT = timedelta(seconds=2)
MOST_OPEN = 4
_open: OrderedDict[int, Walk] = OrderedDict()
"""Walks that this process goes on with: to find a place in a compressed file takes time."""


@job(JOB, lane=IMPORTS)
def run_load(load_id: int) -> None:
    """Go on with a load for a while, and ask to be called again until it is finished."""
    load = Load.objects.select_related("by").filter(pk=load_id, state__in=AT_WORK).first()
    if load is None:
        _forget(load_id)
        return
    try:
        outcome = _slice(load)
    except Stopped:
        _forget(load_id)
        log.info("load stopped", extra={"load": load_id})
    except Unreadable as error:
        _forget(load_id)
        fail(load=load, found=error.fault)
    except Exception as error:
        _forget(load_id)
        log.exception("load failed", extra={"load": load_id})
        fail(load=load, found=fault("stopped", error=type(error).__name__))
    else:
        if outcome is Outcome.FINISHED:
            _forget(load_id)
        elif outcome is Outcome.INBOX_IS_FULL:
            note_wait(load=load, waits=True)
            enqueue(JOB, key=f"{JOB}:{load_id}:later", after=clock.now() + WAIT, load_id=load_id)
        else:
            enqueue(JOB, key=f"{JOB}:{load_id}", load_id=load_id)


def _slice(load: Load) -> Outcome:
    walk = _open.get(load.pk)
    if walk is None or not walk.is_at(load):
        _forget(load.pk)
        walk = _open[load.pk] = Walk(load)
        while len(_open) > MOST_OPEN:
            _open.popitem(last=False)[1].close()
    _open.move_to_end(load.pk)
    until = time.monotonic() + SLICE_SECONDS
    return walk.go_on(leave=lambda: time.monotonic() > until)


def _forget(load_id: int) -> None:
    walk = _open.pop(load_id, None)
    if walk:
        walk.close()
