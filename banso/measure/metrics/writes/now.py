"""The values of now: what the last refresh kept of them, and what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from banso.measure.metrics import asks, grid, standing
from banso.measure.metrics.changes import EVERY
from banso.measure.metrics.lasting import Lasting
from banso.measure.metrics.models import GridFile
from banso.measure.metrics.world import Bools, Ints
from banso.measure.metrics.writes import late

LAST_DAY = asks.LastDay(EVERY)


@dataclass(frozen=True)
class Before:
    """What the last refresh kept of now: the customers as they stood, and the file with all."""

    file: GridFile
    people: pa.Table

    @classmethod
    def there(cls) -> Before | None:
        file = grid.kept_on(GridFile.NOW)
        names = list(grid.PEOPLE)
        return None if file is None else cls(file, grid.loaded(file, names, with_flags=False))

    @property
    def ids(self) -> Ints:
        return np.asarray(self.people["account_id"].to_numpy())

    def takes_patch(self, rows: int) -> bool:
        """Whether so many rows can lie over the file; many are better written with it."""
        patches = self.file.patches
        patched = rows + sum(count for _name, count in patches)
        room = late.MOST_PATCHED * len(self.ids)
        return bool(len(patches) < late.MOST_PATCHES and patched <= room)


@dataclass(frozen=True)
class News:
    """The values of now, of all ``customers`` or, as a patch, of those ``touched``: the only ones
    whose values may be others than before.
    """

    table: pa.Table
    touched: Ints
    customers: int
    last_day: int | None

    @property
    def is_patch(self) -> bool:
        return bool(self.table.num_rows < self.customers)


def news_of(people: pa.Table, values: pa.Table, known: Lasting, touched: Ints) -> News:
    """The customers' columns and their values side by side."""
    days = known.found[LAST_DAY]
    latest = None if np.isnan(days).all() else int(np.nanmax(days))
    days = days[np.searchsorted(known.ids, people["account_id"].to_numpy())]
    last_days = pa.array(days, from_pandas=True).cast(pa.int64())
    table = people.append_column("last_day", last_days)
    for name in values.column_names[1:]:
        table = table.append_column(name, values[name])
    return News(table, touched, len(known.ids), latest)


def others(last: Before | None, columns: Mapping[str, str], news: News) -> Bools:
    """Which rows say something else than before; those who were not touched say the same."""
    new = news.table
    if last is None or last.file.columns.keys() != columns.keys():
        return np.ones(new.num_rows, dtype=bool)
    names = [c for name in columns for c in (name, f"{name}c")]
    compared, touched = ["account_id", "last_day", *names], news.touched
    was = grid.loaded(last.file, compared[1:], touched, with_flags=False)
    place = np.searchsorted(new["account_id"].to_numpy(), touched)
    other = np.zeros(new.num_rows, dtype=bool)
    now = standing.rows_of(new.select(compared), touched)
    other[place] = standing.differing(was.select(compared), now)
    return other
