"""What came after a pattern was used with a customer: its next renewal, counted and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from banso.know.subscriptions.reads import decisions_at_stake, last_known_day
from banso.prove.engine.proportions import wilson

ENOUGH = 10  # METHODS 1.5: below it only counts are told


@dataclass(frozen=True)
class Later:
    """The first renewal decision of a customer after a day; None: not decided yet."""

    decided_on: date
    renewed: bool


@dataclass(frozen=True)
class Counted:
    """Customers with a later decision, and how many of them renewed; limits from ten on."""

    customers: int
    decided: int
    renewed: int

    @property
    def limits(self) -> tuple[float, float] | None:
        if self.decided < ENOUGH:
            return None
        found = wilson(self.renewed, self.decided)
        return found.low, found.high


def renewals_after(used_on: Mapping[int, date], *, today: date) -> dict[int, Later]:
    """Each customer's first decision that was still open on its day, where the outcome is known.

    Who had given notice by then had decided already; who gives it the day after counts.
    """
    known = last_known_day(today)
    if known is None or not used_on:
        return {}
    rows = decisions_at_stake(data_cut=known, of=used_on.keys())
    names = ("account_id", "until", "decided_on", "not_renewed")
    found: dict[int, Later] = {}
    for account, until, day, lost in zip(*(rows[n].to_pylist() for n in names), strict=True):
        if until > used_on[account] and account not in found:  # in order of the due day
            found[account] = Later(day, not lost)
    return found


def counted(used_on: Mapping[int, date], later: Mapping[int, Later]) -> Counted:
    return Counted(len(used_on), len(later), sum(one.renewed for one in later.values()))
