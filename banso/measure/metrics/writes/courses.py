"""The Mondays of the past: each customer's values and how they lay, back to the first event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
from django.db import transaction

from banso.measure.metrics import facts, grid, rules, standing
from banso.measure.metrics.changes import EVERY
from banso.measure.metrics.customers import Customers, customers
from banso.measure.metrics.models import (
    Change,
    GridFile,
    MetricDefinition,
    Refresh,
    WeeklyCourse,
)
from banso.measure.metrics.standing import Served
from banso.measure.metrics.world import Floats, Ints
from banso.measure.metrics.writes import grid as grid_writes
from banso.measure.metrics.writes import late, mirror, points
from banso.measure.metrics.writes.facts import build_facts
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.lake import files
from banso.shared.lake.days import day_number
from banso.shared.users.reads import organisation

IN_SERIES = rules.WEEKS_IN_SERIES - 1
FEW_ROWS = 300_000  # so many rows of few customers are computed together, row by row
MANY_SERIES = 20_000  # customers whose weekly values are held in memory together
BLOCK_ROWS = 6_000_000  # so many rows of Mondays without a file are made together
TOGETHER = 6  # Mondays are kept so many at a time, or more of few customers:
ROWS_TOGETHER = 500_000  # then so many rows
FEW_CUSTOMERS = 10_000  # more of them are computed day by day


@dataclass
class Owed:
    """What one Monday lacks: the values of some customers, or some columns of all of them.

    ``file`` is what there is of it, as far as it can stay.
    """

    day: int
    rows: pa.Table
    kept: dict[str, str]
    file: GridFile | None
    touched: Ints

    @property
    def asked(self) -> pa.Table:
        """The customers to compute: those touched, or all where a column is lacking."""
        return self.rows if self.file is None else standing.rows_of(self.rows, self.touched)

    def old(self) -> pa.Table | None:
        """The values that can stay; they are read one Monday after the other."""
        if self.file is None:
            return None
        table = grid.loaded(self.file, list(self.kept))
        return standing.rows_of(table, self.rows["account_id"].to_numpy())


@files.room(facts.root)
def compute_courses() -> int:
    """Compute the Mondays that are missing or rest on a past that changed; how many were made.

    The newest come first and each is kept as soon as it is done, so a job that dies goes on where
    it was. A version that reaches back to the first event serves from then on.
    """
    state = Refresh.objects.filter(pk=1).first()
    if state is None or state.first_day is None:
        return 0
    fresh = standing.coming()
    metrics = [*standing.served(), *fresh]
    plan = standing.plan_of(metrics)
    build_facts([EVERY, *plan.bases])
    _serve([one for one in fresh if _serves_nothing(one)])
    columns = {one.column: grid.digest_of(plan, one.key) for one in metrics}
    today = clock.today(organisation().time_zone)
    weeks = rules.mondays(day_number(state.first_day), day_number(today))[::-1]
    changes = list(Change.objects.order_by("pk"))
    newest = changes[-1].pk if changes else 0
    people = customers()
    moved = _make_whole(weeks, metrics, columns, people, newest)
    moved |= _mended_late(set(weeks).difference(moved), metrics, columns, people, changes)
    files = grid.kept_on_days(day for day in weeks if day not in moved)
    rest = [(day, files.get(day)) for day in weeks if day not in moved]
    owed = [
        one for day, file in rest if (one := _owed(day, file, columns, metrics, people, changes))
    ]
    for some in _together(owed):
        ready = _ready(some, metrics)
        for one in some:
            moved[one.day] = _bring_up(one, metrics, columns, newest, ready)
    recent = [ids for day, ids in moved.items() if day in weeks[:IN_SERIES]]
    if recent:
        _keep_series(weeks[:IN_SERIES][::-1], np.unique(np.concatenate(recent)))
    _serve(fresh)
    _forget_what_is_old(newest)
    return len(moved)


def _mended_late(
    weeks: Iterable[int],
    metrics: Sequence[Served],
    columns: Mapping[str, str],
    people: Customers,
    changes: Sequence[Change],
) -> dict[int, Ints]:
    """Mondays that only lack what late events of few customers changed."""
    if not changes:
        return {}
    reach = late.reaches(metrics)
    files = grid.kept_on_days(weeks).values()
    found = [one for file in files if (one := late.late_on(file, columns, reach, people, changes))]
    return late.mend(found, people, changes[-1].pk)


def _make_whole(
    weeks: Sequence[int],
    metrics: Sequence[Served],
    columns: dict[str, str],
    people: Customers,
    newest: int,
) -> dict[int, Ints]:
    """Mondays of which nothing is there, one after the other; some are kept together."""
    kept = grid.kept_on_days(weeks)
    missing = [day for day in weeks if day not in kept]
    moved: dict[int, Ints] = {}
    for days in _in_blocks(missing, BLOCK_ROWS // max(people.ids.size, 1)):
        tables = standing.on_mondays(metrics, people, days[::-1])
        most = max(TOGETHER, ROWS_TOGETHER // max(people.ids.size, 1))
        while made := _keep_next(islice(tables, most), metrics, columns, newest):
            moved |= dict.fromkeys(made, people.ids)
    return moved


def _keep_next(
    tables: Iterable[tuple[int, pa.Table]],
    metrics: Sequence[Served],
    columns: dict[str, str],
    newest: int,
) -> Sequence[int]:
    """Keep the next Mondays and how the values lay on them: if the job dies, it goes on there."""
    lie: list[WeeklyCourse] = []

    def watched() -> Iterator[tuple[int, pa.Table]]:
        for day, table in tables:
            lie.extend(points.of_day(day, table, metrics))
            yield day, table

    made = grid_writes.written_days(watched())
    _place(made, lie, columns, newest)
    return [one.day for one in made]


@transaction.atomic
def _place(
    made: Sequence[grid_writes.Made],
    lie: Sequence[WeeklyCourse],
    columns: Mapping[str, str],
    newest: int,
) -> None:
    """Mondays are seen together with how their values lay, or not at all."""
    grid_writes.place_days(made, columns=columns, change=newest)
    points.keep(lie)


def _in_blocks(weeks: Sequence[int], size: int) -> list[Sequence[int]]:
    size = max(1, size)
    return [weeks[start : start + size] for start in range(0, len(weeks), size)]


def _serves_nothing(one: Served) -> bool:
    return MetricDefinition.objects.filter(pk=one.pk, serving_version=0).exists()


@transaction.atomic
def _serve(some: Sequence[Served]) -> None:
    """From now on these versions are what everybody sees."""
    for one in some:
        waiting = MetricDefinition.objects.filter(pk=one.pk, version=one.version)
        if waiting.exclude(serving_version=one.version).update(serving_version=one.version):
            record("metric.serves", by=None, key=one.metric, version=one.version)
            enqueue("metrics.refresh", key="metrics.refresh")


def _owed(
    day: int,
    file: GridFile | None,
    columns: Mapping[str, str],
    metrics: Sequence[Served],
    people: Customers,
    changes: Sequence[Change],
) -> Owed | None:
    """What the Monday's file lacks; None when it is as it should be."""
    touched = late.touched_by(late.unknown_to(file, changes)) if file else None
    kept = {} if file is None else {n: d for n, d in file.columns.items() if columns.get(n) == d}
    if touched is not None and not len(touched) and kept == columns:
        return None
    rows = standing.people_on(people, day, with_seats=standing.wants_seats(metrics))
    if file is None or touched is None or not kept:
        return Owed(day, rows, {}, None, people.ids)
    there = grid.loaded(file, [])["account_id"].to_numpy()
    unknown = people.ids[~np.isin(people.ids, there)]
    return Owed(day, rows, kept, file, np.intersect1d(np.union1d(touched, unknown), people.ids))


def _ready(owed: Sequence[Owed], metrics: Sequence[Served]) -> dict[int, pa.Table]:
    """The values of all these days in one go, if they are few."""
    asked = {one.day: one.asked for one in owed}
    if len(asked) < 2:
        return {}
    return standing.computed_on_days(metrics, asked)


def _together(owed: Sequence[Owed]) -> list[list[Owed]]:
    """Mondays that lack few customers go together, each of the others by itself."""
    found: list[list[Owed]] = []
    held = 0
    for one in owed:
        size = one.asked.num_rows
        if not found or size > FEW_CUSTOMERS or held + size > FEW_ROWS:
            found.append([])
            held = 0
        found[-1].append(one)
        held = FEW_ROWS if size > FEW_CUSTOMERS else held + size
    return found


def _bring_up(
    one: Owed,
    metrics: Sequence[Served],
    columns: dict[str, str],
    newest: int,
    ready: Mapping[int, pa.Table],
) -> Ints:
    """Compute and keep one Monday; the customers whose values are others now."""
    ids = one.rows["account_id"].to_numpy()
    asked = one.asked
    new = ready.get(one.day)
    if new is None:
        many = asked.num_rows * 2 > len(ids)
        new = standing.computed(metrics, asked, one.day, is_everybody=many)
    moved: Ints = ids
    old = one.old()
    if old is not None:
        new, moved = _mended(one, old, new, metrics)
    if len(moved) or old is None or one.kept != columns:
        made = grid_writes.written_days([(one.day, new)])
        _place(made, points.of_day(one.day, new, metrics), columns, newest)
    else:
        GridFile.objects.filter(day=one.day).update(change=newest)
    return moved


def _mended(
    one: Owed, old: pa.Table, new: pa.Table, metrics: Sequence[Served]
) -> tuple[pa.Table, Ints]:
    """The old table with the new rows in it and the lacking columns beside; who is another."""
    part = new.select(old.column_names)
    moved = one.touched[standing.differing(standing.rows_of(old, one.touched), part)]
    table = standing.replaced(old, part)
    lacking = [metric for metric in metrics if metric.column not in one.kept]
    if lacking:
        added = standing.computed(lacking, one.rows, one.day, is_everybody=True)
        for name in added.column_names[1:]:
            table = table.append_column(name, added[name])
        moved = one.rows["account_id"].to_numpy()
    return table, moved


def _keep_series(weeks: Sequence[int], ids: Ints) -> None:
    """The last Mondays of the customers for whom one of them is another."""
    metrics, files = standing.served(), grid.on_days(weeks)
    columns = [one.column for one in metrics]
    for start in range(0, len(ids), MANY_SERIES):
        some = ids[start : start + MANY_SERIES]
        lines: dict[str, list[Floats]] = {one.key: [] for one in metrics}
        for file in map(files.get, weeks):
            found = {one.key: np.full(len(some), np.nan) for one in metrics}
            if file is not None:
                table = grid.loaded(file, columns, some, with_flags=False)
                place = np.searchsorted(some, table["account_id"].to_numpy())
                for one in metrics:
                    found[one.key][place] = grid.numbers(table, one.column)
            for key, line in found.items():
                lines[key].append(line)
        mirror.keep_series(lines, some.tolist())


@transaction.atomic
def _forget_what_is_old(newest: int) -> None:
    """Courses of versions that serve no more, and the changes that every Monday knows by now."""
    for definition in MetricDefinition.objects.all():
        old = WeeklyCourse.objects.filter(
            definition=definition, version__lt=definition.serving_version
        )
        old.delete()
    Change.objects.filter(pk__lte=newest).delete()
