from __future__ import annotations

from datetime import timedelta

from banso.shared.journal.registry import LONG, job
from banso.shared.journal.writes import enqueue
from banso.shared.lake import writes
from banso.shared.lake.manifest.writes import fold


@job("lake.compact")
def compact() -> None:
    writes.compact()


@job("lake.claim")
def claim() -> None:
    writes.compact()
    writes.claim()


@job("lake.promote", every=timedelta(days=1), lane=LONG)
def promote() -> None:
    if writes.promote_some():  # other jobs come between, the compaction above all
        enqueue("lake.promote", key="lake.promote")


@job("lake.forget", every=timedelta(hours=1), lane=LONG)
def forget() -> None:
    if writes.forget_some():
        enqueue("lake.forget", key="lake.forget")


@job("lake.expire", every=timedelta(days=1), lane=LONG)
def expire() -> None:
    writes.expire()


@job("lake.tidy", every=timedelta(days=1))
def tidy() -> None:
    fold()


@job("lake.sweep", every=timedelta(hours=1))
def sweep() -> None:
    writes.sweep()
