"""How the manifest changes: new files are taken and old ones retired in one transaction, or nothing
happens because another process was first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction

from banso.shared import clock
from banso.shared.lake import compaction, engine, files, registry
from banso.shared.lake.models import Batch, Manifest, Posting, Segment

FOLDED_AFTER = timedelta(days=35)


class Overtaken(Exception):
    """Another process changed the manifest meanwhile: nothing was changed, try again."""


def version() -> int:
    return Manifest.objects.get_or_create(pk=1)[0].version


def publish(
    draft: compaction.Draft,
    *,
    seen: int,
    also: Callable[[], object],
    posting: Posting | None = None,
    batches: Sequence[int] = (),
) -> None:
    """The manifest takes the new files, retires the old and empties the inbox, or nothing.

    ``also`` does in the same transaction what belongs to it, a journal entry at least; whoever
    changes the number of events posts it in the ledger.
    """
    draft.finish()
    try:
        _commit(draft, seen=seen, also=also, posting=posting, batches=batches)
    except Overtaken:
        draft.discard()  # after any other error the commit may stand: the sweep decides
        raise


@transaction.atomic
def _commit(
    draft: compaction.Draft,
    *,
    seen: int,
    also: Callable[[], object],
    posting: Posting | None,
    batches: Sequence[int],
) -> None:
    now = clock.now()
    changes = bool(draft.segments or draft.replaces)
    if not Manifest.objects.filter(pk=1, version=seen).update(version=seen + changes):
        raise Overtaken
    if batches and Batch.objects.filter(pk__in=batches).delete()[0] != len(batches):
        raise Overtaken
    for segment in draft.segments:
        segment.created_at = now
    Segment.objects.bulk_create(draft.segments)
    replaced = [segment.pk for segment in draft.replaces]
    Segment.objects.filter(pk__in=replaced).update(retired_at=now)
    if posting:
        posting.at = now
        posting.save(force_insert=True)
    for count in registry.arrived.values() if draft.came else ():
        count(draft.came)
    also()


def swap(*, old: Sequence[Segment], draft: compaction.Draft) -> None:
    """The segments take new files with the same rows; nobody need look at them again.

    What was retired or swapped meanwhile keeps the file it has.
    """
    draft.finish()
    unwanted = []
    with transaction.atomic():
        now = clock.now()
        for segment, made in zip(old, draft.segments, strict=True):
            same = Segment.objects.filter(pk=segment.pk, file=segment.file, retired_at=None)
            if not same.update(
                file=made.file, bytes=made.bytes, layout=made.layout, promoted=made.promoted
            ):
                unwanted.append(engine.root() / made.file)
                continue
            segment.pk, segment.retired_at = None, now
            segment.save(force_insert=True)
    files.discard(unwanted)


@transaction.atomic
def fold(*, older_than: timedelta = FOLDED_AFTER) -> int:
    """Make one row of the many that a day's compactions wrote; how many are gone."""
    old = Posting.objects.filter(kind=Posting.COMPACTED, at__lt=clock.now() - older_than)
    days: dict[datetime, list[Posting]] = {}
    for posting in old.order_by("pk").iterator():
        day = posting.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        days.setdefault(day, []).append(posting)
    gone = 0
    for some in days.values():
        if len(some) == 1:
            continue
        by_week: Counter[str] = Counter()
        for posting in some:
            by_week.update(posting.by_week)
        Posting.objects.filter(pk__in=[posting.pk for posting in some[1:]]).delete()
        first = some[0]
        first.batches = sum(posting.batches for posting in some)
        first.first_batch = min(p.first_batch for p in some if p.first_batch is not None)
        first.last_batch = max(p.last_batch for p in some if p.last_batch is not None)
        first.rows = sum(posting.rows for posting in some)
        first.change = sum(posting.change for posting in some)
        first.by_week = {week: change for week, change in by_week.items() if change}
        first.save()
        gone += len(some) - 1
    return gone
