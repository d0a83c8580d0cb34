"""Which customers' days changed since the last look at the lake, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from banso.measure.metrics import facts
from banso.measure.metrics.bases import Count, Match
from banso.measure.metrics.models import FactFile
from banso.measure.metrics.world import Ints
from banso.shared.lake import engine
from banso.shared.lake.models import Segment
from banso.shared.lake.rules import quoted

EVERY = Count(Match())  # always among the facts: how many events a customer had on a day
Snapshot = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Changed:
    """Parallel arrays by customer: the first and last day whose events changed."""

    accounts: Ints
    first_day: Ints
    last_day: Ints

    @property
    def span(self) -> tuple[int, int]:
        return int(self.first_day.min()), int(self.last_day.max())


NOTHING = Changed(*(np.zeros(0, np.int64) for _ in range(3)))


def snapshot_of(segments: Sequence[Segment]) -> dict[str, list[int]]:
    """The segments of each week: what a refresh has seen."""
    found: dict[str, list[int]] = {}
    for segment in segments:
        found.setdefault(str(segment.week), []).append(segment.pk)
    return found


def changed(before: Snapshot, now: Snapshot) -> Changed:
    """The customers whose number of events on some day is another one.

    A week that was merged or sent again has other files and the same sums: nothing changed. Weeks
    that were removed because they are too old change nothing either.
    """
    oldest = min(map(int, now), default=0)
    added, removed = [], []
    for week in {*before, *now}:
        old, new = set(before.get(week, ())), set(now.get(week, ()))
        if old != new and (new or int(week) > oldest):
            added += sorted(new - old)
            removed += sorted(old - new)
    if not added and not removed:
        return NOTHING
    number = facts.numbered([EVERY])[EVERY]
    came, went = _files(added, number), _files(removed, number)
    if not came and not went:
        return NOTHING
    days = _days(f"b{number}", came, went)
    with engine.opened() as connection:
        found = connection.sql(
            "SELECT account_id, MIN(day) AS first_day, MAX(day) AS last_day "  # noqa: S608 - ours
            f"FROM ({days}) days GROUP BY 1 ORDER BY 1"
        ).to_arrow_table()
    return Changed(*(_ints(found[name]) for name in ("account_id", "first_day", "last_day")))


def _days(column: str, came: Sequence[FactFile], went: Sequence[FactFile]) -> str:
    """The days whose sum is another one; where files only came, those they have events of."""
    if not went:
        return f"SELECT account_id, day FROM {_relation(came)} WHERE {column} <> 0"  # noqa: S608
    selects = [
        f"SELECT account_id, day, {sign} {column} AS n FROM {_relation(files)}"  # noqa: S608 - ours
        for sign, files in (("", came), ("-", went))
        if files
    ]
    return (
        f"SELECT account_id, day FROM ({' UNION ALL '.join(selects)}) "  # noqa: S608 - ours
        "GROUP BY account_id, day HAVING SUM(n) <> 0"
    )


def _files(segments: Sequence[int], number: int) -> list[FactFile]:
    found = []
    for start in range(0, len(segments), 500):
        some = FactFile.objects.filter(
            segment__in=segments[start : start + 500], kind=FactFile.DAILY
        )
        found += [file for file in some if number in file.bases]
    return [file for file in found if (facts.root() / file.file).exists()]


def _relation(files: Sequence[FactFile]) -> str:
    listed = ", ".join(quoted(str(facts.root() / file.file)) for file in files)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
