"""From spans of money to lives of customers: since when, until when, and from when we watched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.measure.revenue.spans import Spans
from banso.prove.engine.lifetime import Renewals

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DAYS_A_MONTH = 30.4375
WEEK = 7.0
UNDECIDED_DAYS = 32.0
SLACK_DAYS = 1.9


@dataclass(frozen=True)
class Lives:
    """One row per customer that was seen: its first stay, from its first paid day on.

    days: until it left or until the cut; left: whether it did (a later return is not counted
    again); entry: days that had passed before anybody watched (late entry). undecided: its term is
    over and nobody has said how it ended. months: length of its first term. mrr: what it pays at
    the cut. unseen: customers that were gone, or younger than a day, before anybody watched.
    """

    account: Ints
    start: Ints
    days: Floats
    left: Mask
    entry: Floats
    undecided: Mask
    months: Ints
    mrr: Ints
    unseen: int
    cut: int

    def chosen(self, rows: Mask) -> Lives:
        names = ("account", "start", "days", "left", "entry", "undecided", "months", "mrr")
        return Lives(
            **{name: getattr(self, name)[rows] for name in names}, unseen=self.unseen, cut=self.cut
        )

    def terms(self, months: int) -> tuple[Ints, Ints]:
        """Renewals decided so far, and those decided before anybody watched, by terms of so many
        months. Who left within a term is counted at the renewal that would have ended it. A day or
        two of slack, because months differ in length.
        """
        term = months * DAYS_A_MONTH
        known = np.where(self.undecided, np.maximum(self.days - UNDECIDED_DAYS, 0), self.days)
        stayed = np.floor((known + SLACK_DAYS) / term)
        gone = np.maximum(np.ceil((self.days - SLACK_DAYS) / term), 1)
        before = np.ceil(np.maximum(self.entry - SLACK_DAYS, 0) / term)
        return np.where(self.left, gone, stayed).astype(np.int64), before.astype(np.int64)

    @property
    def watched_days(self) -> float:
        """The longest time any single customer was watched."""
        return float((self.days - self.entry).max(initial=0.0))

    def watched_terms(self, months: int, customers: int) -> int:
        """How many renewals at least so many customers were each watched over."""
        made, before = self.terms(months)
        each = np.sort(np.maximum(made - before, 0))
        return int(each[-customers]) if len(each) >= customers else 0

    def renewals(self, months: int) -> Renewals:
        """The decisions of all of them, counted by which renewal it was.

        Who left within a term that is not due yet counts up to the renewal before: those who stay
        in that term have not decided, so counting it would count only who leaves.
        """
        made, before = self.terms(months)
        due = self.start + made * months * DAYS_A_MONTH - SLACK_DAYS <= self.cut
        left = self.left & due
        made = np.where(self.left & ~due, made - 1, made)
        seen = ~(left & (made <= before))
        return Renewals.of_rows(made[seen], left[seen], before[seen])


def lives_of(spans: Spans, term_months: tuple[Ints, Ints], cut: int) -> Lives:
    """The lives as known at the end of day `cut`.

    term_months: accounts (rising) and the months of their first term, beside each other.
    """
    pays = spans.paying
    account, start, stop = spans.account[pays], spans.start[pays], spans.stop[pays]
    codes = np.unique(account, return_inverse=True)[1].reshape(-1).astype(np.int64)
    wide = np.int64(100_000_000)
    reach = np.maximum.accumulate(codes * wide + stop) - codes * wide
    last = np.append(codes[1:] != codes[:-1], True) if len(codes) else np.zeros(0, dtype=np.bool_)
    breaks = np.append(start[1:] > reach[:-1], True) | last if len(codes) else last
    _codes, first_row = np.unique(codes, return_index=True)
    at_break = np.flatnonzero(breaks)
    end = reach[at_break[np.searchsorted(at_break, first_row)]]
    began, who = start[first_row], account[first_row]
    left = end <= cut
    days = (np.minimum(end, cut) - began).astype(np.float64)
    entry = np.maximum(spans.watched_from[pays][first_row] - began, 0).astype(np.float64)
    now = spans.at(cut) & pays
    mrr = np.zeros(len(who), dtype=np.int64)
    np.add.at(mrr, np.searchsorted(who, spans.account[now]), spans.mrr[now])
    waits = np.isin(who, spans.account[now & spans.undecided])
    months = term_months[1][np.searchsorted(term_months[0], who)]
    seen = days > entry
    whole = Lives(who, began, days, left, entry, waits, months, mrr, int((~seen).sum()), cut)
    return whole.chosen(seen)


def curve_start(days: Floats, entry: Floats, least: int = 20) -> float:
    """From when on enough customers were being watched: 0 where most were from their first day.

    With late entry few were watched when they were young; an early time with two at risk would
    ruin the whole curve.
    """
    at_zero = int((entry <= 0).sum())
    if at_zero >= least or not len(days):
        return 0.0
    for day in np.unique(np.append(np.ceil(entry / WEEK) * WEEK, 0.0)):
        if int(((entry <= day) & (days > day)).sum()) >= min(least, max(len(days) // 2, 1)):
            return float(day)
    return 0.0
