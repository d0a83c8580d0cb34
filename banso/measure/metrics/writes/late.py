"""Mondays of which a late event may have changed a few customers: only these are measured again.

What moved is kept as a small file over the Monday's own, so that the cost follows the late events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.db import transaction

from banso.measure.metrics import asks, grid, standing
from banso.measure.metrics.customers import Customers
from banso.measure.metrics.models import Change, GridFile, WeeklyCourse
from banso.measure.metrics.standing import Served
from banso.measure.metrics.world import Bools, Ints
from banso.measure.metrics.writes import grid as grid_writes
from banso.measure.metrics.writes import points

MOST_PATCHES = 8  # of one Monday; then it is written whole
MOST_PATCHED = 0.1  # of its customers, all patches together
ROWS_AT_ONCE = 300_000
EVER = 1 << 20  # days back: further than any


@dataclass(frozen=True)
class Late:
    """A Monday whose file can stay but for some metrics of some customers."""

    file: GridFile
    touched: Ints
    metrics: tuple[Served, ...]


def reaches(metrics: Sequence[Served]) -> list[tuple[Served, int]]:
    """How many days back from a Monday each metric may look."""
    found = []
    for one in metrics:
        asked, others = asks.split(standing.plan_of([one]))
        lasts = bool(others) or any(asks.is_lasting(ask) for ask in asked)
        found.append((one, EVER if lasts else asks.longest(asked)))
    return found


def late_on(
    file: GridFile,
    columns: Mapping[str, str],
    reach: Sequence[tuple[Served, int]],
    people: Customers,
    changes: Sequence[Change],
) -> Late | None:
    """What changed on a Monday whose customers and metrics are the same; None if there is more."""
    if file.columns != columns or len(file.patches) >= MOST_PATCHES:
        return None
    found = unknown_to(file, changes)
    touched = touched_by(found)
    if not found or touched is None or not np.array_equal(_customers_of(file), people.ids):
        return None
    touched = np.intersect1d(touched, people.ids, assume_unique=True)
    patched = sum(rows for _name, rows in file.patches) + len(touched)
    if patched > MOST_PATCHED * len(people.ids):
        return None
    last = max(one.last_day for one in found)
    return Late(file, touched, tuple(metric for metric, days in reach if last >= file.day - days))


def _customers_of(file: GridFile) -> Ints:
    return np.asarray(grid.loaded(file, [])["account_id"].to_numpy())


def unknown_to(file: GridFile, changes: Sequence[Change]) -> list[Change]:
    """The changes of the past before the day that its file does not know."""
    return [one for one in changes if one.pk > file.change and one.first_day < file.day]


def touched_by(found: Sequence[Change]) -> Ints | None:
    """The customers whose past changed; None for everybody."""
    if any(one.accounts is None for one in found):
        return None
    parts = [np.frombuffer(bytes(one.accounts or b""), dtype=np.int64) for one in found]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def mend(late: Sequence[Late], people: Customers, newest: int) -> dict[int, Ints]:
    """Measure these Mondays' customers again and keep what moved; who did, by Monday."""
    moved: dict[int, Ints] = {}
    for some in _together(late):
        patches: dict[int, pa.Table] = {}
        lie: list[WeeklyCourse] = []
        for one, new in _measured(some, people):
            old = grid.loaded(one.file, [m.column for m in one.metrics], one.touched)
            other, names = _others(old, new)
            moved[one.file.day] = one.touched[other]
            if other.any():
                patch = new.filter(pa.array(other))
                patches[one.file.day] = patch
                metrics = [m for m in one.metrics if m.column in names]
                whole = grid.loaded(one.file, [m.column for m in metrics])
                lie += points.of_day(one.file.day, grid.patched(whole, patch), metrics)
        named = grid_writes.written_patches(patches.items())
        with transaction.atomic():
            days = [one.file.day for one in some]
            grid_writes.place_patches(named, days=days, change=newest)
            points.keep(lie)
    return moved


def _together(late: Sequence[Late]) -> list[list[Late]]:
    """Mondays of the same metrics go together, so many rows at once."""
    found: list[list[Late]] = []
    held = 0
    for one in sorted(late, key=lambda one: (len(one.metrics), -one.file.day)):
        size = len(one.touched) if one.metrics else 0
        if not found or found[-1][0].metrics != one.metrics or held + size > ROWS_AT_ONCE:
            found.append([])
            held = 0
        found[-1].append(one)
        held += size
    return found


def _measured(some: Sequence[Late], people: Customers) -> Iterator[tuple[Late, pa.Table]]:
    """The values of the touched customers as they are now."""
    metrics = some[0].metrics
    with_seats = standing.wants_seats(metrics)
    asked = {}
    for one in some:
        those = people.some(np.searchsorted(people.ids, one.touched))
        asked[one.file.day] = standing.people_on(those, one.file.day, with_seats=with_seats)
    found = standing.computed_on_days(metrics, asked)
    for one in some:
        yield one, found[one.file.day]


def _others(old: pa.Table, new: pa.Table) -> tuple[Bools, set[str]]:
    """Which rows are others now, and in which metrics."""
    other, names = np.zeros(new.num_rows, dtype=bool), set()
    for name in new.column_names[1:]:
        pair = ["account_id", name]
        differs = standing.differing(old.select(pair), new.select(pair))
        if differs.any():
            names.add(name.removesuffix("c"))
            other |= differs
    return other, names
