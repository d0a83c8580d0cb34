"""The weekly course of each metric is computed, back to the first event."""

from __future__ import annotations

import numpy as np
from django.db import transaction

from banso.measure.metrics import rules
from banso.measure.metrics.customers import Customers, customers
from banso.measure.metrics.models import MetricDefinition, Refresh, WeeklyCourse
from banso.measure.metrics.reads import values_in_chunks
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.lake.days import day_number, day_of
from banso.shared.users.reads import organisation

ROWS_AT_ONCE = 4_000_000
CELLS_AT_ONCE = 40_000_000


def compute_courses() -> int:
    """Compute the weeks that are missing or stale, newest first; how many points were made.

    Each block of weeks is kept as soon as it is done, so a job that dies goes on where it was.
    """
    state = Refresh.objects.filter(pk=1).first()
    people, definitions = customers(), list(MetricDefinition.objects.all())
    if state is None or state.first_day is None or not len(people.ids):
        return 0
    today = day_number(clock.today(organisation().time_zone))
    weeks = rules.mondays(day_number(state.first_day), today)[::-1]
    at_once = max(1, ROWS_AT_ONCE // len(people.ids))
    made = 0
    for lacking, wanted in _unfinished(definitions, weeks).items():
        for start in range(0, len(lacking), at_once):
            days = sorted(lacking[start : start + at_once])
            step = max(1, CELLS_AT_ONCE // (len(people.ids) * len(days)))
            for first in range(0, len(wanted), step):
                made += _compute_block(wanted[first : first + step], people, days)
    _forget_old_versions(definitions)
    return made


def _unfinished(
    definitions: list[MetricDefinition], weeks: list[int]
) -> dict[tuple[int, ...], list[MetricDefinition]]:
    """The metrics that lack some days or have them stale, by the days they lack."""
    points = WeeklyCourse.objects.filter(stale=False)
    fresh = set(points.values_list("definition_id", "version", "day"))
    days = [(week, day_of(week)) for week in weeks]
    groups: dict[tuple[int, ...], list[MetricDefinition]] = {}
    for d in definitions:
        lacking = tuple(week for week, day in days if (d.pk, d.version, day) not in fresh)
        if lacking:
            groups.setdefault(lacking, []).append(d)
    return groups


def _compute_block(wanted: list[MetricDefinition], people: Customers, days: list[int]) -> int:
    numbers, flags = _values_of(wanted, people, days)
    made = []
    for definition in wanted:
        for place, day in enumerate(days):
            column = numbers[definition.key][:, place].astype(np.float64)
            spread = rules.spread(column, flags[definition.key][:, place])
            made.append(_point(definition, day, spread))
    _keep(made)
    return len(made)


def _values_of(
    wanted: list[MetricDefinition], people: Customers, days: list[int]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Values and "not yet" by metric: a line per customer, a column per day."""
    shape = (len(people.ids), len(days))
    numbers = {d.key: np.full(shape, np.nan, dtype=np.float32) for d in wanted}
    flags = {d.key: np.zeros(shape, dtype=bool) for d in wanted}
    stays = people.are(np.repeat(people.ids, len(days)), np.tile(np.array(days), shape[0]))
    for part in values_in_chunks(definitions=wanted, rows=people.rows(days)):
        rows = part["row_id"].to_numpy()
        for key, values in numbers.items():
            found = part[key].to_numpy(zero_copy_only=False)
            values.reshape(-1)[rows] = np.where(stays[rows], found, np.nan)
            waiting = part[f"{key}__censored"].to_numpy(zero_copy_only=False)
            flags[key].reshape(-1)[rows] = waiting & stays[rows]
    return numbers, flags


def _point(definition: MetricDefinition, day: int, spread: rules.Spread) -> WeeklyCourse:
    return WeeklyCourse(
        definition=definition,
        version=definition.version,
        day=day_of(day),
        n=spread.n,
        censored=spread.censored,
        q1=spread.q1,
        median=spread.median,
        q3=spread.q3,
    )


@transaction.atomic
def _keep(points: list[WeeklyCourse]) -> None:
    WeeklyCourse.objects.bulk_create(
        points,
        update_conflicts=True,
        unique_fields=["definition", "version", "day"],
        update_fields=["n", "censored", "q1", "median", "q3", "stale"],
    )
    record("metrics.courses_computed", by=None, points=len(points))


@transaction.atomic
def _forget_old_versions(definitions: list[MetricDefinition]) -> None:
    """Once a new version has its course, the old one's is not drawn any more."""
    for definition in definitions:
        old = WeeklyCourse.objects.filter(definition=definition, version__lt=definition.version)
        old.delete()
