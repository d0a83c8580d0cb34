"""What a comparison allows to be said, and who is compared with whom (METHODS 1.1, 1.5, 3.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_ROWS = 15_000
"""Rows of a comparison: beyond that untreated customers are drawn at random for each day."""

MONTHLY_FOLLOWED_DAYS = 90

PLACEBO_DAYS = 84
"""How long before time zero the placebo number is taken."""


@dataclass(frozen=True)
class Judged:
    """verdict: "better", "worse", "none", "unclear"; level of the ladder that goes with it."""

    verdict: str
    level: str


def judged(low: float, high: float, meaningful: float, *, design_level: str) -> Judged:
    """What an interval says about a difference where more is better.

    design_level: what the design could claim (L2, L3, L4). An interval around 0 is "unclear"
    unless it lies wholly within the difference that would not matter.
    """
    if low > 0:
        return Judged("better", design_level)
    if high < 0:
        return Judged("worse", design_level)
    if -meaningful < low and high < meaningful:
        return Judged("none", "L-")
    return Judged("unclear", "L0")


def level_of_observation(placebo_passed: bool | None, unseen: bool = False) -> str:
    """L3 needs a placebo that was run and showed nothing, and everything held alike that those who
    chose say they looked at; else what is left is a candidate, L2.
    """
    return "L3" if placebo_passed and not unseen else "L2"


@dataclass(frozen=True)
class OpenDecisions:
    """When decisions were open, as day numbers, sorted by account and due day; lost: not renewed.

    A row is open on day d when began <= d < until. monthly: decided every month; a month says
    little, so such customers are followed for three, as far as the data go (cut).
    """

    account: Ints
    began: Ints
    until: Ints
    due: Ints
    lost: Bools
    monthly: Bools
    cut: int

    def open_on(self, day: int) -> Ints:
        """The next decision of each customer with one open that day, where its outcome is known."""
        ready = ~self.monthly | (day + MONTHLY_FOLLOWED_DAYS <= self.cut)
        rows = np.flatnonzero((self.began <= day) & (self.until > day) & ready)
        return _first_of_each(rows, self.account)

    def outcome(self, which: Ints, since: Ints) -> tuple[Bools, Ints]:
        """Whether each was lost, and the day by which it was decided."""
        span = np.int64(1 << 32)
        end = np.searchsorted(
            self.account * span + self.due,
            self.account[which] * span + since + MONTHLY_FOLLOWED_DAYS,
            side="right",
        )
        last = np.where(self.monthly[which], np.maximum(end - 1, which), which)
        sums = np.concatenate(([0], np.cumsum(self.lost)))
        by = np.where(self.monthly[which], since + MONTHLY_FOLLOWED_DAYS, self.due[which])
        return sums[last + 1] > sums[which], by


@dataclass(frozen=True)
class Trial:
    """Rows of the comparison: position among the decisions, time zero, treated or not.

    lost, decided: the outcome of each row and the day by which it is known.
    later: rows of untreated customers that were treated before their decision all the same.
    unmatched: treated customers without an open decision that is decided by now.
    drawn: share of the possible untreated rows that were used.
    """

    which: Ints
    time_zero: Ints
    treated: Bools
    lost: Bools
    decided: Ints
    later: int
    unmatched: tuple[int, ...]
    drawn: float


def trial_of(decisions: OpenDecisions, treated_on: Mapping[int, int], *, seed: int) -> Trial:
    """For each day of treatment, the treated of that day and all not treated by then.

    Everybody counts from that same day, so nobody has to survive to be counted as treated. Of
    several open decisions of a customer the next one counts.
    """
    days = np.array([treated_on.get(int(a), 10_000_000) for a in decisions.account], dtype=np.int64)
    wanted = sorted(set(treated_on.values()))
    ours: list[Ints] = []
    theirs: list[Ints] = []
    for day in wanted:
        mine = decisions.open_on(day)
        ours.append(mine[days[mine] == day])
        theirs.append(mine[days[mine] > day] if len(ours[-1]) else mine[:0])
    possible = sum(len(rows) for rows in theirs)
    share = min(1.0, MOST_ROWS / possible) if possible else 1.0
    random = np.random.default_rng(seed)
    theirs = [_some(rows, share, random) for rows in theirs]
    which = np.concatenate([*ours, *theirs]) if wanted else np.zeros(0, dtype=np.int64)
    zero = np.repeat(np.array(wanted * 2, dtype=np.int64), [len(rows) for rows in [*ours, *theirs]])
    treated = np.arange(len(which)) < sum(len(rows) for rows in ours)
    lost, decided = decisions.outcome(which.astype(np.int64), zero)
    later = int(((days[which] < decided) & ~treated).sum())
    matched = {int(a) for a in decisions.account[which[treated]]}
    return Trial(
        which.astype(np.int64), zero.astype(np.int64), treated, lost, decided, later,
        tuple(sorted(set(treated_on) - matched)), share,
    )  # fmt: skip


def _first_of_each(rows: Ints, account: Ints) -> Ints:
    """The first of the rows of each account; rows are sorted by account."""
    if not len(rows):
        return rows
    owner = account[rows]
    return rows[np.concatenate(([True], owner[1:] != owner[:-1]))]


def _some(rows: Ints, share: float, random: np.random.Generator) -> Ints:
    if share >= 1 or not len(rows):
        return rows
    count = max(1, round(share * len(rows)))
    return np.sort(random.choice(rows, size=count, replace=False))


def reached_on(days: Sequence[date], have: int, needed: int) -> date | None:
    """The day on which the count that is ``have`` now reaches ``needed``, one more on each day."""
    missing = needed - have
    ahead = sorted(days)
    return ahead[missing - 1] if 0 < missing <= len(ahead) else None


@dataclass(frozen=True)
class PlannedLook:
    on: date
    information: float


def planned_looks(
    due: Sequence[date], *, today: date, grace: int, most: int = 4
) -> list[PlannedLook]:
    """Up to four looks, each when another equal part of the known decisions is in, with grace.

    The last one has information 1. A look with less than a tenth more than the one before is left
    out.
    """
    ahead = sorted(day for day in due if day >= today)
    if not ahead:
        return []
    looks: list[PlannedLook] = []
    for part in range(1, most + 1):
        place = max(1, round(len(ahead) * part / most)) - 1
        on = ahead[place] + timedelta(days=grace)
        known = sum(day <= ahead[place] for day in ahead) / len(ahead)
        if part == most:
            known = 1.0
        if looks and (known - looks[-1].information < 0.1 or on <= looks[-1].on):
            looks.pop()
        looks.append(PlannedLook(on, known))
    return looks


def stratum_of(size: float | None, cuts: Sequence[float], renewal: date | None) -> str:
    """Size third and quarter of the next renewal, as text."""
    third = "?" if size is None else str(sum(size > cut for cut in cuts))
    quarter = "?" if renewal is None else f"{renewal.year}-Q{(renewal.month + 2) // 3}"
    return f"{third}/{quarter}"


def fingerprint_of_text(*parts: object) -> str:
    """A hash of plain values, the same for the same content."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
