"""The metrics in the weeks before each decision, measured anew from what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from banso.measure.metrics.models import MetricDefinition
from banso.prove.engine.course import Point, course
from banso.prove.studies.attributes import days_of
from banso.prove.studies.metric_values import raw_values
from banso.prove.studies.rules import TRACKING_WINDOW_DAYS, Ints

WEEKS = tuple(range(26, -1, -2))
MOST_OF_AN_OUTCOME = 1000
_EPOCH = date(1970, 1, 1)


def courses_of(rows: pa.Table, tracked_from: date) -> Mapping[str, tuple[Point, ...]]:
    """Median per week and outcome for each metric that can move; at most 1,000 of each outcome.

    Weeks in which the contract, or the recording of usage, was not four weeks old are left blank.
    """
    definitions = [
        d for d in MetricDefinition.objects.all() if not d.shape.startswith("days_to_first")
    ]
    lost = np.asarray(rows["not_renewed"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    taken = np.sort(np.concatenate((_some(lost), _some(~lost))))
    if not definitions or not len(taken):
        return {}
    some = rows.take(pa.array(taken))
    times = len(WEEKS)
    place = np.repeat(np.arange(len(taken)), times)
    as_of = days_of(some["closed_on"])[place] - 7 * np.tile(WEEKS, len(taken))
    asked = some.take(pa.array(place))
    column = asked.column_names.index("row_id")
    asked = asked.set_column(column, "row_id", pa.array(np.arange(len(place))))
    blank = as_of < _first_days(some, tracked_from)[place]
    made = {}
    for key, (values, not_yet) in raw_values(definitions, asked, as_of=as_of).items():
        known = np.where(blank | not_yet, np.nan, values).reshape(len(taken), times)
        made[key] = course(known, lost[taken], WEEKS)
    return made


def _some(chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    """Places of at most 1,000 rows, evenly taken."""
    places = np.flatnonzero(chosen)
    step = -(-len(places) // MOST_OF_AN_OUTCOME) or 1
    return np.asarray(places[::step], dtype=np.int64)


def _first_days(rows: pa.Table, tracked_from: date) -> Ints:
    """The first day on which a metric of four weeks means something, per row."""
    began = days_of(rows["landmark"]) - rows["tenure_days"].to_numpy()
    watched = (tracked_from - _EPOCH).days
    return np.asarray(np.maximum(began, watched) + TRACKING_WINDOW_DAYS, dtype=np.int64)
