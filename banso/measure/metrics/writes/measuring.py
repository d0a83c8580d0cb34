"""The present values of those customers are brought up to date for whom anything changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa
from django.db import transaction
from django.db.models import F

from banso.listen.events.writes import refresh_names
from banso.measure.metrics import asks, at_day, changes, facts, grid, lasting, standing
from banso.measure.metrics.asks import Found
from banso.measure.metrics.changes import EVERY, Changed
from banso.measure.metrics.customers import customers
from banso.measure.metrics.evaluation import Plan
from banso.measure.metrics.lasting import Lasting
from banso.measure.metrics.models import Change, GridFile, MetricDefinition, Refresh, Summary
from banso.measure.metrics.reads import newest_revision
from banso.measure.metrics.standing import Served
from banso.measure.metrics.world import Ints
from banso.measure.metrics.writes import grid as grid_writes
from banso.measure.metrics.writes import mirror
from banso.measure.metrics.writes.definitions import suggest_metrics
from banso.measure.metrics.writes.facts import build_facts, missing_rows
from banso.measure.metrics.writes.now import LAST_DAY, Before, News, news_of, others
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.lake import files
from banso.shared.lake import reads as lake
from banso.shared.lake import writes as lake_writes
from banso.shared.lake.days import day_number, day_of
from banso.shared.users.reads import organisation

AT_ONCE = 2_000_000  # events that may be read before a new metric serves; more is background work
MANY = 20_000  # customers from which on a summary for a few changes can wait
SUMMED_FROM = 0.05  # of them: fewer changes can wait
MOST = 0.5  # of the customers: when more are others, all count as others
NEVER = 1 << 19


@dataclass
class Work:
    """What one refresh found to do, and on what it rests."""

    today: date
    metrics: list[Served]
    plan: Plan
    columns: dict[str, str]
    before: Before | None
    is_everybody: bool
    changed: Changed
    first_day: int | None
    newest_segment: int
    snapshot: dict[str, list[int]] = field(default_factory=dict)
    is_forced: bool = False

    @property
    def as_of(self) -> int:
        return day_number(self.today) + 1

    @cached_property
    def asked(self) -> tuple[dict[asks.Ask | asks.Days, None], list[str]]:
        """What the metrics ask, and those that need each row's steps."""
        return asks.split(self.plan)


@transaction.atomic
def look_at_people_again() -> None:
    """Sign-up days, contracts or customers may be others: the next refresh compares them."""
    Refresh.objects.get_or_create(pk=1)
    Refresh.objects.filter(pk=1).update(people_wanted=F("people_wanted") + 1)
    enqueue("metrics.refresh", key="metrics.refresh")


@files.room(facts.root)
def refresh(*, force: bool = False) -> bool:
    """Compute what changed since the last refresh; False when nothing did."""
    lake_writes.compact()
    lake_writes.claim()
    state = Refresh.objects.filter(pk=1).first() or Refresh(pk=1)
    newest = lake.newest_segment()
    if not state.newest_segment:
        refresh_names()  # later a job of its own counts them: only proposals rest on it
    suggest_metrics()
    _let_small_ones_serve()
    metrics = standing.served()
    plan = standing.plan_of(metrics)
    live = lake.live_segments()
    build_facts([EVERY, *plan.bases])
    work = _work(state, metrics, plan, newest, changes.snapshot_of(live), force=force)
    people, moved = _people(state, work)
    news = _new_values(work, people, moved)
    if news is None:
        _remember(state, work)
        return False
    _keep(state, work, news, moved)
    return True


def _let_small_ones_serve() -> None:
    """A new metric whose facts are quickly computed serves at once."""
    for one in standing.coming():
        is_new = MetricDefinition.objects.filter(pk=one.pk, serving_version=0).exists()
        if is_new and missing_rows(standing.plan_of([one]).bases) <= AT_ONCE:
            MetricDefinition.objects.filter(pk=one.pk).update(serving_version=one.version)
        elif is_new:
            enqueue("metrics.courses", key="metrics.courses")


def _work(
    state: Refresh,
    metrics: list[Served],
    plan: Plan,
    newest: int,
    snapshot: dict[str, list[int]],
    *,
    force: bool,
) -> Work:
    today = clock.today(organisation().time_zone)
    columns = {one.column: grid.digest_of(plan, one.key) for one in metrics}
    before, first_day = Before.there(), facts.first_day()
    same = before is not None and state.as_of == today and state.basis == _basis(first_day)
    found = changes.changed(state.snapshot, snapshot)
    return Work(
        today,
        metrics,
        plan,
        columns,
        before,
        force or not same,
        found,
        first_day,
        newest,
        snapshot,
        force,
    )


def _basis(first_day: int | None) -> str:
    """What every value rests on."""
    told = [organisation().time_zone, first_day]
    return sha256(json.dumps(told).encode()).hexdigest()


def _people(state: Refresh, work: Work) -> tuple[pa.Table, Ints]:
    """Who the customers are, and which of them are new or stand otherwise than before."""
    old = None if work.before is None else work.before.people
    is_seen = state.people_seen == state.people_wanted and state.as_of == work.today
    if old is not None and is_seen:
        return old.select(["account_id", "start", "left", "seats"]), np.zeros(0, np.int64)
    wanted = standing.wants_seats(work.metrics)
    people = standing.people_on(customers(), work.as_of, with_seats=wanted)
    if old is None:
        return people, people["account_id"].to_numpy()
    before = old.select(["account_id", "start", "left"])
    other = standing.differing(before, people.select(before.column_names))
    seats = standing.differing(
        old.select(["account_id", "seats"]), people.select(["account_id", "seats"])
    )
    return people, people["account_id"].to_numpy()[other | seats]


def _new_values(work: Work, people: pa.Table, moved: Ints) -> News | None:
    """What is new now; None when nothing is."""
    ids, last = people["account_id"].to_numpy(), work.before
    if last is None or work.is_everybody:
        with _counting(work, ids) as counting:
            known = _known(work, people, _kept(work))
            found = known.of(ids) | Found(counting.found())
        values = _computed(work, work.metrics, people, found, is_everybody=True)
        return news_of(people, values, known, ids)
    kept = _same(work, last)
    renewed = [one for one in work.metrics if one.column not in kept]
    touched = np.union1d(work.changed.accounts, moved)
    touched = np.intersect1d(touched, ids, assume_unique=True)
    stays = np.array_equal(last.ids, ids)
    if not (len(touched) or renewed or _has_more(work, last)) and np.isin(last.ids, ids).all():
        return None
    before = _kept(work)
    many = len(touched) * 2 > len(ids)
    with _counting(work, ids) if many else nullcontext() as counting:
        known = _known(work, people, before)
        touched = _concerned(work, touched, moved, before, known)
        found = known.of(touched) | Found(counting.found(touched) if counting else {})
    some = [one for one in work.metrics if one.column in kept]
    those = standing.rows_of(people, touched)
    values = _computed(work, some, those, found, is_everybody=many)
    is_few = len(ids) > MANY and last.takes_patch(len(touched))
    if is_few and stays and not renewed and not _has_more(work, last):
        return news_of(those, values, known, touched)
    table = standing.replaced(standing.rows_of(grid.loaded(last.file, kept), ids), values)
    if renewed:
        added = _computed(work, renewed, people, known.of(ids), is_everybody=True)
        for name in added.column_names[1:]:
            table = table.append_column(name, added[name])
    return news_of(people, table, known, ids if renewed else touched)


def _computed(
    work: Work, some: Sequence[Served], people: pa.Table, known: Found, *, is_everybody: bool
) -> pa.Table:
    return standing.computed(
        some,
        people,
        work.as_of,
        is_everybody=is_everybody,
        known=known,
        first_day=work.first_day,
    )


def _counting(work: Work, ids: Ints) -> at_day.Counting:
    """The last days of everybody, read while what lasts is brought up to now."""
    return at_day.Counting([*work.asked[0]], ids, work.as_of)


def _concerned(
    work: Work, touched: Ints, moved: Ints, before: Lasting | None, known: Lasting
) -> Ints:
    """Those of the touched customers whose values may be others: days of long ago change what looks
    at the whole past, or nothing.
    """
    asked, others = work.asked
    if others or before is None:
        return touched
    since = work.as_of - asks.longest(asked)
    recent = work.changed.accounts[work.changed.last_day >= since]
    sure = np.isin(touched, np.union1d(recent, moved)) | ~np.isin(touched, before.ids)
    sure[~sure] = known.differs_from(before, touched[~sure])
    return touched[sure]


def _asked(work: Work) -> list[asks.Ask | asks.Days]:
    return [LAST_DAY, *asks.lasting(work.plan)]


def _kept(work: Work) -> Lasting | None:
    return None if work.is_forced else lasting.kept(_asked(work), organisation().time_zone)


def _known(work: Work, people: pa.Table, old: Lasting | None) -> Lasting:
    """What the metrics ask of the whole past, brought up to now and kept."""
    ids, starts = (people[name].to_numpy() for name in ("account_id", "start"))
    known = lasting.brought_up(old, _asked(work), ids, starts, work.as_of, work.changed)
    grid_writes.keep_lasting(kept=known, zone=organisation().time_zone)
    return known


def _has_more(work: Work, last: Before) -> bool:
    """Whether the file has metrics that serve no more."""
    return not last.file.columns.keys() <= work.columns.keys()


def _same(work: Work, last: Before) -> list[str]:
    """The metrics whose present values rest on what they rested on before."""
    return [name for name, digest in work.columns.items() if last.file.columns.get(name) == digest]


def _keep(state: Refresh, work: Work, news: News, moved: Ints) -> None:
    """Keep the rows that pages read, then the table, then what it rested on; twice does no harm."""
    other = others(work.before, work.columns, news)
    share, new = int(other.sum()) / max(news.customers, 1), news.table
    revision = newest_revision() + 1
    with ThreadPoolExecutor(1) as pool:
        summaries: Future[list[Summary]] | None = None
        if not news.is_patch and (new.num_rows <= MANY or share > SUMMED_FROM):
            summaries = pool.submit(mirror.summaries, new, work.metrics, work.today)
        some = new.filter(pa.array(other))
        mirror.keep_rows(
            some,
            metrics=work.metrics,
            today=work.today,
            revision=revision,
            of_all=share > MOST,
        )
    if state.as_of != work.today:
        mirror.stand_as_of(work.today)
    if not news.is_patch:
        grid_writes.keep(day=GridFile.NOW, table=new, columns=work.columns)
    elif some.num_rows:
        patches = grid_writes.written_patches([(GridFile.NOW, some)])
        grid_writes.place_patches(patches, days=[GridFile.NOW], change=0)
    if summaries is not None:
        mirror.keep_summaries(summaries.result())
    else:
        enqueue(
            "metrics.summarise", key="metrics.summarise", after=clock.now() + timedelta(minutes=1)
        )
    with transaction.atomic():
        _note_changes(state, work, moved)
        _remember(state, work)
        last_event = None if news.last_day is None else day_of(news.last_day)
        Refresh.objects.filter(pk=1).update(last_event_on=last_event)
        counts = {"metrics": len(work.metrics), "accounts": int(other.sum())}
        record("metrics.refreshed", by=None, revision=revision, **counts)
        enqueue("metrics.courses", key="metrics.courses")


def summarise() -> None:
    """How the values lie over all customers, from the table of now."""
    file = grid.at(GridFile.NOW)
    state = Refresh.objects.filter(pk=1).first()
    if file is not None and state is not None and state.as_of is not None:
        made = mirror.summaries(grid.loaded(file), standing.served(), state.as_of)
        mirror.keep_summaries(made)


def _note_changes(state: Refresh, work: Work, moved: Ints) -> None:
    """What of the past is to be computed again."""
    now = clock.now()
    if work.first_day is not None and state.first_day != day_of(work.first_day):
        Change.objects.create(first_day=0, last_day=NEVER, accounts=None, at=now)
        return
    if len(work.changed.accounts):
        monday = work.as_of - 1 - (work.as_of - 1 + 3) % 7
        late = work.changed.first_day < monday
        if late.any():  # otherwise no Monday that was computed looks at the days
            Change.objects.create(
                first_day=int(work.changed.first_day[late].min()),
                last_day=int(work.changed.last_day[late].max()),
                accounts=work.changed.accounts[late].astype(np.int64).tobytes(),
                at=now,
            )
    if len(moved) and work.before is not None:
        Change.objects.create(
            first_day=0, last_day=NEVER, accounts=moved.astype(np.int64).tobytes(), at=now
        )


def _remember(state: Refresh, work: Work) -> None:
    Refresh.objects.update_or_create(
        pk=1,
        defaults={
            "newest_segment": work.newest_segment,
            "snapshot": work.snapshot,
            "basis": _basis(work.first_day),
            "people_seen": state.people_wanted,
            "first_day": None if work.first_day is None else day_of(work.first_day),
            "as_of": work.today,
            "at": clock.now(),
        },
    )
