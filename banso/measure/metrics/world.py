"""Step functions of time per customer: what a metric was at any day is a look-up, not a join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from banso.measure.metrics.bases import MICRO, Base, Count, Last, RoleChange, Sum, Users

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
START_SLACK = 30  # days a sign-up may lie before the first event of all
_SPAN = 1 << 20  # more than any day number


@dataclass(frozen=True)
class Values:
    """One number per row, NaN for none; ``censored``: not yet, the number is the wait so far."""

    numbers: Floats
    censored: Bools


@dataclass(frozen=True)
class Rows:
    """Rows of one chunk: the account's place in it, its sign-up and the day looked from.

    ``seats`` are those of the contracts in force on the day before, NaN where there are none.
    """

    account: Ints
    start: Ints
    has_start: Bools
    as_of: Ints
    seats: Floats


@dataclass(frozen=True)
class Moment:
    """A day of each row: so many days from its ``as_of`` or from its ``start``."""

    anchor: Literal["as_of", "start"]
    days: int = 0


NOW = Moment("as_of")


class World:
    """The events of some customers as the rows see them: nothing on or after ``as_of`` counts."""

    def __init__(self, accounts: Ints, rows: Rows, first_day: int) -> None:
        self.accounts, self.rows, self.first_day = accounts, rows, first_day
        self._daily_keys: Ints = np.zeros(0, np.int64)
        self._first: dict[Base, Ints] = {}
        self._totals: dict[Base, Ints] = {}
        self._users: dict[tuple[Base, int], tuple[Ints, Ints]] = {}
        self._user_days: dict[Base, tuple[Ints, Ints, Ints]] = {}
        self._lasts: dict[Base, tuple[Ints, Ints]] = {}
        self._changes: dict[Base, tuple[Ints, Ints, Ints, Ints]] = {}
        self._places: dict[Moment, Ints] = {}

    # what the engine's answers become -------------------------------------------------------------

    def keep_daily(self, table: pa.Table, bases: list[Count | Sum]) -> None:
        self._daily_keys = self._keys(table["account_id"], table["day"])
        for number, base in enumerate(bases):
            counts = _ints(table[f"d{number}"])
            self._totals[base] = np.concatenate([[0], np.cumsum(counts)])
            if isinstance(base, Count):
                self._first[base] = self._daily_keys[counts > 0]

    def keep_user_days(self, table: pa.Table, bases: list[Users]) -> None:
        account = self._place_of(_ints(table["account_id"]))
        encoded = table["user_key"].combine_chunks().dictionary_encode()
        user = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        day = _ints(table["day"])
        for number, base in enumerate(bases):
            did = _ints(table[f"u{number}"]) > 0
            self._user_days[base] = (account[did], user[did], day[did])

    def keep_last(self, table: pa.Table, base: Last) -> None:
        keys = self._keys(table["account_id"], table["day"])
        self._lasts[base] = (keys, _ints(table["value"]))

    def keep_changes(self, table: pa.Table, base: RoleChange) -> None:
        users = _ints(table["users"])
        began = self._keys(table["account_id"], table["began"])
        changed = table["changed"].is_valid().to_numpy()
        done = self._keys(table["account_id"].filter(changed), table["changed"].filter(changed))
        order = np.argsort(done, kind="stable")
        totals = np.concatenate([[0], np.cumsum(users)])
        done_totals = np.concatenate([[0], np.cumsum(users[changed][order])])
        self._changes[base] = (began, totals, done[order], done_totals)

    # what shapes ask ------------------------------------------------------------------------------

    def watched(self, days: int) -> Bools:
        """Rows of customers (not before sign-up) that were watched for half of a window or more."""
        return (self.rows.as_of - self.first_day >= (days + 1) // 2) & ~self._is_before_start(0)

    def watched_fully(self, days: int) -> Bools:
        """Rows that were customers, and watched, during the whole window."""
        return (self.rows.as_of - self.first_day >= days) & ~self._is_before_start(days - 1)

    def watched_from_start(self) -> Bools:
        """Rows whose sign-up lies in the time that was watched, or little before it."""
        return self.rows.has_start & (self.rows.start >= self.first_day - START_SLACK)

    def _is_before_start(self, days: int) -> Bools:
        return self.rows.has_start & (self.rows.as_of - days <= self.rows.start)

    def total(self, base: Count | Sum, begin: Moment, end: Moment) -> Floats:
        """The sum over ``begin <= day < end`` of each row; 0 where nothing happened."""
        totals = self._totals[base]
        found = totals[self._until(end)] - totals[self._until(begin)]
        return found / MICRO if isinstance(base, Sum) else found.astype(np.float64)

    def first(self, base: Count) -> tuple[Ints, Bools]:
        """The day of the first such event and whether it lies before ``as_of``."""
        keys = self._first[base]
        begin = self.rows.account * _SPAN
        place = np.searchsorted(keys, begin)
        padded = np.append(keys, np.iinfo(np.int64).max)
        day = padded[place] - begin
        return day, day < self.rows.as_of

    def users(self, base: Users, days: int) -> Floats:
        """Distinct users in the ``days`` before ``as_of``."""
        if (base, days) not in self._users:
            self._users[base, days] = _window_steps(*self._user_days[base], days)
        keys, totals = self._users[base, days]
        wanted = self.rows.account * _SPAN + self.rows.as_of
        return totals[np.searchsorted(keys, wanted, side="right")].astype(np.float64)

    def last(self, base: Last) -> Floats:
        """The last value before ``as_of``; NaN where there is none."""
        keys, values = self._lasts[base]
        begin = self.rows.account * _SPAN
        place = np.searchsorted(keys, begin + self.rows.as_of) - 1
        there = place >= 0
        there[there] = keys[place[there]] >= begin[there]
        found = np.full(len(begin), np.nan)
        found[there] = values[place[there]] / MICRO
        return found

    def role_change(self, base: RoleChange) -> tuple[Floats, Floats]:
        """Users who began in the one role, and how many of them had the other, before ``as_of``."""
        began, totals, done, done_totals = self._changes[base]
        begin, end = self.rows.account * _SPAN, self.rows.account * _SPAN + self.rows.as_of
        pairs = ((began, totals), (done, done_totals))
        found = [t[np.searchsorted(k, end)] - t[np.searchsorted(k, begin)] for k, t in pairs]
        return found[0].astype(np.float64), found[1].astype(np.float64)

    # ----------------------------------------------------------------------------------------------

    def _until(self, moment: Moment) -> Ints:
        """How many daily lines lie before the moment; many metrics ask for the same ones."""
        if moment not in self._places:
            anchor = self.rows.as_of if moment.anchor == "as_of" else self.rows.start
            wanted = self.rows.account * _SPAN + np.maximum(anchor + moment.days, 0)
            self._places[moment] = np.searchsorted(self._daily_keys, wanted)
        return self._places[moment]

    def _place_of(self, account_ids: Ints) -> Ints:
        return np.searchsorted(self.accounts, account_ids).astype(np.int64)

    def _keys(self, account_ids: pa.ChunkedArray, days: pa.ChunkedArray) -> Ints:
        return self._place_of(_ints(account_ids)) * _SPAN + _ints(days)


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.fill_null(0).to_numpy(), dtype=np.int64)


def _window_steps(account: Ints, user: Ints, day: Ints, days: int) -> tuple[Ints, Ints]:
    """Distinct users in a window as steps over its end.

    A user's day d counts in every window that holds it and not the user's day before it, so each
    user counts once: from max(d, before + days) + 1 until d + days.
    """
    same = (account[1:] == account[:-1]) & (user[1:] == user[:-1])
    before = np.full(len(day), -_SPAN, dtype=np.int64)
    before[1:][same] = day[:-1][same]
    begins = np.maximum(day, before + days) + 1
    ends = day + days + 1
    keys = np.concatenate([account * _SPAN + begins, account * _SPAN + ends])
    steps = np.concatenate([np.ones(len(day), np.int64), -np.ones(len(day), np.int64)])
    order = np.argsort(keys, kind="stable")
    return keys[order], np.concatenate([[0], np.cumsum(steps[order])])
