"""Curves of staying and of reaching, whole and by group, with what may be said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.competing import (
    Incidence,
    cumulative_incidence,
    days_until,
    incidence_at,
)
from banso.prove.engine.logrank import LogRank, log_rank
from banso.prove.engine.survival import Curve, kaplan_meier, survival_at
from banso.prove.lifetime.lives import DAYS_A_MONTH, Floats, Ints, Lives, curve_start
from banso.prove.lifetime.reads import Waits

MONTHS = (6, 12, 18, 24, 36, 48, 60)
FIRST_DAYS = (7, 30, 60, 90, 180)
GROUPS_SHOWN = 6
SMALLEST_GROUP = 10
POINTS = 160

Names = Callable[[int], str]


@dataclass(frozen=True)
class Staying:
    """How a group of customers stays: its curve by days, shares at MONTHS, numbers at risk then.

    given: the curve speaks of those who were still there after so many days.
    """

    name: str
    n: int
    left: int
    given: float
    curve: Curve
    shares: tuple[Answer | NoAnswer, ...]
    at_risk: tuple[int, ...]
    median: float | None


def staying(name: str, some: Lives) -> Staying:
    """The curve of these customers; they must be at least one."""
    given = curve_start(some.days, some.entry)
    curve = kaplan_meier(some.days, some.left, some.entry, given=given)
    days = [month * DAYS_A_MONTH for month in MONTHS]
    risk = [0.0, *days]
    half = np.flatnonzero((curve.survival <= 0.5) & (curve.at_risk >= SMALLEST_GROUP))
    return Staying(
        name=name,
        n=len(some.days),
        left=int(some.left.sum()),
        given=given,
        curve=curve,
        shares=tuple(
            survival_at(curve, day) if day > given else NoAnswer("before_watching", {"days": given})
            for day in days
        ),
        at_risk=tuple(int(((some.entry <= day) & (some.days > day)).sum()) for day in risk),
        median=float(curve.time[half[0]]) if len(half) else None,
    )


@dataclass(frozen=True)
class Compared:
    """Groups side by side (the largest; those under ten customers are left out), and whether their
    paces differ by more than chance.
    """

    groups: list[Staying]
    small: int
    test: LogRank | NoAnswer | None


def compared(whole: Lives, label_of: Sequence[str]) -> Compared:
    """The groups named by label_of (one per customer, "" = none)."""
    labels = np.asarray(label_of, dtype=object)
    names, counts = np.unique(labels[labels != ""].astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    large = [str(names[i]) for i in order if counts[i] >= SMALLEST_GROUP][:GROUPS_SHOWN]
    groups = [staying(name, whole.chosen(labels == name)) for name in large]
    test = None
    if len(large) > 1:
        mine = np.isin(labels.astype(str), large)
        rows = whole.chosen(mine)
        test = log_rank(rows.days, rows.left, labels[mine].astype(str), rows.entry)
    return Compared(groups, len(names) - len(large), test)


@dataclass(frozen=True)
class Reaching:
    """How a group of customers reaches a first time, where others leave before it."""

    name: str
    n: int
    reached: int
    left: int
    waiting: int
    curve: Incidence
    shares: tuple[Answer | NoAnswer, ...]
    median: float | NoAnswer


def reaching(name: str, days: Floats, kind: Ints) -> Reaching:
    curve = cumulative_incidence(days, kind, 1)
    return Reaching(
        name=name,
        n=len(days),
        reached=int((kind == 1).sum()),
        left=int((kind == 2).sum()),
        waiting=int((kind == 0).sum()),
        curve=curve,
        shares=tuple(incidence_at(curve, day) for day in FIRST_DAYS),
        median=days_until(curve),
    )


def reaching_groups(waits: Waits, label_of: Sequence[str]) -> tuple[list[Reaching], int]:
    """The largest groups side by side, and how many were left out as too small."""
    labels = np.asarray(label_of, dtype=object)
    names, counts = np.unique(labels[labels != ""].astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    large = [str(names[i]) for i in order if counts[i] >= SMALLEST_GROUP][:GROUPS_SHOWN]
    groups = []
    for name in large:
        mine = labels == name
        groups.append(reaching(name, waits.days[mine], waits.kind[mine]))
    return groups, len(names) - len(large)


def points(time: Floats, values: Floats, first: float, until: float) -> list[list[float]]:
    """A step curve from (first, value there) on, thinned to what a screen can show."""
    kept = np.flatnonzero(time <= until)
    if len(kept) > POINTS:
        kept = kept[np.unique(np.linspace(0, len(kept) - 1, POINTS).astype(int))]
    return [
        [round(float(t), 2), round(float(v), 4)]
        for t, v in zip(time[kept], values[kept], strict=True)
        if t > first
    ]
