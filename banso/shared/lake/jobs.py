from __future__ import annotations

from datetime import timedelta

from banso.shared.journal.registry import job
from banso.shared.lake import writes


@job("lake.compact")
def compact() -> None:
    writes.compact()


@job("lake.claim")
def claim() -> None:
    writes.compact()
    writes.claim()


@job("lake.sweep", every=timedelta(hours=1))
def sweep() -> None:
    writes.sweep()
