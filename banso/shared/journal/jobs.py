"""The worker: claims what is owed, holds the lease while it runs, keeps the errors."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connection

from banso.shared.journal.models import Job
from banso.shared.journal.registry import LANES, PROMPT, job, work_named
from banso.shared.journal.rules import LEASE
from banso.shared.journal.writes import (
    ask_for_scheduled,
    claim,
    extend_lease,
    forget_done_jobs,
    mark_done,
    mark_failed,
)

log = logging.getLogger(__name__)


class Heartbeat(threading.Thread):
    """Extends the lease of a long job until it is told to stop."""

    def __init__(self, owed: Job) -> None:
        super().__init__(daemon=True)
        self.owed = owed
        self.stopped = threading.Event()

    def run(self) -> None:
        try:
            while not self.stopped.wait(LEASE.total_seconds() / 4):
                try:
                    if not extend_lease(self.owed):
                        return
                except DatabaseError:  # a long write of the job itself may hold SQLite's lock
                    log.warning("cannot extend a lease", extra={"job_id": self.owed.pk})
                    connection.close()
        finally:
            connection.close()


def pay(owed: Job, *, heartbeat: bool = True) -> bool:
    """Run one claimed job; True when it succeeded."""
    beat = Heartbeat(owed) if heartbeat else None
    if beat:
        beat.start()
    started = time.monotonic()
    try:
        work_named(owed.name, owed.entry)(owed.args)
    except Exception:
        log.exception(
            "job failed", extra={"job": owed.name, "job_id": owed.pk, "attempt": owed.attempts}
        )
        mark_failed(owed, traceback.format_exc())
        return False
    finally:
        if beat:
            beat.stopped.set()
    mark_done(owed)
    log.info(
        "job done",
        extra={
            "job": owed.name,
            "job_id": owed.pk,
            "ms": round((time.monotonic() - started) * 1000),
        },
    )
    return True


def run_owed(limit: int = 1000) -> int:
    """Pay what is due now, in this thread; how many succeeded. Tests and commands use it."""
    paid = 0
    for _ in range(limit):
        owed = claim()
        if owed is None:
            break
        paid += pay(owed, heartbeat=False)
    return paid


def work_in_lanes(stop: threading.Event) -> None:
    """Work until told to stop, a thread for each lane: the short jobs never wait for a long one."""
    others = [
        threading.Thread(target=work_until, args=(stop,), kwargs={"lane": lane}, name=lane)
        for lane in LANES
        if lane != PROMPT
    ]
    for thread in others:
        thread.start()
    work_until(stop, lane=PROMPT)
    for thread in others:
        thread.join()


def work_until(stop: threading.Event, *, poll: float = 0.5, lane: str = "") -> None:
    """Work until told to stop; each round asks for what the schedule wants first."""
    while not stop.is_set():
        close_old_connections()
        try:
            if lane in ("", PROMPT):
                ask_for_scheduled()
            owed = claim(lane=lane)
            if owed is None:
                stop.wait(poll)
            else:
                pay(owed)
        except Exception:
            log.exception("cannot reach the jobs")
            stop.wait(5)
    connection.close()


@job("journal.tidy", every=timedelta(days=1))
def tidy() -> None:
    forget_done_jobs(older_than=timedelta(days=14))
