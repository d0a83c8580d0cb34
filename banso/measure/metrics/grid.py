"""The values of all customers on one day, as they are kept: one Parquet file for each Monday."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from banso.measure.metrics import facts
from banso.measure.metrics.evaluation import Plan
from banso.measure.metrics.models import GridFile
from banso.measure.metrics.world import Bools, Floats, Ints

PEOPLE = ("start", "left", "seats", "last_day")


def name_of(definition_id: int, version: int) -> str:
    """The column of a metric in one of its versions; its flags "not yet" are in ``…c``."""
    return f"{definition_id}v{version}"


def digest_of(plan: Plan, key: str) -> str:
    """What the values of a metric rest on besides the events: its shape and what it looks at."""
    definition = next(d for d in plan.ordered if d.key == key)
    given = plan.given[key]
    parts = [digest_of(plan, part) for part in (given.top, given.bottom) if part in plan.given]
    return sha256(repr([definition.shape, given, parts]).encode()).hexdigest()[:16]


def at(day: int) -> GridFile | None:
    """The file of a Monday, or that of now (``GridFile.NOW``), if it was computed."""
    return GridFile.objects.filter(day=day).first()


def on_days(days: Iterable[int]) -> dict[int, GridFile]:
    """The same of several days, by day, as far as they were computed."""
    wanted = set(days)
    if not wanted:
        return {}
    found = GridFile.objects.filter(day__range=(min(wanted), max(wanted)))
    return {file.day: file for file in found if file.day in wanted}


def kept_on(day: int) -> GridFile | None:
    """The file of a day, if it is there; a backup leaves the files out."""
    return kept_on_days([day]).get(day)


def kept_on_days(days: Iterable[int]) -> dict[int, GridFile]:
    """The same of several days, by day."""
    root = facts.root()
    return {
        day: file
        for day, file in on_days(days).items()
        if all((root / name).exists() for name in file.files)
    }


def loaded(
    file: GridFile,
    names: Sequence[str] | None = None,
    accounts: Ints | None = None,
    *,
    with_flags: bool = True,
) -> pa.Table:
    """account_id and the named columns with their flags (None: all), of these customers or all.

    A column that the file lacks is empty.
    """
    wanted = None if names is None else list(names)
    if wanted is not None and with_flags:
        wanted = [column for name in wanted for column in (name, f"{name}c")]
    table, *patches = (_read(facts.root() / name, wanted, accounts) for name in file.files)
    for patch in patches:
        table = patched(table, patch)
    for column in wanted or ():
        if column not in table.column_names:
            kind = pa.bool_() if column.endswith("c") else pa.float64()
            table = table.append_column(column, pa.nulls(table.num_rows, kind))
    return table


def _read(path: Path, wanted: Sequence[str] | None, accounts: Ints | None) -> pa.Table:
    """What a file has of the columns."""
    with pq.ParquetFile(path, pre_buffer=False) as opened:
        there = opened.schema_arrow.names
        chosen = None if wanted is None else ["account_id", *(c for c in wanted if c in there)]
        groups = _groups(opened, accounts)
        table = opened.read_row_groups(groups, columns=chosen)
    if accounts is not None:
        ids = table["account_id"].to_numpy()
        if not np.array_equal(ids, accounts):
            table = table.filter(pa.array(np.isin(ids, accounts)))
    return table


def patched(table: pa.Table, patch: pa.Table) -> pa.Table:
    """The table with the values of the patch in place of its own: of customers and columns that
    both have.
    """
    ids, others = (np.asarray(one["account_id"].to_numpy()) for one in (table, patch))
    if not len(ids) or not len(others):
        return table
    place = np.searchsorted(ids, others)
    place[place == len(ids)] = 0
    there = ids[place] == others
    for name in patch.column_names[1:]:
        if name in table.column_names:
            values = np.array(table[name].to_numpy(zero_copy_only=False))
            values[place[there]] = patch[name].to_numpy(zero_copy_only=False)[there]
            number = table.column_names.index(name)
            table = table.set_column(number, name, pa.array(values, from_pandas=True))
    return table


def _groups(opened: pq.ParquetFile, accounts: Ints | None) -> list[int]:
    """The row groups that may hold the customers: the files are sorted by them."""
    found = range(opened.metadata.num_row_groups)
    if accounts is None:
        return list(found)
    chosen = []
    for number in found:
        span = opened.metadata.row_group(number).column(0).statistics
        place = np.searchsorted(accounts, [span.min, span.max + 1]) if span else (0, 1)
        if place[1] > place[0]:
            chosen.append(number)
    return chosen


def numbers(table: pa.Table, name: str) -> Floats:
    """A metric's values, NaN where there is none."""
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def flags(table: pa.Table, name: str) -> Bools:
    """Which of a metric's values are "not yet"."""
    return np.asarray(table[f"{name}c"].fill_null(False).to_numpy(), dtype=bool)
