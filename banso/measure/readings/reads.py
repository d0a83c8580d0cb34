from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

import numpy as np
import pyarrow as pa

from banso.listen.events.reads import hidden_properties
from banso.measure.metrics import grid, rules, standing
from banso.measure.metrics.customers import Customers, customers
from banso.measure.metrics.models import AccountMeasures, GridFile, MetricDefinition, Refresh
from banso.measure.metrics.reads import values_at
from banso.measure.metrics.world import Ints
from banso.shared import clock
from banso.shared.lake.days import day_number, day_of
from banso.shared.users.reads import organisation

MOST_WEEKS = 110


def readable_metrics() -> list[MetricDefinition]:
    """The metrics in use, without those that count a property nobody may see."""
    hidden = hidden_properties()
    return [d for d in MetricDefinition.objects.all() if d.params.get("property") not in hidden]


def today() -> date:
    return clock.today(organisation().time_zone)


def present_day() -> int:
    """The day of the present values: everything until the end of today counts."""
    return day_number(today()) + 1


def weeks_to_read(most: int = MOST_WEEKS) -> list[date]:
    """The Mondays that have values, newest first."""
    state = Refresh.objects.filter(pk=1).first()
    if state is None or state.first_day is None:
        return []
    found = rules.mondays(day_number(state.first_day), day_number(today()))
    return [day_of(day) for day in found[::-1][:most]]


def measures_of(account_id: int) -> AccountMeasures | None:
    return AccountMeasures.objects.filter(pk=account_id).first()


def course_of_account(account_id: int, *, keys: Sequence[str], weeks: int) -> pa.Table:
    """``day`` and each metric on the last Mondays, oldest first, and now."""
    days = [*(day_number(day) for day in weeks_to_read(weeks)[::-1]), present_day()]
    if not keys:
        return pa.table({"day": pa.array(days, pa.int32())})
    people, asked = customers([account_id]), _served(keys)
    kept = _kept(days, asked, accounts=people.ids)
    lacking = [day for day in days if day not in kept]
    made = _computed(people, lacking, keys) if lacking else {}
    parts = [kept[day] if day in kept else made[day] for day in days]
    lines = [_of_people(people, part, asked, day) for day, part in zip(days, parts, strict=True)]
    columns = {key: pa.concat_arrays([line[key] for line in lines]) for key in keys}
    return pa.table({"day": pa.array(days, pa.int32()), **columns})


def values_on_day(day: int, *, keys: Sequence[str]) -> pa.Table:
    """``account_id``, each metric and its "not yet" of everybody who was a customer on the day."""
    people, asked = customers(), _served(keys)
    kept = _kept([day], asked)
    part = kept[day] if day in kept else _computed(people, [day], keys)[day]
    found = pa.table({"account_id": people.ids, **_of_people(people, part, asked, day)})
    return found.filter(pa.array(people.are(people.ids, np.full(len(people.ids), day))))


def _served(keys: Sequence[str]) -> dict[str, str]:
    """The column of each metric in the version that serves; empty while none does."""
    there = {one.key: one.column for one in standing.served()}
    return {key: there.get(key, "") for key in keys}


def _kept(
    days: Sequence[int], asked: Mapping[str, str], accounts: Ints | None = None
) -> dict[int, pa.Table]:
    """The tables of the days that were computed with all of the metrics."""
    now, columns = present_day(), list(asked.values())
    numbers = {GridFile.NOW if day == now else day: day for day in days}
    found = {}
    for file in GridFile.objects.filter(day__in=numbers):
        if all(column in file.columns for column in columns):
            with suppress(FileNotFoundError):  # a new one has just taken its place
                found[numbers[file.day]] = grid.loaded(file, columns, accounts)
    return found


def _computed(people: Customers, days: Sequence[int], keys: Sequence[str]) -> dict[int, pa.Table]:
    """The same, made from the events, for days that the background has not reached yet."""
    definitions = list(MetricDefinition.objects.filter(key__in=keys))
    found = values_at(definitions=definitions, rows=people.rows(list(days))).sort_by("row_id")
    place = np.arange(len(people.ids)) * len(days)
    return {
        day: found.take(pa.array(place + number))
        .drop_columns(["row_id"])
        .append_column("account_id", pa.array(people.ids))
        for number, day in enumerate(days)
    }


def _of_people(
    people: Customers, table: pa.Table, asked: Mapping[str, str], day: int
) -> dict[str, pa.Array]:
    """The values in the order of the people; who has left or is new has none."""
    place = np.searchsorted(people.ids, table["account_id"].to_numpy())
    place[place == len(people.ids)] = 0
    there = people.ids[place] == table["account_id"].to_numpy()
    stays = people.are(people.ids, np.full(len(people.ids), day))
    columns = {}
    for key, column in asked.items():
        kept, flag = (column, f"{column}c") if column in table.column_names else (key, "")
        numbers = np.full(len(people.ids), np.nan)
        numbers[place[there]] = grid.numbers(table, kept)[there]
        waits = np.zeros(len(people.ids), dtype=bool)
        flags = table[flag or f"{key}__censored"].fill_null(False)
        waits[place[there]] = flags.to_numpy()[there]
        columns[key] = pa.array(np.where(stays, numbers, np.nan), from_pandas=True)
        columns[f"{key}__censored"] = pa.array(waits & stays)
    return columns


def values_by_week(weeks: Sequence[date], keys: Sequence[str]) -> Iterator[tuple[date, pa.Table]]:
    """The values of all customers, one week after the other."""
    for week in weeks:
        yield week, values_on_day(day_number(week), keys=keys)
