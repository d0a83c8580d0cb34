"""The present values of every customer are brought up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import transaction

from banso.know.accounts.models import Account
from banso.listen.events.reads import core_names, features
from banso.listen.events.writes import refresh_names
from banso.measure.metrics import rules
from banso.measure.metrics.customers import Customers, customers, seats_mark
from banso.measure.metrics.models import (
    AccountMeasures,
    MetricDefinition,
    Refresh,
    Summary,
    WeeklyCourse,
)
from banso.measure.metrics.reads import newest_revision, values_in_chunks
from banso.measure.metrics.shapes import needs_seats
from banso.measure.metrics.world import Bools, Floats
from banso.measure.metrics.writes.definitions import suggest_metrics
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.lake import reads as lake
from banso.shared.lake import writes as lake_writes
from banso.shared.lake.days import day_number, day_of
from banso.shared.users.reads import organisation

WEEKS = rules.WEEKS_IN_SERIES
EXTREMES = 10
_CHUNK = 1000
_SUMMARISED = ["version", "as_of", "accounts", "n", "censored", "q1", "median", "q3", "bins"]
_SUMMARISED += ["highest", "lowest"]


@dataclass
class Gathered:
    """The present values of all customers, metric by metric, while they are computed."""

    ids: list[int]
    numbers: dict[str, list[Floats]]
    censored: dict[str, list[Bools]]


@dataclass
class Seen:
    """What a refresh rests on: the same again need not be computed again."""

    version: int
    newest_segment: int
    basis: str = ""
    fingerprint: str = ""

    def look_at(self, people: Customers, definitions: list[MetricDefinition], today: date) -> None:
        basis = sha256(people.ids.tobytes() + people.start.tobytes() + people.left.tobytes())
        basis.update(json.dumps([core_names(), features(), organisation().time_zone]).encode())
        if needs_seats(d.shape for d in definitions):
            basis.update(seats_mark())
        self.basis = basis.hexdigest()
        told = [self.basis, self.version, today.isoformat()]
        whole = [told, [[d.key, d.shape, d.params, d.version] for d in definitions]]
        self.fingerprint = sha256(json.dumps(whole).encode()).hexdigest()


def refresh(*, force: bool = False) -> bool:
    """Compute what every customer's metrics are today; False when nothing is new since."""
    lake_writes.compact()
    lake_writes.claim()
    before = Refresh.objects.filter(pk=1).first() or Refresh(pk=1)
    seen = Seen(lake.version(), lake.newest_segment())
    if seen.newest_segment != before.newest_segment:
        refresh_names()
    suggest_metrics()
    today = clock.today(organisation().time_zone)
    people, definitions = customers(), list(MetricDefinition.objects.all())
    seen.look_at(people, definitions, today)
    if before.fingerprint == seen.fingerprint and not force:
        return False
    revision = newest_revision() + 1
    gathered = _measure_all(people, definitions, today, revision)
    with transaction.atomic():
        _keep_summaries(definitions, gathered, today, people.count_on(day_number(today)))
        _mark_stale(before, seen)
        _remember(seen)
        counts = {"metrics": len(definitions), "accounts": len(people.ids)}
        record("metrics.refreshed", by=None, revision=revision, **counts)
        enqueue("metrics.courses", key="metrics.courses")
    return True


def _measure_all(
    people: Customers, definitions: list[MetricDefinition], today: date, revision: int
) -> Gathered:
    last_days = _last_days()
    gathered = Gathered([], {d.key: [] for d in definitions}, {d.key: [] for d in definitions})
    days = [day_number(today) + 1 - 7 * back for back in range(WEEKS - 1, -1, -1)]
    for part in values_in_chunks(definitions=definitions, rows=people.rows(days)):
        _keep_chunk(part, definitions, people, days, last_days, gathered, revision)
    return gathered


def _last_days() -> dict[int, int]:
    found = lake.query(
        "SELECT account_id, MAX(day) AS day FROM events WHERE account_id IS NOT NULL "
        "GROUP BY account_id"
    )
    return dict(zip(found["account_id"].to_pylist(), found["day"].to_pylist(), strict=True))


def _keep_chunk(
    part: pa.Table,
    definitions: list[MetricDefinition],
    people: Customers,
    days: list[int],
    last_days: dict[int, int],
    gathered: Gathered,
    revision: int,
) -> None:
    """Write one chunk of customers, and remember their present values."""
    places = part["row_id"].to_numpy()[:: len(days)] // len(days)
    ids = people.ids[places]
    stays = people.are(np.repeat(ids, len(days)), np.tile(np.array(days), len(ids)))
    numbers, censored = {}, {}
    for definition in definitions:
        key = definition.key
        values = part[key].to_numpy(zero_copy_only=False).astype(np.float64)
        values = np.where(stays, values, np.nan).reshape(len(ids), len(days))
        flags = part[f"{key}__censored"].to_numpy(zero_copy_only=False).reshape(values.shape)
        numbers[key], censored[key] = values, flags
        gathered.numbers[key].append(values[:, -1])
        gathered.censored[key].append(flags[:, -1] & ~np.isnan(values[:, -1]))
    gathered.ids += ids.tolist()
    for start in range(0, len(ids), _CHUNK):
        part_of = slice(start, start + _CHUNK)
        lines = {key: rules.kept(found[part_of]) for key, found in numbers.items()}
        open_ones = {key: flags[part_of, -1].tolist() for key, flags in censored.items()}
        as_of = day_of(days[-1] - 1)
        made = _measures(ids[part_of].tolist(), lines, open_ones, as_of, last_days)
        _upsert(list(made), revision)


def _measures(
    ids: list[int],
    lines: dict[str, list[list[float | None]]],
    open_ones: dict[str, list[bool]],
    as_of: date,
    last_days: dict[int, int],
) -> Iterator[AccountMeasures]:
    """A row for each customer from what is kept by metric."""
    for place, pk in enumerate(ids):
        last = last_days.get(pk)
        yield AccountMeasures(
            account_id=pk,
            as_of=as_of,
            values={
                key: {"v": found[place][-1], "c": open_ones[key][place]}
                for key, found in lines.items()
            },
            series={key: found[place] for key, found in lines.items()},
            last_event_on=None if last is None else day_of(last),
        )


@transaction.atomic
def _upsert(measures: list[AccountMeasures], revision: int) -> None:
    """Keep the measures of customers that still exist."""
    for measure in measures:
        measure.revision = revision
    span = (measures[0].account_id, measures[-1].account_id)
    there = set(Account.objects.filter(pk__range=span).values_list("pk", flat=True))
    AccountMeasures.objects.bulk_create(
        [m for m in measures if m.account_id in there],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["as_of", "values", "series", "last_event_on", "revision"],
    )


def _keep_summaries(
    definitions: list[MetricDefinition], gathered: Gathered, today: date, customers_now: int
) -> None:
    ids = np.array(gathered.ids, dtype=np.int64)
    made = []
    for definition in definitions:
        parts = gathered.numbers[definition.key]
        numbers = np.concatenate(parts) if parts else np.zeros(0)
        flags = gathered.censored[definition.key]
        censored = np.concatenate(flags) if flags else np.zeros(0, dtype=bool)
        spread = rules.spread(numbers, censored)
        reached = np.where(censored, np.nan, numbers)
        made.append(
            Summary(
                definition=definition,
                version=definition.version,
                as_of=today,
                accounts=customers_now,
                n=spread.n,
                censored=spread.censored,
                q1=spread.q1,
                median=spread.median,
                q3=spread.q3,
                bins=rules.bins(reached),
                highest=_extremes(ids, reached, highest=True),
                lowest=_extremes(ids, reached, highest=False),
            )
        )
    Summary.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["definition"], update_fields=_SUMMARISED
    )


def _extremes(ids: np.ndarray[Any, Any], numbers: Floats, *, highest: bool) -> list[list[float]]:
    """Account id and value of those at one end."""
    there = np.flatnonzero(~np.isnan(numbers))
    ordered = there[np.argsort(-numbers[there] if highest else numbers[there], kind="stable")]
    ends = ordered[:EXTREMES]
    return [[int(pk), v] for pk, v in zip(ids[ends], rules.kept(numbers[ends]), strict=True)]


def _mark_stale(before: Refresh, seen: Seen) -> None:
    """Courses are redone from the earliest week that got events since the last refresh.

    Customers, sign-up days or core actions that changed touch every week.
    """
    points = WeeklyCourse.objects.filter(stale=False)
    if before.basis != seen.basis:
        points.update(stale=True)
        return
    weeks = lake.weeks_changed_since(before.newest_segment)
    if weeks:  # a UTC week may begin a day earlier in the organisation's zone
        points.filter(day__gte=day_of(weeks[0] * 7 - 4)).update(stale=True)


def _remember(seen: Seen) -> None:
    first = lake.query("SELECT MIN(day) AS day FROM events")["day"][0].as_py()
    Refresh.objects.update_or_create(
        pk=1,
        defaults={
            "fingerprint": seen.fingerprint,
            "basis": seen.basis,
            "newest_segment": seen.newest_segment,
            "first_day": None if first is None else day_of(first),
            "at": clock.now(),
        },
    )
