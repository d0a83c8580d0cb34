"""Step functions of time per customer: what a metric was at any day is a look-up, not a join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
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


class Reason(StrEnum):
    """Why a customer has no value."""

    TOO_SHORT = "too_short"
    BEGAN_BEFORE = "began_before"
    NOT_CHOSEN = "not_chosen"
    NEVER = "never"
    NOTHING_BEFORE = "nothing_before"
    NO_CHANGE = "no_change"
    NO_USE = "no_use"
    NOBODY = "nobody"
    NO_SEATS = "no_seats"
    NO_PART = "no_part"


@dataclass(frozen=True)
class Values:
    """One number per row, NaN for none; ``censored``: not yet, the number is the wait so far.

    ``needs`` is what a row must meet to have a value, in the order in which it is told.
    """

    numbers: Floats
    censored: Bools
    needs: tuple[tuple[Reason, Bools], ...] = ()

    @classmethod
    def of(
        cls, numbers: Floats, *needs: tuple[Reason, Bools], censored: Bools | None = None
    ) -> Values:
        """The numbers where every need is met."""
        known = np.ones(len(numbers), dtype=bool)
        for _reason, met in needs:
            known = known & met
        waiting = np.zeros(len(numbers), dtype=bool) if censored is None else censored & known
        return cls(np.where(known, numbers, np.nan), waiting, needs)

    @classmethod
    def in_table(cls, table: pa.Table, key: str) -> Values:
        """Those that ``columns`` made."""
        numbers = table[key].to_numpy(zero_copy_only=False).astype(np.float64)
        return cls(numbers, table[f"{key}__censored"].to_numpy(zero_copy_only=False).astype(bool))

    def columns(self, key: str, *, why: bool = False) -> dict[str, pa.Array]:
        """``<key>``, ``<key>__censored`` and, when asked for, ``<key>__why`` there is no value."""
        found = {
            key: pa.array(self.numbers, from_pandas=True),
            f"{key}__censored": pa.array(self.censored),
        }
        return found | {f"{key}__why": self._why()} if why else found

    def _why(self) -> pa.Array:
        """The first need that a row without a value does not meet."""
        left = np.isnan(self.numbers)
        told = np.full(len(left), None, dtype=object)
        for reason, met in self.needs:
            told[left & ~met] = reason.value
            left = left & met
        return pa.array(told, pa.string())


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


@dataclass(frozen=True)
class UserWeeks:
    """Customer's place, user and first day of each week in which a user did anything."""

    account: Ints
    person: Ints
    monday: Ints


class World:
    """The events of some customers as the rows see them: nothing on or after ``as_of`` counts."""

    def __init__(self, accounts: Ints, rows: Rows, first_day: int) -> None:
        self.accounts, self.rows, self.first_day = accounts, rows, first_day
        self._daily_keys: Ints = np.zeros(0, np.int64)
        self._first: dict[Base, Ints] = {}
        self._totals: dict[Base, Ints] = {}
        self._users: dict[tuple[Base, int], Ints] = {}
        self._user_weeks: dict[Base, tuple[UserWeeks, NDArray[np.uint8]]] = {}
        self._lasts: dict[Base, tuple[Ints, Ints]] = {}
        self._changes: dict[Base, tuple[Ints, Ints, Ints, Ints]] = {}
        self._funnels: dict[tuple[tuple[Users, ...], int], tuple[Ints, Ints]] = {}
        self._places: dict[Moment, Ints] = {}

    # what the engine's answers become -------------------------------------------------------------

    def keep_daily(
        self, table: pa.Table, bases: Sequence[Count | Sum], lasts: Sequence[Last]
    ) -> None:
        """Sums d0, d1, … by customer and day in any order, a day may be in several lines; and last
        values l0, l1, … with their moments t0, t1, ….
        """
        keys = self._keys(table["account_id"], table["day"])
        order = np.argsort(keys, kind="stable")
        self._daily_keys = keys[order]
        for number, base in enumerate(bases):
            counts = _ints(table[f"d{number}"])[order]
            self._totals[base] = np.concatenate([[0], np.cumsum(counts)])
            if isinstance(base, Count):
                self._first[base] = self._daily_keys[counts > 0]
        for number, one in enumerate(lasts):
            there = np.flatnonzero(table[f"l{number}"].is_valid().to_numpy())
            values, moments = (_ints(table[f"{name}{number}"])[there] for name in "lt")
            later = np.lexsort((values, moments, keys[there]))
            self._lasts[one] = (keys[there][later], values[later])

    def keep_user_weeks(self, table: pa.Table, bases: Sequence[Users]) -> None:
        """Masks m0, m1, … of days by customer, user and week in any order; a week may be in several
        lines.
        """
        account = self._place_of(_ints(table["account_id"]))
        user = table["user_no"].combine_chunks().dictionary_encode().indices.to_numpy()
        week = _ints(table["week"])
        low, span = (int(week.min()), int(week.max()) + 1) if len(week) else (0, 1)
        of_user = account * (int(user.max(initial=0)) + 1) + user
        key = of_user * (span - low) + (week - low)
        order = np.argsort(key, kind="stable")
        key, of_user = key[order], of_user[order]
        begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])[: len(key)])
        person = np.cumsum(np.concatenate([[True], of_user[1:] != of_user[:-1]])[: len(key)]) - 1
        weeks = UserWeeks(account[order][begins], person[begins], week[order][begins] * 7 - 3)
        for number, base in enumerate(bases):
            masks = table[f"m{number}"].fill_null(0).to_numpy().astype(np.uint8)[order]
            merged = np.bitwise_or.reduceat(masks, begins) if len(begins) else masks
            self._user_weeks[base] = (weeks, merged)

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

    def days_watched(self) -> Ints:
        """For how many days before ``as_of`` the row was watched, as far as it was a customer."""
        begin = np.where(self.rows.has_start, self.rows.start, self.first_day)
        return self.rows.as_of - np.maximum(begin, self.first_day)

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
        return self.first_since(base, np.zeros(len(self.rows.as_of), dtype=np.int64))

    def first_since(self, base: Count, since: Ints) -> tuple[Ints, Bools]:
        """The same of the events on or after a day of each row."""
        keys = self._first[base]
        begin = self.rows.account * _SPAN
        place = np.searchsorted(keys, begin + np.clip(since, 0, _SPAN - 1))
        padded = np.append(keys, np.iinfo(np.int64).max)
        day = padded[place] - begin
        return day, day < self.rows.as_of

    def weeks_in_a_row(self, base: Count) -> Floats:
        """How many weeks, of seven days back from ``as_of``, had such an event without a gap."""
        of, day = self._first[base] // _SPAN, self._first[base] % _SPAN
        found = np.zeros(len(self.rows.as_of))
        for shift in np.unique(self.rows.as_of % 7):
            there = self.rows.as_of % 7 == shift
            last = (self.rows.as_of[there] - shift) // 7 - 1
            runs = _runs(of, (day - shift) // 7)
            found[there] = _length(runs, self.rows.account[there] * _SPAN + last)
        return found

    def days_in_a_row(self, base: Count, *, working: bool) -> Floats:
        """How many days had one without a gap; the last day before ``as_of`` may still lack it.

        ``working``: Saturdays and Sundays neither count nor make a gap.
        """
        account, day = self._first[base] // _SPAN, self._first[base] % _SPAN
        last = self.rows.as_of - 1
        if working:
            weekday = _weekday(day) < 5
            account, day = account[weekday], _working_days(day[weekday])
            last = _working_days(self.rows.as_of) - 1
        runs, wanted = _runs(account, day), self.rows.account * _SPAN + last
        found = _length(runs, wanted)
        return np.where(found > 0, found, _length(runs, wanted - 1))

    def users(self, base: Users, days: int) -> Floats:
        """Distinct users in the ``days`` before ``as_of``."""
        ends, place = self._ends
        if (base, days) not in self._users:
            user_days = self._user_days(base)
            self._users[base, days] = _in_window(*user_days, days, ends, len(self.accounts))
        wanted = self.rows.account * (len(ends) + 1) + place
        return np.asarray(self._users[base, days][wanted], dtype=np.float64)

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

    def funnel(
        self, steps: tuple[Users, ...], within: int, begin: Ints, end: Ints
    ) -> tuple[Floats, Floats]:
        """Users whose first day of the first step is ``begin <= day < end``, and those of them who
        did the other steps in order at most so many days after it; the same day is in order.
        """
        if (steps, within) not in self._funnels:
            self._funnels[steps, within] = _funnel([self._user_days(s) for s in steps], within)
        keys, done = self._funnels[steps, within]
        account = self.rows.account * _SPAN
        low, high = (
            np.searchsorted(keys, account + np.clip(day, 0, _SPAN - 1)) for day in (begin, end)
        )
        high = np.maximum(low, high)
        return (high - low).astype(np.float64), (done[high] - done[low]).astype(np.float64)

    # ----------------------------------------------------------------------------------------------

    @cached_property
    def _ends(self) -> tuple[Ints, Ints]:
        """The days that rows look from, and which of them each row has."""
        return np.unique(self.rows.as_of, return_inverse=True)

    def _user_days(self, base: Base) -> tuple[Ints, Ints, Ints]:
        """Customer, user and day, sorted like that, of every day on which a user did it."""
        weeks, masks = self._user_weeks[base]
        there = np.flatnonzero(masks)
        bits = np.flatnonzero(np.unpackbits(masks[there], bitorder="little"))
        row = there[bits >> 3]
        return weeks.account[row], weeks.person[row], weeks.monday[row] + (bits & 7)

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


def _in_window(account: Ints, user: Ints, day: Ints, days: int, ends: Ints, accounts: int) -> Ints:
    """Distinct users in the window before each of the ``ends``, account after account, with one
    place more for each account.

    A user's day d counts in every window that holds it and not the user's day before it, so each
    user counts once: from max(d, before + days) + 1 until d + days.
    """
    before = np.full(len(day), -_SPAN, dtype=np.int64)
    before[1:] = np.where(user[1:] == user[:-1], day[:-1], -_SPAN)
    begins = np.maximum(day, before + days) + 1
    low = int(ends[0]) if len(ends) else 0
    place_of = np.searchsorted(ends, np.arange(low, int(ends[-1]) + 2 if len(ends) else 1))
    cells = account * (len(ends) + 1)
    most = accounts * (len(ends) + 1)
    steps = np.bincount(
        cells + place_of[np.clip(begins - low, 0, len(place_of) - 1)], minlength=most
    )
    until = np.clip(day + (days + 1 - low), 0, len(place_of) - 1)
    steps -= np.bincount(cells + place_of[until], minlength=most)
    return np.cumsum(steps.reshape(accounts, len(ends) + 1), axis=1).ravel()


def _weekday(day: Ints) -> Ints:
    """0 for a Monday."""
    return (day + 3) % 7


def _working_days(day: Ints) -> Ints:
    """How many days from Monday to Friday lie before the day."""
    return (day + 3) // 7 * 5 + np.minimum(_weekday(day), 5)


def _runs(account: Ints, place: Ints) -> tuple[Ints, Ints]:
    """The places of accounts as keys, and for each the key with which its row without gap began.

    Both come in the order of accounts and their days, so that equal keys are neighbours.
    """
    keys = account * _SPAN + place
    keys = keys[np.concatenate([[True], np.diff(keys) != 0])[: len(keys)]]
    begins = np.concatenate([[True], np.diff(keys) != 1])[: len(keys)]
    return keys, keys[begins][np.cumsum(begins) - 1]


def _length(runs: tuple[Ints, Ints], wanted: Ints) -> Floats:
    """How many places without a gap end with each wanted one."""
    keys, first = runs
    found = np.searchsorted(keys, wanted, side="right") - 1
    there = found >= 0
    there[there] = keys[found[there]] == wanted[there]
    length = np.zeros(len(wanted))
    length[there] = wanted[there] - first[found[there]] + 1
    return length


def _funnel(steps: list[tuple[Ints, Ints, Ints]], within: int) -> tuple[Ints, Ints]:
    """When users began, as sorted keys of account and day, and how many of the first n went on."""
    most = max((int(user.max()) + 1 for _account, user, _day in steps if len(user)), default=1)
    days = [np.sort((account * most + user) * _SPAN + day) for account, user, day in steps]
    person = days[0] // _SPAN
    is_first = np.concatenate([[True], np.diff(person) != 0])[: len(person)]
    began = days[0][is_first]
    reached, alive = began, np.ones(len(began), dtype=bool)
    for keys in days[1:]:
        place = np.searchsorted(keys, reached)
        reached = np.append(keys, np.iinfo(np.int64).max)[place]
        alive &= reached - began <= within
        reached = np.where(alive, reached, began)
    begins = began // _SPAN // most * _SPAN + began % _SPAN
    order = np.argsort(begins, kind="stable")
    return begins[order], np.concatenate([[0], np.cumsum(alive[order])])
