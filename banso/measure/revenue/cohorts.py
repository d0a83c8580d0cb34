"""Do customers who came at different times stay alike? Logos and money by age of the cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from banso.know.subscriptions.rules import add_months
from banso.measure.revenue.spans import Ints, Spans
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.proportions import rate

AGES = (3, 6, 12, 18, 24, 36, 48)


@dataclass(frozen=True)
class Cell:
    """A cohort at an age: how many are still there, and their money against that of their first
    day (None where nothing was priced).
    """

    months: int
    there: int
    logos: Answer | NoAnswer
    money: float | None


@dataclass(frozen=True)
class Cohort:
    """The accounts whose first paid day lies in [first, last]; cells only for ages that all of them
    have reached, so that every cohort is looked at for equally long.
    """

    first: int
    last: int
    customers: int
    money: int
    cells: tuple[Cell | None, ...]


def cohorts(spans: Spans, edges: Ints, cut: int) -> list[Cohort]:
    """Cohorts between the ends of days `edges` (rising), looked at up to the end of day `cut`.

    Accounts that were not watched from their first day on are left out: of those who came with
    them, the ones who left are not on record.
    """
    accounts, codes = np.unique(spans.account, return_inverse=True)
    codes = codes.reshape(-1)
    far = np.iinfo(np.int64).max
    born = np.full(len(accounts), far)
    np.minimum.at(born, codes[spans.paying], spans.start[spans.paying])
    hidden = np.zeros(len(accounts), dtype=np.bool_)
    hidden[codes[spans.watched_from > spans.start]] = True
    born[hidden] = far
    base = _money(spans, codes, born, len(accounts))
    cohort = np.searchsorted(edges, born, side="left")
    found = []
    looks = [(months, _age(born, months, far)) for months in AGES]
    states = [(m, day, *_standing(spans, codes, day, len(accounts))) for m, day in looks]
    for place in range(1, len(edges)):
        mine = np.flatnonzero(cohort == place)
        if not len(mine):
            continue
        start = int(base[mine].sum())
        youngest = int(born[mine].max())
        cells = tuple(
            _cell(months, mine, there, money, start)
            if int(_age(np.array([youngest]), months, far)[0]) <= cut
            else None
            for months, _day, there, money in states
        )
        found.append(Cohort(int(edges[place - 1]) + 1, int(edges[place]), len(mine), start, cells))
    return found


def _age(born: Ints, months: int, far: int) -> Ints:
    known = born < far
    days = add_months(np.where(known, born, 0), np.full(len(born), months, dtype=np.int64))
    return np.where(known, days, far)


def _cell(months: int, mine: Ints, there: Ints, money: Ints, start: int) -> Cell:
    still = int((there[mine] > 0).sum())
    share = float(money[mine].sum()) / start if start > 0 else None
    return Cell(months, still, rate(still, len(mine)), share)


def _standing(spans: Spans, codes: Ints, day: Ints, accounts: int) -> tuple[Ints, Ints]:
    """Per account, heads and money on a day of its own."""
    counts = (spans.start <= day[codes]) & (day[codes] < spans.stop)
    there = np.bincount(codes[counts & spans.paying], minlength=accounts)
    money = np.zeros(accounts, dtype=np.int64)
    np.add.at(money, codes[counts], spans.mrr[counts])
    return there.astype(np.int64), money


def _money(spans: Spans, codes: Ints, day: Ints, accounts: int) -> Ints:
    return _standing(spans, codes, day, accounts)[1]
