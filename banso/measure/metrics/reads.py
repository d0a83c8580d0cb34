from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
from django.db.models import Max, Min, OuterRef, QuerySet, Subquery

from banso.know.accounts.models import Account
from banso.listen.events.models import EventName
from banso.listen.events.reads import core_names, features
from banso.measure.metrics import rules
from banso.measure.metrics.customers import customers, has_seats, seats_at
from banso.measure.metrics.evaluation import Defined, Plan, planned
from banso.measure.metrics.models import (
    AccountMeasures,
    AccountSeries,
    MetricDefinition,
    Refresh,
    WeeklyCourse,
)
from banso.measure.metrics.rowwise import evaluated
from banso.measure.metrics.shapes import needs_seats, shapes
from banso.measure.metrics.suggestions import Known
from banso.measure.metrics.world import Ints, Reason
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.lake.days import day_number, day_of
from banso.shared.users.reads import organisation

PREVIEW_MOST = 2000
PREVIEW_EXAMPLES = 5


def values_in_chunks(
    *, definitions: Sequence[MetricDefinition], rows: pa.Table
) -> Iterator[pa.Table]:
    """Like ``values_at``, a part of the customers at a time, in the order of their ids."""
    asked = [definition.key for definition in definitions]
    columns = ["row_id", *(name for key in asked for name in (key, f"{key}__censored"))]
    plan = _plan(definitions)
    for part in evaluated(plan, _with_seats(plan, rows)):
        yield part.select(columns)


def _plan(definitions: Sequence[Defined]) -> Plan:
    return planned([*definitions, *_parts_of_ratios(definitions)], core_names(), features())


def _with_seats(plan: Plan, rows: pa.Table) -> pa.Table:
    """The rows with the seats in force, where a metric looks at them."""
    if "seats" in rows.column_names or not needs_seats(d.shape for d in plan.ordered):
        return rows
    account, as_of = (rows[name].to_numpy() for name in ("account_id", "as_of_day"))
    return rows.append_column("seats", pa.array(seats_at(account, as_of.astype(np.int64))))


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
    version = definition.serving_version or definition.version
    points = WeeklyCourse.objects.filter(definition=definition, version=version)
    return list(points.order_by("-day")[:weeks])[::-1]


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
    """The present values of the accounts that have some."""
    return AccountMeasures.objects.in_bulk(account_ids)


def newest_revision() -> int:
    """The refresh that changed values last; 0 before the first."""
    whole = Refresh.objects.filter(pk=1).values("rewritten")
    newest = AccountMeasures.objects.order_by("-revision").annotate(whole=Subquery(whole))
    found = newest.values_list("revision", "whole").first()
    return max(number or 0 for number in found) if found else 0


def finished_revision() -> int:
    """The last refresh whose changes are all written: one at work may still write its own."""
    done = Entry.objects.filter(kind="metrics.refreshed").order_by("-at", "-pk").first()
    return int(done.payload.get("revision", 0)) if done else 0


def changed_since(revision: int) -> QuerySet[AccountMeasures]:
    """The values that a later refresh changed: everybody's, where one changed all."""
    if Refresh.objects.filter(pk=1, rewritten__gt=revision).exists():
        return AccountMeasures.objects.all()
    return AccountMeasures.objects.filter(revision__gt=revision)


def measured_since(revision: int) -> list[int]:
    """The accounts whose values changed after that refresh."""
    return list(changed_since(revision).order_by().values_list("account_id", flat=True))


def last_event_of_all() -> date | None:
    """When the last event of any customer came: tells a silent customer from a broken feed."""
    return Refresh.objects.filter(pk=1).values_list("last_event_on", flat=True).first()


def measures_of_account(account_id: int) -> AccountMeasures | None:
    """The present values with the last Mondays, in one query."""
    weekly = AccountSeries.objects.filter(pk=OuterRef("pk")).values("series")
    measures = AccountMeasures.objects.filter(pk=account_id).annotate(weekly=Subquery(weekly))
    found = measures.first()
    if found is not None:
        found.series = found.weekly
    return found


def known_facts() -> Known:
    """What decides which metrics are worth proposing."""
    seen = EventName.objects.aggregate(first=Min("first_seen"), last=Max("last_seen"))
    first, last = seen["first"], seen["last"]
    return Known(
        has_seats=has_seats(),
        features=len(features()),
        days=(last - first).days if first and last else 0,
    )


@dataclass(frozen=True)
class Preview:
    """How a metric that is being defined would lie over the customers.

    ``lacking`` has how many have no value for which reason, ``first_value_on`` the day on which the
    first of those who are not watched long enough gets one; ``highest`` and ``lowest`` are pairs of
    account id and value.
    """

    accounts: int
    spread: rules.Spread
    bins: list[tuple[float, float, int]]
    is_sample: bool
    lacking: list[tuple[Reason, int]]
    first_value_on: date | None
    highest: list[tuple[int, float]]
    lowest: list[tuple[int, float]]


def preview(definition: MetricDefinition) -> Preview:
    """Compute a definition on live data: on every k-th customer where there are very many."""
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    every = -(-len(ids) // PREVIEW_MOST)
    people = customers(ids[::every] if every > 1 else None)
    as_of = day_number(clock.today(organisation().time_zone)) + 1
    plan = replace(_plan([definition]), tells_why=True)
    rows = _with_seats(plan, people.rows([as_of]))
    stays = people.are(people.ids, np.full(len(people.ids), as_of))
    found = [*evaluated(plan, rows)]
    if not found:
        return Preview(0, rules.spread(np.zeros(0), stays), [], False, [], None, [], [])
    table = pa.concat_tables(found).sort_by("row_id")
    numbers = table[definition.key].to_numpy(zero_copy_only=False).astype(np.float64)
    numbers = np.where(stays, numbers, np.nan)
    censored = table[f"{definition.key}__censored"].to_numpy(zero_copy_only=False) & stays
    reached = np.where(censored, np.nan, numbers)
    why = table[f"{definition.key}__why"].to_numpy(zero_copy_only=False)
    waiting = stays & (why == Reason.TOO_SHORT.value)
    lacking = [(reason, int((stays & (why == reason.value)).sum())) for reason in Reason]
    needed = shapes()[definition.shape].history(plan.given[definition.key])
    return Preview(
        int(stays.sum()),
        rules.spread(numbers, censored),
        rules.bins(reached),
        every > 1,
        [(reason, n) for reason, n in lacking if n],
        _first_value_on(people.start[waiting], needed, as_of),
        rules.extremes(people.ids, reached, most=PREVIEW_EXAMPLES, highest=True),
        rules.extremes(people.ids, reached, most=PREVIEW_EXAMPLES, highest=False),
    )


def _first_value_on(starts: Ints, needed: int, as_of: int) -> date | None:
    """When the first of customers that are not watched long enough will have been."""
    state = Refresh.objects.filter(pk=1).first()
    if state is None or state.first_day is None or not len(starts):
        return None
    begins = np.maximum(starts, day_number(state.first_day))
    day = int(begins.min()) + needed
    return day_of(day - 1) if day > as_of else None
