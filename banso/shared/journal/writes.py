from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from banso.shared import clock
from banso.shared.journal.models import Change, Entry, Job, Tick
from banso.shared.journal.reads import given_up_jobs
from banso.shared.journal.registry import (
    PROMPT,
    followers_of,
    jobs_of_lane,
    jobs_of_other_lanes,
    reactions_to,
    schedules,
)
from banso.shared.journal.rules import LEASE, gives_up, wait_before_retry
from banso.shared.upserts.writes import insert_rows

if TYPE_CHECKING:
    from banso.shared.users.models import User

AT_ONCE = 2000
_gathered: ContextVar[dict[tuple[str, timedelta], set[int]] | None] = ContextVar(
    "changes noted and not yet written", default=None
)


@transaction.atomic(savepoint=False)
def record(kind: str, *, by: User | None, account_id: int | None = None, **payload: Any) -> Entry:
    """Keep what happened, and owe one job to each reaction that asked for it."""
    now = clock.now()
    entry = Entry.objects.create(kind=kind, account_id=account_id, by=by, payload=payload, at=now)
    if owed := [Job(entry=entry, name=name, run_after=now) for name in reactions_to(kind)]:
        Job.objects.bulk_create(owed)
    return entry


@transaction.atomic
def record_many(
    kind: str, *, by: User | None, rows: Iterable[tuple[int | None, dict[str, Any]]]
) -> int:
    """Keep what happened to many accounts at once, each as (account_id, payload); how many."""
    now = clock.now()
    made = Entry.objects.bulk_create(
        (
            Entry(kind=kind, account_id=account_id, by=by, payload=payload, at=now)
            for account_id, payload in rows
        ),
        batch_size=1000,
    )
    Job.objects.bulk_create(
        (
            Job(entry=entry, name=name, run_after=now)
            for name in reactions_to(kind)
            for entry in made
        ),
        batch_size=1000,
    )
    return len(made)


def note_changes(
    topic: str, *, account_ids: Iterable[int], within: timedelta = timedelta(0)
) -> None:
    """Let those who follow the topic look at these accounts again, once: now, or at the end of
    ``within``, so that many changes in a row are looked at together.
    """
    gathered, ids = _gathered.get(), set(account_ids)
    if gathered is None:
        _note(topic, within, ids)
    else:
        gathered.setdefault((topic, within), set()).update(ids)


@transaction.atomic(savepoint=False)
def _note(topic: str, within: timedelta, account_ids: set[int]) -> None:
    ids, after = sorted(account_ids), clock.now() + within
    if not ids:
        return
    for follower in followers_of(topic):
        insert_rows(Change, rows=[{"follower": follower, "account_id": pk} for pk in ids])
        enqueue(follower, key=follower, after=after)


@contextmanager
def changes_gathered() -> Iterator[None]:
    """What is noted inside is written at the end, each account and follower once; to be used
    inside the transaction that the changes belong to.
    """
    gathered: dict[tuple[str, timedelta], set[int]] = {}
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    for (topic, within), ids in gathered.items():
        _note(topic, within, ids)


@transaction.atomic
def forget_changes(numbers: Sequence[int]) -> None:
    """A follower has looked at these."""
    for start in range(0, len(numbers), AT_ONCE):
        Change.objects.filter(pk__in=numbers[start : start + AT_ONCE]).delete()


@transaction.atomic
def enqueue(name: str, *, key: str = "", after: datetime | None = None, **args: Any) -> Job:
    """Ask for a job; with a key, the one that is still owed is found instead.

    One that is running right now may have read before this call's change: it runs once more.
    """
    while True:
        if key and (found := _still_owed(key, after or clock.now())):
            return found
        try:
            with transaction.atomic():
                return Job.objects.create(
                    name=name, key=key, args=args, run_after=after or clock.now()
                )
        except IntegrityError:
            if not key:
                raise  # with one, somebody else asked meanwhile: look again


def _still_owed(key: str, after: datetime) -> Job | None:
    """The open job of the key, told to run again, then, where a worker is at it."""
    open_jobs = Job.objects.filter(key=key, done_at=None, given_up_at=None)
    told = open_jobs.update(
        again=Case(When(lease_until=None, then=Value(False)), default=Value(True)),
        run_after=Case(When(lease_until=None, then=F("run_after")), default=Value(after)),
    )
    return open_jobs.get() if told else None


def claim(*, key: str = "", lane: str = "") -> Job | None:
    """Lease the oldest job that is due (with a key, that one alone; with a lane, of that lane), or
    None; on SQLite the write lock keeps it single, and is not asked for where nothing is due.
    """
    due = _due(key, lane)
    return _claim(due, key, lane) if due.exists() else None


def _due(key: str, lane: str) -> QuerySet[Job]:
    now = clock.now()
    due = Job.objects.filter(done_at=None, given_up_at=None, run_after__lte=now).filter(
        Q(lease_until=None) | Q(lease_until__lt=now)
    )
    if key:
        due = due.filter(key=key)
    if lane == PROMPT:
        due = due.exclude(name__in=jobs_of_other_lanes())
    elif lane:
        due = due.filter(name__in=jobs_of_lane(lane))
    return due


@transaction.atomic
def _claim(due: QuerySet[Job], key: str, lane: str) -> Job | None:
    now = clock.now()
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    owed = due.select_related("entry").order_by("run_after", "id").first()
    if owed is None:
        return None
    if gives_up(owed.attempts):  # nobody came back to say so: it ends its workers
        owed.lease_until, owed.given_up_at = None, now
        owed.error = f"The worker ended {owed.attempts} times during this job."
        owed.save(update_fields=["lease_until", "given_up_at", "error"])
        return claim(key=key, lane=lane)
    owed.token, owed.lease_until, owed.attempts = token_hex(16), now + LEASE, owed.attempts + 1
    owed.save(update_fields=["token", "lease_until", "attempts"])
    return owed


def extend_lease(owed: Job) -> bool:
    """Keep the job for another while; False when another worker has it by now."""
    held = Job.objects.filter(pk=owed.pk, token=owed.token, done_at=None)
    return held.update(lease_until=clock.now() + LEASE) == 1


@transaction.atomic
def mark_done(owed: Job) -> bool:
    """Close the job; False when another worker took it over, whose result then counts.

    Both updates name ``again``: a wish that comes between them must not be closed with the job.
    """
    held = Job.objects.filter(pk=owed.pk, token=owed.token, done_at=None)
    while held.exists():
        now = clock.now()
        if held.filter(again=False).update(
            done_at=now, lease_until=None, given_up_at=None, error=""
        ):
            return True
        if held.filter(again=True).update(again=False, lease_until=None, attempts=0):
            return True
    return False


def mark_failed(owed: Job, error: str) -> None:
    """Keep the error, and try again later or give up."""
    now = clock.now()
    held = Job.objects.filter(pk=owed.pk, token=owed.token, done_at=None)
    held.update(
        lease_until=None,
        error=error[-4000:],
        run_after=now + wait_before_retry(owed.attempts),
        given_up_at=now if gives_up(owed.attempts) else None,
    )


def ask_for_scheduled() -> int:
    """Enqueue what is due by the schedule, once per slot whoever asks; the number asked for."""
    now, asked = clock.now().timestamp(), set(Tick.objects.values_list("name", "slot"))
    slots = ((one.name, int(now // one.every.total_seconds())) for one in schedules())
    return sum(_ask_for(name, slot) for name, slot in slots if (name, slot) not in asked)


@transaction.atomic
def _ask_for(name: str, slot: int) -> bool:
    """False when somebody else did meanwhile."""
    _, created = Tick.objects.get_or_create(name=name, slot=slot)
    if created:
        enqueue(name, key=f"schedule:{name}")
        Tick.objects.filter(name=name, slot__lt=slot).delete()
    return created


@transaction.atomic
def forget_done_jobs(*, older_than: timedelta) -> int:
    """Drop paid jobs; the entries they answered stay."""
    return Job.objects.filter(done_at__lt=clock.now() - older_than).delete()[0]


@transaction.atomic
def retry_given_up() -> int:
    """Owe the jobs that were given up once more, of several with one key the newest; how many."""
    chosen: dict[str, int] = {}
    for owed in given_up_jobs():
        chosen.setdefault(owed.key or f"#{owed.pk}", owed.pk)
    return Job.objects.filter(pk__in=chosen.values()).update(
        given_up_at=None, lease_until=None, attempts=0, run_after=clock.now()
    )
