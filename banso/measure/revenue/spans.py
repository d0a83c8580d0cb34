"""From contracts to spans of money: from which day to which an account pays how much a month.

Days are whole numbers since 1970-01-01. A span counts at the end of every day d with
start <= d < stop: what ends on the 31st is gone at the end of the 31st.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

GRACE_DAYS = 31
OPEN = 10_000_000


@dataclass(frozen=True)
class Contracts:
    """Paid terms as columns, in any order: account, start, end (OPEN while unknown), whether its
    renewal or its end was said, money a month in minor units, whether the amount is known, and the
    day from which we watched (very low: always).
    """

    account: Ints
    start: Ints
    end: Ints
    renewed: Mask
    churned: Mask
    mrr: Ints
    priced: Mask
    watched_from: Ints

    def chosen(self, rows: Mask | npt.NDArray[np.intp]) -> Contracts:
        return Contracts(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Spans:
    """Spans sorted by account and start. undecided: the term is over, nobody has said how it ended,
    and the days of grace still run, so it counts on.
    """

    account: Ints
    start: Ints
    stop: Ints
    mrr: Ints
    priced: Mask
    watched_from: Ints
    undecided: Mask

    @property
    def paying(self) -> Mask:
        """Terms that make an account a customer: an amount, or none known; free ones do not."""
        return np.asarray(~self.priced | (self.mrr != 0))

    def at(self, day: int) -> Mask:
        """Which of them count at the end of the day."""
        return np.asarray((self.start <= day) & (day < self.stop))


def spans_of(contracts: Contracts, cut: int) -> Spans:
    """The spans as they stand at the end of day `cut`; what begins later is left out.

    A term that ended goes on until the account's next one begins: within 31 days, or at any time
    when it was said to be renewed (then also for ever, until more is known). One whose successor
    began before its end, or that was said to end, stops at its end. An end nobody has spoken of
    counts on for 31 days.
    """
    known = contracts.chosen(contracts.start <= cut)
    c = known.chosen(np.lexsort((known.start, known.account)))
    following = _next_start(contracts, c)
    next_day = following == c.end + 1
    overlapped = _next_start(contracts, c, since=c.end - GRACE_DAYS) <= c.end
    soon = following <= c.end + GRACE_DAYS
    waits = c.end + GRACE_DAYS > cut
    stop = np.select(
        [
            c.end >= OPEN,
            c.churned,
            next_day,
            overlapped,
            soon | c.renewed,
            waits,
        ],
        [
            np.full_like(c.end, OPEN),
            c.end,
            following,
            c.end,
            following,
            np.full_like(c.end, OPEN),
        ],
        c.end,
    )
    undecided = (c.end <= cut) & (stop > cut) & ~c.renewed & ~soon
    return Spans(c.account, c.start, stop, c.mrr, c.priced, c.watched_from, undecided)


def _next_start(contracts: Contracts, of: Contracts, *, since: Ints | None = None) -> Ints:
    """For each term, the first start of its account after its end (or on or after `since`, but
    after its own start); OPEN when there is none.
    """
    order = np.lexsort((contracts.start, contracts.account))
    codes, place = np.unique(contracts.account, return_inverse=True)
    width = np.int64(4 * OPEN)
    keys = (place.reshape(-1).astype(np.int64) * width + contracts.start)[order]
    mine = np.searchsorted(codes, of.account).astype(np.int64) * width
    lowest = np.minimum(of.end, OPEN) + 1 if since is None else np.maximum(since, of.start + 1)
    found = np.searchsorted(keys, mine + lowest, side="left")
    keys = np.append(keys, np.iinfo(np.int64).max)
    there = keys[found] < mine + OPEN
    return np.where(there, keys[found] - mine, OPEN)
