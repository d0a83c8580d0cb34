"""What people do about refused events: try again, correct, put aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from banso.listen.events import reasons
from banso.listen.events.models import RefusalState, RefusedEvent
from banso.listen.events.refusals import LONGEST_RAW
from banso.listen.events.retrying.reading import taken_in
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import User

AT_ONCE = 200
MOST_TRIES = 30_000


@dataclass(frozen=True)
class Retried:
    """How many were taken in, and how many are still refused."""

    taken: int
    still: int


def retry_refused(*, by: User | None, ids: Sequence[int]) -> Retried:
    """Read the open ones among them once more; some at a time, so that none is sent twice."""
    taken = still = 0
    for start in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            tried = list(_open(ids[start : start + AT_ONCE]).filter(is_cut=False))
            for refused in tried:
                _try(refused)
            RefusedEvent.objects.bulk_update(
                tried, ["state", "code", "reason", "tries", "answered_at"]
            )
            came_in = sum(refused.state == RefusalState.RETRIED for refused in tried)
            if tried:
                record("events.retried", by=by, taken=came_in, still=len(tried) - came_in)
        taken, still = taken + came_in, still + len(tried) - came_in
    return Retried(taken, still)


@transaction.atomic
def correct_refused(*, by: User, pk: int, raw: str) -> Retried:
    """Put a corrected text in place of an open one, and read it."""
    changed = _open([pk]).update(raw=raw[:LONGEST_RAW], is_cut=False)
    record("events.corrected", by=by, refused=pk)
    return retry_refused(by=by, ids=[pk]) if changed else Retried(0, 0)


@transaction.atomic
def discard_refused(*, by: User, ids: Sequence[int]) -> int:
    """Put open ones aside; how many."""
    discarded = 0
    for start in range(0, len(ids), AT_ONCE):
        discarded += _open(ids[start : start + AT_ONCE]).update(
            state=RefusalState.DISCARDED, answered_at=clock.now()
        )
    record("events.discarded", by=by, refused=discarded)
    return discarded


def _open(ids: Sequence[int]) -> QuerySet[RefusedEvent]:
    found = RefusedEvent.objects.filter(pk__in=ids, state=RefusalState.OPEN)
    return found.select_related("source").select_for_update(of=("self",))


def _try(refused: RefusedEvent) -> None:
    said = taken_in(refused)
    refused.tries = min(refused.tries + 1, MOST_TRIES)
    if said:
        refused.code, refused.reason = reasons.code_of(said), said[:500]
    else:
        refused.state, refused.answered_at = RefusalState.RETRIED, clock.now()
