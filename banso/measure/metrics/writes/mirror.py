"""The rows that pages and lists read: each customer's values, and how each metric lies over all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import transaction

from banso.know.accounts.models import Account
from banso.measure.metrics import grid, rules
from banso.measure.metrics.models import AccountMeasures, MetricDefinition, Summary
from banso.measure.metrics.standing import Served
from banso.measure.metrics.world import Floats
from banso.shared.lake.days import day_number, day_of

EXTREMES = 10
_CHUNK = 1000
_SUMMARISED = ["version", "as_of", "accounts", "n", "censored", "q1", "median", "q3", "bins"]
_SUMMARISED += ["highest", "lowest"]


def keep_rows(table: pa.Table, metrics: Sequence[Served], today: date, revision: int) -> None:
    """Write the present values of these customers, a thousand at a time."""
    for start in range(0, table.num_rows, _CHUNK):
        part = table.slice(start, _CHUNK)
        lines = {m.key: rules.kept(grid.numbers(part, m.column)) for m in metrics}
        waiting = {m.key: grid.flags(part, m.column).tolist() for m in metrics}
        last_days = part["last_day"].to_pylist()
        made = [
            AccountMeasures(
                account_id=pk,
                as_of=today,
                values={k: {"v": v[n], "c": waiting[k][n]} for k, v in lines.items()},
                last_event_on=None if last_days[n] is None else day_of(last_days[n]),
                revision=revision,
            )
            for n, pk in enumerate(part["account_id"].to_pylist())
        ]
        _upsert(made, ["as_of", "values", "last_event_on", "revision"])


@transaction.atomic
def _upsert(measures: list[AccountMeasures], fields: list[str]) -> None:
    """Keep the measures of customers that still exist."""
    span = (measures[0].account_id, measures[-1].account_id)
    there = set(Account.objects.filter(pk__range=span).values_list("pk", flat=True))
    AccountMeasures.objects.bulk_create(
        [m for m in measures if m.account_id in there],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=fields,
    )


def stand_as_of(today: date) -> None:
    """Values that are the same today as before are today's too."""
    AccountMeasures.objects.exclude(as_of=today).update(as_of=today)


def keep_series(lines: dict[str, list[Floats]], ids: Sequence[int], today: date) -> None:
    """Write the values of the last Mondays: by metric, an array per Monday, oldest first."""
    told = {key: np.column_stack(weeks) for key, weeks in lines.items() if weeks}
    for start in range(0, len(ids), _CHUNK):
        part = slice(start, start + _CHUNK)
        kept = {key: rules.kept(values[part]) for key, values in told.items()}
        made = [
            AccountMeasures(
                account_id=pk, as_of=today, series={key: line[n] for key, line in kept.items()}
            )
            for n, pk in enumerate(ids[part])
        ]
        _upsert(made, ["series"])


@transaction.atomic
def keep_summaries(table: pa.Table, *, metrics: Sequence[Served], today: date) -> None:
    """How the present values of each metric lie over all customers."""
    now = day_number(today)
    count = int((table["left"].to_numpy() >= now).sum())
    ids = table["account_id"].to_numpy()
    there = set(MetricDefinition.with_retired.values_list("pk", flat=True))
    made = []
    for metric in metrics:
        if metric.pk not in there or metric.column not in table.column_names:
            continue
        numbers, waiting = grid.numbers(table, metric.column), grid.flags(table, metric.column)
        spread = rules.spread(numbers, waiting)
        reached = np.where(waiting, np.nan, numbers)
        made.append(
            Summary(
                definition_id=metric.pk,
                version=metric.version,
                as_of=today,
                accounts=count,
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
