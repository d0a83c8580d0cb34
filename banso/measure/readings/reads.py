from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from banso.listen.events.reads import hidden_properties
from banso.measure.metrics import rules
from banso.measure.metrics.customers import Customers, customers
from banso.measure.metrics.models import AccountMeasures, MetricDefinition, Refresh
from banso.measure.metrics.reads import values_at
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
    found = _values(customers([account_id]), days, keys)
    return found.append_column("day", pa.array(days, pa.int32())).select(["day", *keys])


def values_on_day(day: int, *, keys: Sequence[str]) -> pa.Table:
    """``account_id``, each metric and its "not yet" of everybody who was a customer on the day."""
    people = customers()
    stays = people.are(people.ids, np.full(len(people.ids), day))
    found = _values(people, [day], keys)
    return found.append_column("account_id", pa.array(people.ids)).filter(pa.array(stays))


def _values(people: Customers, days: list[int], keys: Sequence[str]) -> pa.Table:
    """The metrics of each customer on each day; who has left has none."""
    definitions = list(MetricDefinition.objects.filter(key__in=keys))
    found = values_at(definitions=definitions, rows=people.rows(days)).sort_by("row_id")
    stays = people.are(np.repeat(people.ids, len(days)), np.tile(np.array(days), len(people.ids)))
    columns = {}
    for key in keys:
        waits = found[f"{key}__censored"].to_numpy(zero_copy_only=False)
        numbers = found[key].to_numpy(zero_copy_only=False).astype(np.float64)
        columns[key] = pa.array(np.where(stays, numbers, np.nan), from_pandas=True)
        columns[f"{key}__censored"] = pa.array(waits & stays)
    return pa.table(columns)


def values_by_week(weeks: Sequence[date], keys: Sequence[str]) -> Iterator[tuple[date, pa.Table]]:
    """The values of all customers, one week after the other."""
    for week in weeks:
        yield week, values_on_day(day_number(week), keys=keys)
