"""How customers stand on one day, as a table: computed, compared with what was kept, and merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from banso.listen.events.reads import core_names, features
from banso.measure.metrics import asks, at_day, facts, grid, rowwise
from banso.measure.metrics.aside import Aside
from banso.measure.metrics.customers import Customers, seats_at
from banso.measure.metrics.evaluation import Plan, planned
from banso.measure.metrics.models import MetricDefinition, MetricVersion
from banso.measure.metrics.shapes import needs_seats
from banso.measure.metrics.weekly import Weekly, fits
from banso.measure.metrics.world import Bools, Ints, Values

ROWS_AT_ONCE = 1_500_000
ROWS_TOGETHER = 200_000
_VERSION = ":"  # stands in no key of a metric


@dataclass(frozen=True)
class Served:
    """A metric in one of its versions; ``key`` tells two that are computed at once apart."""

    pk: int
    key: str
    shape: str
    params: dict[str, object]
    version: int

    @property
    def metric(self) -> str:
        return self.key.partition(_VERSION)[0]

    @property
    def column(self) -> str:
        return grid.name_of(self.pk, self.version)


def served() -> list[Served]:
    """The metrics in use, each in the version that serves; those that serve nothing yet are out."""
    definitions = [d for d in MetricDefinition.objects.all() if d.serving_version]
    behind = {d.pk: d.serving_version for d in definitions if d.serving_version != d.version}
    old = {
        (kept.definition_id, kept.version): kept
        for kept in MetricVersion.objects.filter(definition__in=behind)
    }
    found = []
    for d in definitions:
        kept = old.get((d.pk, d.serving_version), d)
        found.append(Served(d.pk, d.key, kept.shape, kept.params, d.serving_version))
    return found


def coming() -> list[Served]:
    """Versions that do not serve yet because their past is not computed."""
    return [
        Served(d.pk, _key_beside(d), d.shape, d.params, d.version)
        for d in MetricDefinition.objects.all()
        if d.serving_version != d.version
    ]


def _key_beside(definition: MetricDefinition) -> str:
    """The key of a version that comes, told from the one that still serves."""
    if not definition.serving_version:
        return definition.key
    return f"{definition.key}{_VERSION}{definition.version}"


def plan_of(some: Sequence[Served]) -> Plan:
    """What the metrics are made of; ratios find their parts among all that serve."""
    there = {one.key for one in some}
    parts = {str(one.params.get(side, "")) for one in some for side in ("top", "bottom")}
    lacking = parts - there - {""}
    missing = [one for one in served() if one.key in lacking] if lacking else []
    return planned([*some, *missing], core_names(), features())


def people_on(customers: Customers, as_of: int, *, with_seats: bool) -> pa.Table:
    """account_id, start and left as day numbers (-1: nobody knows), seats on the day before."""
    days = np.full(len(customers.ids), as_of, dtype=np.int64)
    seats = seats_at(customers.ids, days) if with_seats else np.full(len(days), np.nan)
    return pa.table(
        {
            "account_id": customers.ids,
            "start": customers.start,
            "left": customers.left,
            "seats": pa.array(seats, from_pandas=True),
        }
    )


def wants_seats(some: Sequence[Served]) -> bool:
    return needs_seats(one.shape for one in some)


def computed(
    some: Sequence[Served],
    people: pa.Table,
    as_of: int,
    *,
    is_everybody: bool,
    known: asks.Found = at_day.NOTHING,
    first_day: int | None = None,
) -> pa.Table:
    """account_id and, for each metric, its column of values and its flags "not yet"; see
    ``at_day.values_on``.
    """
    if not people.num_rows or not some:
        return _nothing(some, people)
    rows = _asked({as_of: people})
    plan = plan_of(some)
    found = at_day.values_on(
        plan, rows, is_everybody=is_everybody, known=known, first_day=first_day
    )
    return _told(some, people, as_of, found)


def on_mondays(
    some: Sequence[Served], people: Customers, mondays: Sequence[int]
) -> Iterator[tuple[int, pa.Table]]:
    """The same for all customers on each of the Mondays, in their order."""
    if not len(people.ids) or not some:
        return
    plan, first_day = plan_of(some), facts.first_day()
    asked, others = asks.split(plan)
    weekly = Weekly([ask for ask in asked if fits(ask)], people.ids, _starts(people))
    apart = {one.key: one for one in [*served(), *some] if one.key in others} if others else {}
    columns = {key: one.column for key, one in apart.items()}
    with_seats = wants_seats(some)
    with Aside(computed_for_all([*apart.values()], people, mondays) if apart else []) as aside:
        for day, known in weekly.answers(mondays):
            table = people_on(people, day, with_seats=with_seats)
            found = at_day.values_on(
                plan,
                _asked({day: table}),
                is_everybody=True,
                known=known,
                ready=aside.values(day, columns),
                first_day=first_day,
            )
            yield day, _told(some, table, day, found)


def _starts(people: Customers) -> Ints:
    return np.where(people.start < 0, asks.NO_START, people.start)


def computed_on_days(some: Sequence[Served], people: Mapping[int, pa.Table]) -> dict[int, pa.Table]:
    """The same for several days at once, row by row: quick where the customers are few."""
    there = {day: table for day, table in people.items() if table.num_rows and some}
    made = {day: _nothing(some, table) for day, table in people.items()}
    if there:
        rows = _asked(there)
        found = pa.concat_tables(rowwise.evaluated(plan_of(some), rows)).sort_by("row_id")
        begin = 0
        for day, table in there.items():
            part = found.slice(begin, table.num_rows)
            made[day] = _told(
                some, table, day, {one.key: Values.in_table(part, one.key) for one in some}
            )
            begin += table.num_rows
    return made


def computed_for_all(
    some: Sequence[Served], people: Customers, days: Sequence[int]
) -> Iterator[dict[int, pa.Table]]:
    """Row by row for all customers on these days, some customers after the other."""
    plan, with_seats = plan_of(some), wants_seats(some)
    size = max(1, ROWS_AT_ONCE // len(days))
    for start in range(0, people.ids.size, size):
        part = people.some(slice(start, start + size))
        rows = part.rows(days)
        if with_seats:
            pairs = (np.asarray(rows[name].to_numpy()) for name in ("account_id", "as_of_day"))
            rows = rows.append_column("seats", pa.array(seats_at(*pairs)))
        done = 0
        for found in _joined(rowwise.evaluated(plan, rows), ROWS_TOGETHER):
            count = found.num_rows // len(days)
            yield _by_day(some, part.some(slice(done, done + count)), days, found)
            done += count


def _joined(parts: Iterable[pa.Table], least: int) -> Iterator[pa.Table]:
    """Small parts together: each costs a piece of every day's file."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        if sum(one.num_rows for one in waiting) >= least:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _by_day(
    some: Sequence[Served], people: Customers, days: Sequence[int], found: pa.Table
) -> dict[int, pa.Table]:
    """Answers for customers and days in turn, as a table for each day."""
    shape = (len(people.ids), len(days))
    stays = np.array(days)[None, :] <= people.left[:, None] + 1
    columns: dict[str, np.ndarray] = {}
    for one in some:
        values = found[one.key].to_numpy(zero_copy_only=False).astype(np.float64).reshape(shape)
        values = np.where(stays, values, np.nan)
        waiting = found[f"{one.key}__censored"].to_numpy(zero_copy_only=False).astype(bool)
        columns[one.column] = values
        columns[f"{one.column}c"] = waiting.reshape(shape) & ~np.isnan(values)
    return {
        day: pa.table(
            {"account_id": people.ids}
            | {
                name: pa.array(np.ascontiguousarray(values[:, number]), from_pandas=True)
                for name, values in columns.items()
            }
        )
        for number, day in enumerate(days)
    }


def _asked(people: Mapping[int, pa.Table]) -> pa.Table:
    """Rows as the evaluation wants them, day after day."""
    parts = []
    begin = 0
    for day, table in people.items():
        start = table["start"].to_numpy()
        parts.append(
            pa.table(
                {
                    "row_id": np.arange(begin, begin + table.num_rows, dtype=np.int64),
                    "account_id": table["account_id"],
                    "signed_up_day": pa.array(start.astype(np.int32), mask=start < 0),
                    "as_of_day": np.full(table.num_rows, day, dtype=np.int32),
                    "seats": table["seats"].cast(pa.float64()),
                }
            )
        )
        begin += table.num_rows
    return pa.concat_tables(parts)


def _told(
    some: Sequence[Served], people: pa.Table, as_of: int, values: Mapping[str, Values]
) -> pa.Table:
    """The answers as columns; customers that have left have no value any more."""
    stays = as_of <= people["left"].to_numpy() + 1
    columns = {"account_id": people["account_id"]}
    for one in some:
        numbers = np.where(stays, values[one.key].numbers, np.nan)
        nothing = np.isnan(numbers)
        columns[one.column] = pa.array(numbers, mask=nothing)
        columns[f"{one.column}c"] = pa.array(values[one.key].censored & ~nothing)
    return pa.table(columns)


def _nothing(some: Sequence[Served], people: pa.Table) -> pa.Table:
    columns = {"account_id": people["account_id"]}
    for one in some:
        columns[one.column] = pa.nulls(people.num_rows, pa.float64())
        columns[f"{one.column}c"] = pa.nulls(people.num_rows, pa.bool_()).fill_null(False)
    return pa.table(columns)


def replaced(old: pa.Table, new: pa.Table) -> pa.Table:
    """The old table with the rows of the new one in place of their own, sorted by customer.

    Both have the same columns, in any order.
    """
    new = new.select(old.column_names)
    ids, others = (np.asarray(one["account_id"].to_numpy()) for one in (old, new))
    if np.isin(others, ids).all():
        return grid.patched(old, new)
    rest = old.filter(
        pa.array(~np.isin(old["account_id"].to_numpy(), new["account_id"].to_numpy()))
    )
    return pa.concat_tables([rest, new.cast(rest.schema)]).sort_by("account_id")


def differing(old: pa.Table, new: pa.Table) -> Bools:
    """Which rows of the new table say something that the old one did not."""
    place = np.searchsorted(old["account_id"].to_numpy(), new["account_id"].to_numpy())
    place[place == old.num_rows] = 0
    ids = new["account_id"].to_numpy()
    if not old.num_rows:
        return np.ones(new.num_rows, dtype=bool)
    other: Bools = old["account_id"].to_numpy()[place] != ids
    if set(old.column_names) != set(new.column_names):
        return np.ones(new.num_rows, dtype=bool)
    for name in new.column_names:
        was, now = _plain(old[name])[place], _plain(new[name])
        same = (was == now) | (np.isnan(was) & np.isnan(now))
        other |= ~same
    return other


def _plain(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_boolean(column.type):
        column = column.fill_null(False)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def rows_of(table: pa.Table, accounts: Ints) -> pa.Table:
    """The rows of these customers, who come in the order of their ids."""
    if np.array_equal(table["account_id"].to_numpy(), accounts):
        return table
    return table.filter(pa.array(np.isin(table["account_id"].to_numpy(), accounts)))
