"""Curves of staying and of reaching, whole and by group, with what may be said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.competing import (
    Incidence,
    cumulative_incidence,
    days_until,
    incidence_at,
)
from banso.prove.engine.logrank import LogRank, log_rank
from banso.prove.engine.money_survival import MoneyCurve, money_at, money_survival
from banso.prove.engine.survival import Curve, kaplan_meier, survival_at
from banso.prove.lifetime.lives import DAYS_A_MONTH, Floats, Ints, Lives, curve_start
from banso.prove.lifetime.waits import Waits

MONTHS = (6, 12, 18, 24, 36, 48, 60)
FIRST_DAYS = (7, 30, 60, 90, 180)
GROUPS_SHOWN = 6
SMALLEST_GROUP = 10
POINTS = 160

Names = Callable[[int], str]


@dataclass(frozen=True)
class Staying:
    """How a group of customers stays: its curve by days, shares at MONTHS, numbers at risk then.

    given: the curve speaks of those who were still there after so many days. money: the same curve
    of what they paid at first, with its shares at MONTHS.
    """

    name: str
    n: int
    left: int
    given: float
    curve: Curve
    shares: tuple[Answer | NoAnswer, ...]
    at_risk: tuple[int, ...]
    median: float | None
    money: MoneyCurve | NoAnswer
    money_shares: tuple[Answer | NoAnswer, ...]


def staying(name: str, some: Lives, paid: Floats) -> Staying:
    """The curve of these customers, of whom there must be at least one; paid: each one's first
    monthly amount.
    """
    given = curve_start(some.days, some.entry)
    curve = kaplan_meier(some.days, some.left, some.entry, given=given)
    days = [month * DAYS_A_MONTH for month in MONTHS]
    risk = [0.0, *days]
    money = money_survival(some.days, some.left, paid, some.entry, given=given)
    half = np.flatnonzero((curve.survival <= 0.5) & (curve.at_risk >= SMALLEST_GROUP))
    return Staying(
        name=name,
        n=len(some.days),
        left=int(some.left.sum()),
        given=given,
        curve=curve,
        shares=tuple(_at(day, given, partial(survival_at, curve)) for day in days),
        at_risk=tuple(int(((some.entry <= day) & (some.days > day)).sum()) for day in risk),
        median=float(curve.time[half[0]]) if len(half) else None,
        money=money,
        money_shares=tuple(
            money if isinstance(money, NoAnswer) else _at(day, given, partial(money_at, money))
            for day in days
        ),
    )


def months_seen(groups: Sequence[Staying]) -> tuple[int, ...]:
    """The MONTHS that anybody was watched for, and the first two at least."""
    return tuple(month for month in MONTHS if month <= max(longest(groups), MONTHS[1]))


def longest(groups: Sequence[Staying]) -> float:
    """How many months anybody was watched, up to the last of the MONTHS."""
    last = max((group.curve.last for group in groups), default=0.0) / DAYS_A_MONTH
    return min(last, float(MONTHS[-1]))


def _at(day: float, given: float, share: Callable[[float], Answer | NoAnswer]) -> Answer | NoAnswer:
    return share(day) if day > given else NoAnswer("before_watching", {"days": given})


@dataclass(frozen=True)
class Compared:
    """Groups side by side (the largest; those under ten customers are left out), and whether their
    paces differ by more than chance.
    """

    groups: list[Staying]
    small: int
    test: LogRank | NoAnswer | None


def compared(whole: Lives, label_of: Sequence[str], paid: Floats) -> Compared:
    """The groups named by label_of (one per customer, "" = none); paid as in `staying`."""
    labels = np.asarray(label_of, dtype=object)
    names, counts = np.unique(labels[labels != ""].astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    large = [str(names[i]) for i in order if counts[i] >= SMALLEST_GROUP][:GROUPS_SHOWN]
    groups = [staying(n, whole.chosen(labels == n), paid[labels == n]) for n in large]
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
