"""The ledger of monthly recurring revenue: opening + new + reactivation + expansion - contraction
- churn = closing, for every account and every span of days, in whole minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from banso.measure.revenue.spans import Ints, Mask, Spans

NEW, REACTIVATION, EXPANSION, CONTRACTION, CHURN = range(5)
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
UNWATCHED_SHARE = 0.05


@dataclass(frozen=True)
class Ledger:
    """Every change of an account's money between two of the days, sparse.

    days (m + 1,): the ends of days at which it is read; period p runs from days[p] to days[p + 1].
    Changes: account (place in `accounts`), period (0 = before days[0]; p + 1 = within period p),
    before and after in minor units, was and is: whether it was a customer, kind.
    """

    days: Ints
    accounts: Ints
    account: Ints
    period: Ints
    before: Ints
    after: Ints
    was: Mask
    is_there: Mask
    kind: Ints

    @property
    def periods(self) -> int:
        return len(self.days) - 1

    @cached_property
    def closing(self) -> Ints:
        """Money at each of the days (m + 1,)."""
        moved = np.zeros(len(self.days), dtype=np.int64)
        np.add.at(moved, self.period, self.after - self.before)
        return np.cumsum(moved)

    @cached_property
    def customers(self) -> Ints:
        """Customers at each of the days (m + 1,)."""
        moved = np.zeros(len(self.days), dtype=np.int64)
        np.add.at(moved, self.period, self.is_there.astype(np.int64) - self.was)
        return np.cumsum(moved)

    @cached_property
    def moved(self) -> Ints:
        """Money by period and kind (m, 5); contraction and churn are negative."""
        return self._by_kind(self.after - self.before)

    @cached_property
    def movers(self) -> Ints:
        """Accounts by period and kind (m, 5)."""
        return self._by_kind(np.ones(len(self.account), dtype=np.int64))

    def _by_kind(self, values: Ints) -> Ints:
        found = np.zeros((len(self.days), len(KINDS)), dtype=np.int64)
        np.add.at(found, (self.period, self.kind), values)
        return found[1:]

    def reconciled(self) -> bool:
        """Whether every period's opening and movements make its closing, to the minor unit."""
        return bool((self.closing[:-1] + self.moved.sum(axis=1) == self.closing[1:]).all())

    def standing(self, place: int) -> tuple[Ints, Mask]:
        """Each account's money at days[place], and whether it was a customer then."""
        until = self.period <= place
        money = np.zeros(len(self.accounts), dtype=np.int64)
        there = np.zeros(len(self.accounts), dtype=np.int64)
        np.add.at(money, self.account[until], (self.after - self.before)[until])
        changed = self.is_there[until].astype(np.int64) - self.was[until]
        np.add.at(there, self.account[until], changed)
        return money, there > 0


def ledger(spans: Spans, days: Sequence[int] | Ints) -> Ledger:
    """The ledger between the ends of these days (rising, at least two)."""
    at = np.asarray(days, dtype=np.int64)
    if len(at) < 2 or (np.diff(at) <= 0).any():
        raise ValueError("a ledger needs two rising days or more")
    accounts, codes = np.unique(spans.account, return_inverse=True)
    codes = codes.reshape(-1).astype(np.int64)
    begins = np.searchsorted(at, spans.start, side="left")
    ceases = np.searchsorted(at, spans.stop, side="left")
    counts = np.flatnonzero(begins < ceases)
    ended = counts[ceases[counts] < len(at)]
    who = np.concatenate((codes[counts], codes[ended]))
    when = np.concatenate((begins[counts], ceases[ended])).astype(np.int64)
    money = np.concatenate((spans.mrr[counts], -spans.mrr[ended]))
    present = spans.paying.astype(np.int64)
    heads = np.concatenate((present[counts], -present[ended]))
    return _changes(at, accounts, who, when, money, heads, _earlier(spans, codes, at))


def _earlier(spans: Spans, codes: Ints, days: Ints) -> Ints:
    """The first day on which each account was a customer (very late: never)."""
    first = np.full(int(codes.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, codes[spans.paying], spans.start[spans.paying])
    return np.searchsorted(days, first, side="left").astype(np.int64)


def _changes(
    days: Ints, accounts: Ints, who: Ints, when: Ints, money: Ints, heads: Ints, first: Ints
) -> Ledger:
    """One row per account and period in which something changed, with what was before."""
    key = who * len(days) + when
    keys, place = np.unique(key, return_inverse=True)
    place = place.reshape(-1)
    delta, change = np.zeros((2, len(keys)), dtype=np.int64)
    np.add.at(delta, place, money)
    np.add.at(change, place, heads)
    account, period = keys // len(days), keys % len(days)
    after, there = _running(account, delta), _running(account, change)
    before, was = after - delta, there - change
    came, left = (was <= 0) & (there > 0), (was > 0) & (there <= 0)
    kind = np.select(
        [came & (period > first[account]), came, left, delta < 0],
        [REACTIVATION, NEW, CHURN, CONTRACTION],
        EXPANSION,
    ).astype(np.int64)
    kept = np.flatnonzero((delta != 0) | came | left)
    return Ledger(
        days,
        accounts,
        account[kept],
        period[kept],
        before[kept],
        after[kept],
        (was > 0)[kept],
        (there > 0)[kept],
        kind[kept],
    )


def _running(account: Ints, values: Ints) -> Ints:
    """Sums so far within each account; the rows lie sorted by account."""
    total = np.cumsum(values)
    begins = np.flatnonzero(np.diff(account, prepend=-1))
    counts = np.diff(np.append(begins, len(account)))
    base = total[begins] - values[begins] if len(begins) else np.zeros(0, dtype=np.int64)
    return np.asarray(total - np.repeat(base, counts))


def month_ends(first: int, last: int, *, months: int = 1, fiscal_start: int = 1) -> Ints:
    """The last days of months (months=3: of quarters of the fiscal year) from the one before the
    period of `first` on, and `last` itself as the end of the period that still runs.
    """
    begin = np.datetime64(first, "D").astype("datetime64[M]").astype(np.int64)
    until = np.datetime64(last, "D").astype("datetime64[M]").astype(np.int64)
    aligned = begin - (begin - (fiscal_start - 1)) % months
    starts = np.arange(aligned, until + 1, months).astype("datetime64[M]")
    ends = starts.astype("datetime64[D]").astype(np.int64) - 1
    return np.append(ends[ends < last], last)


def watched_since(spans: Spans, days: Ints) -> int:
    """The first of the days from which on nearly all customers were being watched.

    Before it only those are on record who stayed until somebody began to write down: a ledger of
    that time would show no churn.
    """
    begins = np.searchsorted(days, spans.start, side="left")
    ceases = np.searchsorted(days, spans.stop, side="left")
    seen = np.searchsorted(days, np.minimum(spans.watched_from, spans.stop), side="left")
    all_of_them = _counts(begins, ceases, len(days))
    unwatched = _counts(begins, np.maximum(seen, begins), len(days))
    bad = np.flatnonzero(unwatched > UNWATCHED_SHARE * np.maximum(all_of_them, 1))
    return int(bad[-1]) + 1 if len(bad) else 0


def _counts(begins: Ints, ceases: Ints, days: int) -> Ints:
    change = np.bincount(begins, minlength=days + 1) - np.bincount(ceases, minlength=days + 1)
    return np.cumsum(change)[:days]
