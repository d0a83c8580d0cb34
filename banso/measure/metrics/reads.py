from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.db.models import Max, Min

from banso.know.accounts.models import Account
from banso.listen.events.reads import core_names, features
from banso.measure.metrics import rules
from banso.measure.metrics.customers import customers, seats_at
from banso.measure.metrics.evaluation import Defined, evaluated, planned
from banso.measure.metrics.models import (
    AccountMeasures,
    MetricDefinition,
    Refresh,
    WeeklyCourse,
)
from banso.measure.metrics.shapes import needs_seats
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.lake.days import day_number
from banso.shared.users.reads import organisation

PREVIEW_MOST = 2000


def values_in_chunks(
    *, definitions: Sequence[MetricDefinition], rows: pa.Table
) -> Iterator[pa.Table]:
    """Like ``values_at``, a part of the customers at a time, in the order of their ids."""
    asked = [definition.key for definition in definitions]
    wanted = [*definitions, *_parts_of_ratios(definitions)]
    plan = planned(wanted, core_names(), features())
    if needs_seats(d.shape for d in wanted) and "seats" not in rows.column_names:
        account, as_of = (rows[name].to_numpy() for name in ("account_id", "as_of_day"))
        rows = rows.append_column("seats", pa.array(seats_at(account, as_of.astype(np.int64))))
    columns = ["row_id", *(name for key in asked for name in (key, f"{key}__censored"))]
    for part in evaluated(plan, rows):
        yield part.select(columns)


def values_at(*, definitions: Sequence[MetricDefinition], rows: pa.Table) -> pa.Table:
    """Each metric at each row: ``row_id``, ``<key>`` float64 or null, ``<key>__censored`` bool.

    ``rows`` has row_id, account_id, signed_up_day (int32 or null) and as_of_day (int32): only
    events with ``day < as_of_day`` count. Censored means "not yet": the value is the wait so far.
    ``seats`` (float64, NaN for none) is looked up where rows lack it and a metric needs it.
    """
    parts = list(values_in_chunks(definitions=definitions, rows=rows))
    return pa.concat_tables(parts) if parts else _nothing(definitions)


def _parts_of_ratios(definitions: Sequence[Defined]) -> list[MetricDefinition]:
    """The metrics that asked ones are ratios of, where they were not asked for themselves."""
    asked = {definition.key for definition in definitions}
    keys = {str(d.params.get(side, "")) for d in definitions for side in ("top", "bottom")}
    missing = MetricDefinition.with_retired.filter(key__in=keys - asked - {""})
    return list(missing.exclude(shape="ratio"))


def _nothing(definitions: Sequence[MetricDefinition]) -> pa.Table:
    columns = {"row_id": pa.array([], pa.int64())}
    for definition in definitions:
        columns[definition.key] = pa.array([], pa.float64())
        columns[f"{definition.key}__censored"] = pa.array([], pa.bool_())
    return pa.table(columns)


@dataclass(frozen=True)
class Progress:
    """How many weeks of a metric's course are computed, of how many."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def is_complete(self) -> bool:
        return self.done >= self.total


def progress(definition: MetricDefinition) -> Progress:
    """How far the present version is computed, back to the first event."""
    state = Refresh.objects.filter(pk=1).first()
    if state is None or state.first_day is None:
        return Progress(0, 0)
    today = day_number(clock.today(organisation().time_zone))
    weeks = rules.mondays(day_number(state.first_day), today)
    done = WeeklyCourse.objects.filter(definition=definition, version=definition.version)
    return Progress(min(done.count(), len(weeks)), len(weeks))


def course_of(definition: MetricDefinition, *, weeks: int) -> list[WeeklyCourse]:
    """The last weeks, oldest first; the version before serves until the present one is there."""
    points = WeeklyCourse.objects.filter(definition=definition)
    newest = points.filter(version=definition.version)
    if not progress(definition).is_complete:
        newest = points.filter(version=points.aggregate(first=Min("version"))["first"])
    return list(newest.order_by("-day")[:weeks])[::-1]


def listed_metrics() -> list[MetricDefinition]:
    """Every metric in use with its summary."""
    return list(MetricDefinition.objects.select_related("summary"))


def account_names(pairs: Iterable[Sequence[float]]) -> dict[int, str]:
    """Names of the accounts of a summary's extremes."""
    ids = [int(pk) for pk, _value in pairs]
    return dict(Account.objects.filter(pk__in=ids).values_list("pk", "name"))


def all_values(key: str) -> Iterator[tuple[int, str, str, float | None, bool]]:
    """Id, external id, name, present value and "not yet" of every customer, by name."""
    rows = AccountMeasures.objects.order_by("account__name", "pk").values_list(
        "account_id", "account__external_id", "account__name", "values"
    )
    for pk, external_id, name, values in rows.iterator(chunk_size=2000):
        found = values.get(key) or {}
        yield pk, external_id, name, found.get("v"), bool(found.get("c"))


def measures_of(account_ids: Sequence[int]) -> dict[int, AccountMeasures]:
    """The present values of the accounts that have some, without their series."""
    return AccountMeasures.objects.filter(pk__in=account_ids).defer("series").in_bulk()


def newest_revision() -> int:
    """The refresh that changed values last; 0 before the first."""
    return AccountMeasures.objects.aggregate(newest=Max("revision"))["newest"] or 0


def finished_revision() -> int:
    """The last refresh whose changes are all written: one at work may still write its own."""
    done = Entry.objects.filter(kind="metrics.refreshed").order_by("-at", "-pk").first()
    return int(done.payload.get("revision", 0)) if done else 0


def measured_since(revision: int) -> list[int]:
    """The accounts whose values changed after that refresh."""
    changed = AccountMeasures.objects.filter(revision__gt=revision)
    return list(changed.order_by().values_list("account_id", flat=True))


def measures_of_account(account_id: int) -> AccountMeasures | None:
    return AccountMeasures.objects.filter(pk=account_id).first()


@dataclass(frozen=True)
class Preview:
    """How a metric that is being defined would lie over the customers."""

    accounts: int
    spread: rules.Spread
    bins: list[tuple[float, float, int]]
    is_sample: bool


def preview(definition: MetricDefinition) -> Preview:
    """Compute a definition on live data: on every k-th customer where there are very many."""
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    every = -(-len(ids) // PREVIEW_MOST)
    people = customers(ids[::every] if every > 1 else None)
    as_of = day_number(clock.today(organisation().time_zone)) + 1
    found = values_at(definitions=[definition], rows=people.rows([as_of])).sort_by("row_id")
    numbers = found[definition.key].to_numpy(zero_copy_only=False).astype(np.float64)
    stays = people.are(people.ids, np.full(len(people.ids), as_of))
    numbers = np.where(stays, numbers, np.nan)
    censored = found[f"{definition.key}__censored"].to_numpy(zero_copy_only=False) & stays
    reached = np.where(censored, np.nan, numbers)
    return Preview(
        int(stays.sum()), rules.spread(numbers, censored), rules.bins(reached), every > 1
    )
