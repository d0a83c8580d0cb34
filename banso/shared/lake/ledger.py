"""The ledger against the manifest and the inbox: is every acknowledged event accounted for?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Count, Min, Sum

from banso.shared.lake.models import Batch, Posting, Segment


@dataclass(frozen=True)
class Balance:
    """What was acknowledged, and what became of it; ``weeks`` are those that do not add up."""

    taken: int = 0
    before: int = 0
    new: int = 0
    repeated: int = 0
    expired: int = 0
    forgotten: int = 0
    waiting: int = 0
    by_ledger: int = 0
    by_manifest: int = 0
    vanished_batches: int = 0
    weeks: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def is_even(self) -> bool:
        return not self.weeks and not self.vanished_batches and self.by_ledger == self.by_manifest


def balance() -> Balance:
    """Add the ledger up, and hold it against the manifest of the same moment."""
    with _one_moment():
        kinds = {
            row["kind"]: row
            for row in Posting.objects.values("kind").annotate(took=Sum("rows"), net=Sum("change"))
        }
        posted: Counter[int] = Counter()
        for by_week in Posting.objects.values_list("by_week", flat=True).iterator():
            posted.update({int(week): change for week, change in by_week.items()})
        live = Segment.objects.filter(retired_at=None).values("week").annotate(n=Sum("rows"))
        there = {row["week"]: row["n"] for row in live}
        waiting = Batch.objects.aggregate(rows=Sum("rows"))["rows"] or 0
        vanished = _vanished_batches()
    net = {kind: row["net"] for kind, row in kinds.items()}
    taken = sum(row["took"] for row in kinds.values())
    return Balance(
        taken=taken,
        before=net.get(Posting.OPENING, 0),
        new=net.get(Posting.COMPACTED, 0),
        repeated=taken - net.get(Posting.COMPACTED, 0),
        expired=-net.get(Posting.EXPIRED, 0),
        forgotten=-net.get(Posting.FORGOTTEN, 0),
        waiting=waiting,
        by_ledger=sum(net.values()),
        by_manifest=sum(there.values()),
        vanished_batches=vanished,
        weeks=[
            (week, posted[week], there.get(week, 0))
            for week in sorted({*posted, *there})
            if posted[week] != there.get(week, 0)
        ],
    )


def _vanished_batches() -> int:
    """Inbox rows that neither wait nor were compacted.

    SQLite numbers them without a gap; PostgreSQL leaves one for every transaction that was undone,
    so that nothing can be told from it there.
    """
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [Batch._meta.db_table])
        row = cursor.fetchone()
    inbox = Batch.objects.aggregate(first=Min("pk"), n=Count("pk"))
    taken = Posting.objects.exclude(first_batch=None).aggregate(
        first=Min("first_batch"), n=Sum("batches")
    )
    firsts = [found["first"] for found in (inbox, taken) if found["first"] is not None]
    if not row or not firsts:
        return 0
    vanished = int(row[0]) - min(firsts) + 1 - inbox["n"] - (taken["n"] or 0)
    return int(max(vanished, 0))


@contextmanager
def _one_moment() -> Iterator[None]:
    """Several questions to the same state of the database."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
