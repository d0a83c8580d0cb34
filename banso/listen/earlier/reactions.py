from __future__ import annotations

from banso.listen.earlier.reads import asides_count
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


def _claim() -> None:
    if asides_count():
        enqueue("earlier.claim", key="earlier.claim")


@on("accounts.upserted")
def customers_came(_entry: Entry) -> None:
    """New customers may be those whose answers wait."""
    _claim()


@on("import.finished")
def records_came(_entry: Entry) -> None:
    """New people may be those who answered."""
    _claim()
