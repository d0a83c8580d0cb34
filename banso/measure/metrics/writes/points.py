"""How the values of each metric lay over all customers on a Monday."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from django.db import transaction

from banso.measure.metrics import grid, rules
from banso.measure.metrics.models import WeeklyCourse
from banso.measure.metrics.standing import Served
from banso.shared.journal.writes import record
from banso.shared.lake.days import day_of


def of_day(day: int, table: pa.Table, metrics: Sequence[Served]) -> list[WeeklyCourse]:
    """A point for each metric, from the values of all customers."""
    found = []
    for one in metrics:
        spread = rules.spread(grid.numbers(table, one.column), grid.flags(table, one.column))
        found.append(
            WeeklyCourse(
                definition_id=one.pk,
                version=one.version,
                day=day_of(day),
                n=spread.n,
                censored=spread.censored,
                q1=spread.q1,
                median=spread.median,
                q3=spread.q3,
            )
        )
    return found


@transaction.atomic
def keep(points: Sequence[WeeklyCourse]) -> None:
    """Points take the place of those of the same metric and day."""
    if not points:
        return
    WeeklyCourse.objects.bulk_create(
        points,
        update_conflicts=True,
        unique_fields=["definition", "version", "day"],
        update_fields=["n", "censored", "q1", "median", "q3"],
    )
    record("metrics.courses_computed", by=None, points=len(points))
