"""The present values of one metric over all customers, kept in memory and brought up to date.

A process reads a metric once; afterwards only the customers that a later refresh changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np
from django.conf import settings
from django.db.models import FloatField, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, NullIf

from banso.know.accounts.ranking import Floats, Ints, Ranking
from banso.measure.metrics.reads import changed_since, finished_revision, newest_revision

MOST_KEPT = 60


@dataclass(frozen=True)
class Kept:
    """What was read: up to which refresh, and the values, NaN where a customer has none."""

    finished: int
    newest: int
    ids: Ints
    numbers: Floats
    ranking: Ranking


_kept: dict[tuple[str, str], Kept] = {}
_lock = Lock()


def ranking_of(key: str) -> Ranking:
    """The customers that have a value of the metric, with it."""
    place = (str(settings.LAKE_ROOT), key)
    newest, finished = newest_revision(), finished_revision()
    with _lock:
        before = _kept.get(place)
        if before and before.newest == newest and before.finished == finished:
            return before.ranking
        if before and before.newest > newest:  # another database under the same name
            before = None
        made = _brought_up(key, before, newest=newest, finished=min(finished, newest))
        _kept.pop(place, None)
        _kept[place] = made
        while len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]
    return made.ranking


def number_of(key: str) -> Cast:
    """The value of a metric inside the JSON; SQLite reads JSON's null there as a word."""
    text = KeyTextTransform("v", KeyTransform(key, "values"))
    return Cast(NullIf(text, Value("null"), output_field=TextField()), FloatField())


def _brought_up(key: str, before: Kept | None, *, newest: int, finished: int) -> Kept:
    """What a refresh at work has written so far is read again until it has finished."""
    since = -1 if before is None else before.finished
    changed = changed_since(since).annotate(number=number_of(key))
    rows = list(changed.order_by("pk").values_list("pk", "number"))
    ids = np.array([pk for pk, _ in rows], dtype=np.int64)
    numbers = np.array([np.nan if value is None else value for _, value in rows], dtype=np.float64)
    if before is not None:
        stays = ~np.isin(before.ids, ids)
        ids = np.concatenate([before.ids[stays], ids])
        numbers = np.concatenate([before.numbers[stays], numbers])
        order = np.argsort(ids)
        ids, numbers = ids[order], numbers[order]
    there = ~np.isnan(numbers)
    return Kept(finished, newest, ids, numbers, Ranking(ids[there], numbers[there]))
