"""The points of every measure at every renewal decision, as they were known at its landmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from banso.know.accounts.models import Account
from banso.know.notes.models import Note
from banso.know.subscriptions.reads import decision_rows, last_known_day
from banso.measure.health import rules
from banso.measure.health.reads import borders_in_force, definitions, lines_in_force
from banso.prove.studies.attributes import days_of
from banso.prove.studies.metric_values import raw_values, tracked_days, tracked_rows
from banso.shared.users.reads import organisation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_EPOCH = date(1970, 1, 1)
_SPAN = 1 << 20


@dataclass(frozen=True)
class Decided:
    """Decisions with the points (n, k) of the score's measures before them; NaN: not known.

    ``has_score``: half of the expected measures are known, as the score itself wants it.
    """

    lines: tuple[rules.Measure, ...]
    points: Floats
    has_score: Bools
    not_renewed: Bools
    account: Ints
    decided_on: Ints
    data_cut: date
    borders: rules.Borders = rules.DEFAULT_BORDERS

    @property
    def weights(self) -> Floats:
        return np.array([line.weight for line in self.lines], dtype=np.float64)

    def some(self, which: Bools) -> Decided:
        """The decisions of which it is true."""
        return Decided(
            self.lines,
            self.points[which],
            self.has_score[which],
            self.not_renewed[which],
            self.account[which],
            self.decided_on[which],
            self.data_cut,
            self.borders,
        )


def decided(
    today: date,
    lines: Sequence[rules.Measure] | None = None,
    borders: rules.Borders | None = None,
) -> Decided | None:
    """Every decision since usage was recorded, scored by these lines or by those in force.

    None while there are no contracts or no events. The rows are the same for all lines.
    """
    data_cut, tracked = last_known_day(today), tracked_days()
    if data_cut is None or tracked is None:
        return None
    found = decision_rows(data_cut=data_cut, landmark_days=organisation().landmark_days)
    rows = tracked_rows(found.table, tracked[0])
    lines = tuple(line for line in lines or lines_in_force() if line.weight > 0)
    points = _points(rows, lines)
    expected = np.full(points.shape, True)
    for number, line in enumerate(lines):
        if line.key == rules.CONTACT_DAYS:
            expected[:, number] = ~_is_tech(rows)
            points[~expected[:, number], number] = np.nan
    known = (~np.isnan(points)).sum(axis=1)
    return Decided(
        lines,
        points,
        (known > 0) & (2 * known >= expected.sum(axis=1)),
        np.asarray(rows["not_renewed"].to_numpy(zero_copy_only=False), dtype=bool),
        np.asarray(rows["account_id"].to_numpy(), dtype=np.int64),
        days_of(rows["decided_on"]),
        data_cut,
        borders or borders_in_force(),
    )


def _points(rows: pa.Table, lines: Sequence[rules.Measure]) -> Floats:
    there = definitions()
    asked = [there[line.key] for line in lines if line.key in there]
    landmark = days_of(rows["landmark"])
    values = raw_values(asked, rows, as_of=landmark) if asked and rows.num_rows else {}
    made = np.full((rows.num_rows, len(lines)), np.nan)
    for number, line in enumerate(lines):
        if line.low is None or line.high is None:
            continue
        if line.key == rules.CONTACT_DAYS:
            made[:, number] = points_of(_days_since_contact(rows, landmark), line)
        elif line.key in values:
            made[:, number] = points_of(values[line.key][0], line)
    return made


def points_of(values: Floats, line: rules.Measure) -> Floats:
    """``rules.points`` for many values at once; NaN stays NaN."""
    low, high = float(line.low or 0), float(line.high or 0)
    if high == low:
        share = np.where(np.isnan(values), np.nan, (values >= high).astype(np.float64))
    else:
        share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(100 * (1 - share if line.better == rules.LOWER else share))


def _days_since_contact(rows: pa.Table, landmark: Ints) -> Floats:
    """Days from the last note before the landmark; NaN where there is none."""
    notes = Note.objects.order_by().values_list("account_id", "at").iterator(chunk_size=20_000)
    keys = np.sort(
        np.fromiter((pk * _SPAN + (at.date() - _EPOCH).days for pk, at in notes), np.int64)
    )
    account = np.asarray(rows["account_id"].to_numpy(), dtype=np.int64)
    if not len(keys):
        return np.full(len(account), np.nan)
    place = np.searchsorted(keys, account * _SPAN + landmark) - 1
    last = keys[np.maximum(place, 0)]
    there = (place >= 0) & (last // _SPAN == account)
    return np.where(there, landmark - last % _SPAN, np.nan)


def _is_tech(rows: pa.Table) -> Bools:
    tech = np.array(
        sorted(Account.objects.filter(touch_model="tech").values_list("pk", flat=True)), np.int64
    )
    return np.isin(np.asarray(rows["account_id"].to_numpy()), tech)
