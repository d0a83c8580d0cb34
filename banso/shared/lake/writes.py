from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.db import transaction
from django.db.models import Max

from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.lake import (
    columns,
    compaction,
    engine,
    files,
    packing,
    reads,
    rules,
)
from banso.shared.lake.forgetting import writes as forgetting
from banso.shared.lake.manifest import writes as manifest
from banso.shared.lake.models import Batch, Forgetting, Posting, Promoted, Segment
from banso.shared.lake.rules import Receipt
from banso.shared.users.reads import organisation

log = logging.getLogger(__name__)
GRACE = rules.GRACE
CLAIM_FILES = 50


@transaction.atomic
def append(*, events: pa.Table, source: str) -> Receipt:
    """Keep events: on disk when this returns (and the caller's transaction, if any, commits).

    Repeated events (same source and event_id, or the same row without one) count once later.
    Raises ``rules.BadEvents`` and keeps nothing when a row cannot be kept.
    """
    table = packing.checked(events)
    first = 0
    for part in packing.batches(table):
        batch = Batch.objects.create(
            source=source,
            rows=part.num_rows,
            unpacked_bytes=part.nbytes,
            payload=packing.packed(part),
            received_at=clock.now(),
        )
        first = first or batch.pk
    if first:
        enqueue("lake.compact", key="lake.compact")
    return Receipt(accepted=table.num_rows, batch_id=first)


def compact() -> int:
    """Move everything that waits in the inbox into the weeks; how many events were new.

    What comes meanwhile is left to the next time: a stream of events would never end this one.
    """
    new = 0
    with files.alone(engine.root().parent):
        last = Batch.objects.aggregate(last=Max("pk"))["last"] or 0
        while True:
            try:
                done = _compact_some()
            except manifest.Overtaken:
                continue
            new += done.rows if done else 0
            if done is None or not Batch.objects.filter(pk__lte=last).exists():
                return new


def claim() -> int:
    """Give events of accounts that are known by now to them; the number of events claimed."""
    with files.alone(engine.root().parent):
        known = compaction.known_table(reads.all_unknown_keys())
        if not known.num_rows:
            return 0
        while True:
            try:
                return _claim_all(known)
            except manifest.Overtaken:
                continue


def promote(*, wanted: list[tuple[str, str]]) -> None:
    """Give properties, each with its kind ("number", "text"), columns of their own in the files.

    New files have them at once; older ones are written anew in the background. Until then
    ``reads.facts_relation`` takes the values from the JSON.
    """
    known = set(Promoted.objects.values_list("prop", "kind"))
    new = [Promoted(prop=prop, kind=kind) for prop, kind in dict.fromkeys(wanted)]
    new = [one for one in new if (one.prop, one.kind) not in known]
    for one in new:
        one.full_clean(validate_unique=False, validate_constraints=False)
    with transaction.atomic():
        Promoted.objects.bulk_create(new, ignore_conflicts=True)
        if new:
            record("lake.promoted", by=None, wanted=[[one.prop, one.kind] for one in new])
            enqueue("lake.promote", key="lake.promote")


def promote_some() -> bool:
    """Write a bounded number of old files anew with all columns; whether there are more.

    A segment stays what it is and only gets another file, so that nobody need look at it again.
    """
    with files.alone(engine.root().parent):
        wanted = columns.promoted()
        lacking = [one for one in reads.live_segments() if columns.lacks(one, wanted)]
        lacking.sort(key=lambda segment: (-segment.week, segment.pk))
        some = lacking[: rules.fitting([segment.rows for segment in lacking])]
        if some:
            manifest.swap(old=some, draft=compaction.rewritten(some, wanted))
    return len(some) < len(lacking)


def forget(
    *,
    user_keys: list[str],
    mode: str,
    account_ids: list[int] | None = None,
    words: list[str] | None = None,
) -> Forgetting:
    """Owe the forgetting of users in every file: their events are erased, or get a random user each
    ("pseudonymise") while texts with one of ``words`` leave their properties.
    """
    return forgetting.ask(user_keys=user_keys, mode=mode, account_ids=account_ids, words=words)


def forget_some() -> bool:
    """One round of the forgettings that are owed, the inbox first; whether there is more to do."""
    compact()
    return forgetting.go_on()


def expire() -> int:
    """Remove whole weeks older than the organisation keeps its events; how many events."""
    months = organisation().keep_events_months
    if not months:
        return 0
    first = rules.first_kept_week(clock.today(), months)
    with files.alone(engine.root().parent):
        while True:
            seen = manifest.version()
            old = [segment for segment in reads.live_segments() if segment.week < first]
            if not old:
                return 0
            by_week: Counter[int] = Counter()
            for segment in old:
                by_week[segment.week] -= segment.rows
            removed = -sum(by_week.values())
            weeks = sorted(by_week)
            said: dict[str, Any] = {"rows": removed, "weeks": weeks, "months": months}
            try:
                manifest.publish(
                    compaction.Draft(replaces=old),
                    seen=seen,
                    also=partial(record, "events.expired", by=None, **said),
                    posting=Posting(kind=Posting.EXPIRED, change=-removed, by_week=by_week),
                )
            except manifest.Overtaken:
                continue
            return removed


def sweep(*, grace: timedelta = GRACE) -> int:
    """Remove retired files, and files the manifest never took, after a grace for readers."""
    removed, now = 0, clock.now()
    with files.alone(engine.root().parent):
        oldest = time.time() - grace.total_seconds()
        there = [path for path in engine.root().iterdir() if path.stat().st_mtime <= oldest]
        kept = set(Segment.objects.values_list("file", flat=True))
        for path in there:
            if path.name not in kept:
                path.unlink(missing_ok=True)
                removed += 1
        files.discard_older(engine.spill(), oldest)
        retired = list(Segment.objects.filter(retired_at__lte=now - grace))
        for segment in retired:
            (engine.root() / segment.file).unlink(missing_ok=True)
        with transaction.atomic():
            forgetting.mark_swept(cleared_before=now - grace)
            if retired or removed:
                Segment.objects.filter(pk__in=[segment.pk for segment in retired]).delete()
                record("lake.swept", by=None, files=removed + len(retired))
    return removed + len(retired)


def _compact_some() -> rules.Round | None:
    """One round of bounded size; None when the inbox is empty."""
    seen = manifest.version()
    taken = _oldest_batches()
    if not taken:
        return None
    zone = ZoneInfo(organisation().time_zone)
    arrived = compaction.arrived_table(
        Batch.objects.filter(pk__in=taken).order_by("pk").iterator(), zone
    )
    weeks = sorted(set(arrived["week"].unique().to_pylist()))
    near = rules.weeks_beside(weeks)
    live = [segment for segment in reads.live_segments() if segment.week in near]
    draft = compaction.drafted(arrived, live)
    done = rules.Round(len(taken), draft.rows, arrived.num_rows - draft.rows, tuple(weeks))
    posting = Posting(
        kind=Posting.COMPACTED,
        batches=len(taken),
        first_batch=taken[0],
        last_batch=taken[-1],
        rows=arrived.num_rows,
        change=draft.rows,
        by_week=draft.by_week,
    )
    manifest.publish(draft, seen=seen, also=partial(_tell, done), posting=posting, batches=taken)
    return done


def _tell(done: rules.Round) -> None:
    if done.rows:
        record("events.arrived", by=None, rows=done.rows, repeated=done.repeated, weeks=done.weeks)
    else:
        record("events.repeated", by=None, rows=done.repeated)


def _oldest_batches() -> list[int]:
    taken: list[int] = []
    rows = size = 0
    for pk, batch_rows, batch_bytes in (
        Batch.objects.order_by("pk").values_list("pk", "rows", "unpacked_bytes")[:5000].iterator()
    ):
        rows, size = rows + batch_rows, size + batch_bytes
        if taken and (rows > rules.ROUND_ROWS or size > rules.ROUND_BYTES):
            break
        taken.append(pk)
    return taken


def _claim_all(known: pa.Table) -> int:
    claimed = 0
    holding = [segment for segment in reads.live_segments() if segment.unknown_rows]
    for start in range(0, len(holding), CLAIM_FILES):
        seen = manifest.version()
        draft = compaction.claimed(holding[start : start + CLAIM_FILES], known)
        if draft.segments:
            tell = partial(record, "events.claimed", by=None, rows=draft.rows)
            manifest.publish(draft, seen=seen, also=tell)
            claimed += draft.rows
    return claimed
