"""The rows that pages and lists read: each customer's values, and how each metric lies over all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from banso.know.accounts.models import Account
from banso.measure.metrics import grid, rules
from banso.measure.metrics.models import (
    AccountMeasures,
    AccountSeries,
    MetricDefinition,
    Refresh,
    Summary,
)
from banso.measure.metrics.series_field import packed_rows
from banso.measure.metrics.standing import Served
from banso.measure.metrics.world import Floats
from banso.shared.lake.days import day_number, day_of

EXTREMES = 10
_CHUNK = 10_000
_ENDS = ("}", ',"c":true}')  # of a value, and of one that is "not yet"
_SUMMARISED = ["version", "as_of", "accounts", "n", "censored", "q1", "median", "q3", "bins"]
_SUMMARISED += ["highest", "lowest"]


def keep_rows(
    table: pa.Table,
    *,
    metrics: Sequence[Served],
    today: date,
    revision: int,
    of_all: bool = False,
) -> None:
    """Write the present values of these customers, some thousands at a time; the next ones' text is
    made meanwhile.

    ``of_all`` says once that the refresh changed everybody, not in each row.
    """
    if of_all:
        Refresh.objects.update_or_create(pk=1, defaults={"rewritten": revision})
    table = table.sort_by("account_id")
    adapted = connection.ops.adapt_datefield_value
    last_days = table["last_day"].to_pylist()
    told = {day: None if day is None else adapted(day_of(day)) for day in set(last_days)}
    begins = range(0, table.num_rows, _CHUNK)
    with ThreadPoolExecutor(1) as pool:
        texts = [pool.submit(_as_json, table.slice(begin, _CHUNK), metrics) for begin in begins]
        for begin, text in zip(begins, texts, strict=True):
            part = table.slice(begin, _CHUNK)
            columns: dict[str, list[Any]] = {
                "as_of": [adapted(today)] * part.num_rows,
                "values": text.result(),
                "last_event_on": [told[day] for day in last_days[begin : begin + _CHUNK]],
                "revision": [revision] * part.num_rows,
            }
            once = ("revision",) if of_all else ()
            _put(AccountMeasures, part["account_id"].to_pylist(), columns, once=once)


def _as_json(table: pa.Table, metrics: Sequence[Served]) -> list[str]:
    """``{key: {"v": number or null}}`` of each row, with ``"c": true`` where it is "not yet".

    A number is written once for all customers who have it: there are far fewer counts than rows.
    """
    if not metrics:
        return ["{}"] * table.num_rows
    pieces: list[pa.Array] = []
    for one in metrics:
        begin = f'{"," if pieces else "{"}{json.dumps(one.key)}:{{"v":'
        numbers = table[one.column].combine_chunks().dictionary_encode("encode")
        kept = pc.binary_join_element_wise(begin, _numbers_told(numbers.dictionary), "")
        flags = grid.flags(table, one.column)
        both = [pc.binary_join_element_wise(kept, end, "") for end in _ENDS]
        place = numbers.indices.to_numpy() + flags * len(kept)
        pieces.append(pa.concat_arrays(both).take(pa.array(place)))
    told: list[str] = pc.binary_join_element_wise(*pieces, "}", "").to_pylist()
    return told


def _numbers_told(numbers: pa.Array) -> pa.Array:
    """Each number as JSON tells it, rounded as ``rules.kept`` does."""
    values = numbers.to_numpy(zero_copy_only=False).astype(np.float64)
    values = np.where(np.abs(values) < 10, np.round(values, 6), np.round(values, 3))
    told = pc.cast(pa.array(values, mask=~np.isfinite(values)), pa.string())
    is_whole = pc.invert(pc.match_substring_regex(told, "[.e]"))
    return pc.if_else(is_whole, pc.binary_join_element_wise(told, ".0", ""), told).fill_null("null")


def _put(
    model: type[AccountMeasures | AccountSeries],
    ids: Sequence[int],
    columns: Mapping[str, Sequence[Any]],
    *,
    once: Sequence[str] = (),
) -> None:
    """Keep these columns of the customers, who come in the order of their ids; those that are set
    ``once`` stay as they are in a row that is there.
    """
    anew = {name: column for name, column in columns.items() if name not in once}
    for start in range(0, len(ids), _CHUNK):
        part = slice(start, start + _CHUNK)
        with transaction.atomic():
            known = _between(ids[part], model.objects.all())
            _update(model, ids[part], {name: column[part] for name, column in anew.items()}, known)
            if len(known) < len(ids[part]):
                _insert(model, ids[part], {n: c[part] for n, c in columns.items()}, known)


def _between(ids: Sequence[int], rows: QuerySet[Any]) -> set[int]:
    """Which customers from the first until the last of these have a row."""
    among = rows.order_by().filter(pk__gte=ids[0], pk__lte=ids[-1])
    return set(among.values_list("pk", flat=True))


def _update(
    model: type[Model], ids: Sequence[int], columns: Mapping[str, Sequence[Any]], known: set[int]
) -> None:
    """The rows that are there: half the cost of an INSERT that finds out."""
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(name)} = %s" for name in columns)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE account_id = %s"  # noqa: S608 - ours
    told = zip(*columns.values(), ids, strict=True)
    with connection.cursor() as cursor:
        cursor.executemany(sql, [row for row in told if row[-1] in known])


def _insert(
    model: type[Model], ids: Sequence[int], columns: Mapping[str, Sequence[Any]], known: set[int]
) -> None:
    """Rows of customers who had none; those that are gone meanwhile get none."""
    there = _between(ids, Account.objects.all()) - known
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, ["account_id", *columns]))
    marks = ", ".join(["%s"] * (len(columns) + 1))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608 - ours
    told = zip(ids, *columns.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.executemany(sql, [row for row in told if row[0] in there])


def stand_as_of(today: date) -> None:
    """Values that are the same today as before are today's too."""
    AccountMeasures.objects.exclude(as_of=today).update(as_of=today)


def keep_series(lines: dict[str, list[Floats]], ids: Sequence[int]) -> None:
    """Write the values of the last Mondays: by metric, an array per Monday, oldest first."""
    told = [np.column_stack(weeks) for weeks in lines.values() if weeks]
    keys = [key for key, weeks in lines.items() if weeks]
    if not told:
        return
    for start in range(0, len(ids), _CHUNK):
        part = slice(start, start + _CHUNK)
        lines_there = np.stack([values[part] for values in told], axis=1)
        _put(AccountSeries, ids[part], {"series": list(packed_rows(keys, lines_there))})


def summaries(table: pa.Table, metrics: Sequence[Served], today: date) -> list[Summary]:
    """How the present values of each metric lie over all customers; nothing is asked or kept."""
    count = int((table["left"].to_numpy() >= day_number(today)).sum())
    ids = table["account_id"].to_numpy()
    made = []
    for metric in metrics:
        if metric.column not in table.column_names:
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
                highest=rules.extremes(ids, reached, most=EXTREMES, highest=True),
                lowest=rules.extremes(ids, reached, most=EXTREMES, highest=False),
            )
        )
    return made


@transaction.atomic
def keep_summaries(made: Sequence[Summary]) -> None:
    """They take the place of those before; a metric that is gone meanwhile has none."""
    there = set(MetricDefinition.with_retired.values_list("pk", flat=True))
    Summary.objects.bulk_create(
        [one for one in made if one.definition_id in there],
        update_conflicts=True,
        unique_fields=["definition"],
        update_fields=_SUMMARISED,
    )
