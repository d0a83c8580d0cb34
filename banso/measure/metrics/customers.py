"""The customers that metrics are computed for: since when they are, and until when they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from django.db.models import Count, Max, Min, Q, QuerySet

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Outcome, Subscription
from banso.measure.metrics.world import Bools, Floats, Ints
from banso.shared.lake.days import day_number

_NEVER = 1 << 19
_SPAN = 1 << 20  # more than any day number


@dataclass(frozen=True)
class Customers:
    """Parallel arrays in the order of the ids; ``start`` is -1 where nobody knows it."""

    ids: Ints
    start: Ints
    left: Ints

    def some(self, part: slice | Ints) -> Customers:
        """A part of them."""
        return Customers(self.ids[part], self.start[part], self.left[part])

    def rows(self, days: Sequence[int]) -> pa.Table:
        """One row per customer and day, to be measured; row_id counts them in that order."""
        start = np.repeat(self.start, len(days))
        return pa.table(
            {
                "row_id": np.arange(len(self.ids) * len(days), dtype=np.int64),
                "account_id": np.repeat(self.ids, len(days)),
                "signed_up_day": pa.array(start.astype(np.int32), mask=start < 0),
                "as_of_day": np.tile(np.array(days, dtype=np.int32), len(self.ids)),
            }
        )

    def are(self, account_ids: Ints, as_of: Ints) -> Bools:
        """Whether these were customers still on the days: who left has no value afterwards."""
        place = np.searchsorted(self.ids, account_ids)
        return np.asarray(as_of <= self.left[place] + 1, dtype=bool)

    def count_on(self, day: int) -> int:
        """How many had not left on the day."""
        return int((self.left >= day).sum())


def customers(account_ids: list[int] | None = None) -> Customers:
    """All customers, or those of the ids; sign-up falls back to the first contract's start."""
    accounts = Account.objects.all()
    terms = Subscription.objects.all()
    if account_ids is not None:
        accounts = accounts.filter(pk__in=account_ids)
        terms = terms.filter(account__in=account_ids)
    begins, ends = _terms(terms)
    rows = list(accounts.order_by("pk").values_list("pk", "signed_up_on"))
    ids = np.array([pk for pk, _ in rows], dtype=np.int64)
    start = np.array([_number(day or begins.get(pk), -1) for pk, day in rows], dtype=np.int64)
    left = np.array([_number(ends.get(pk), _NEVER) for pk, _ in rows], dtype=np.int64)
    return Customers(ids, start, left)


def seats_at(account_ids: Ints, as_of: Ints) -> Floats:
    """Seats of the contracts in force on the day before each ``as_of``; NaN where none has any.

    Contracts side by side add up. A term ends with its last day, or the day before where the next
    one begins on it.
    """
    keys, seats = _seat_steps()
    totals = np.concatenate([[0], np.cumsum(seats)])
    day = np.clip(as_of - 1, 0, _SPAN - 1)
    until = np.searchsorted(keys, account_ids * _SPAN + day, side="right")
    found = totals[until] - totals[np.searchsorted(keys, account_ids * _SPAN)]
    return np.where(found > 0, found, np.nan)


def has_seats() -> bool:
    """Whether a contract says how many seats it has."""
    return Subscription.objects.filter(seats__gt=0).exists()


def _seat_steps() -> tuple[Ints, Ints]:
    """By account and day, how many seats come or go."""
    terms = Subscription.objects.filter(seats__gt=0).values_list(
        "account_id", "start", "end", "seats"
    )
    rows = [
        (pk * _SPAN, _number(start, 0), _number(end, -1), seats)
        for pk, start, end, seats in terms.iterator(chunk_size=20_000)
    ]
    told = np.array(rows, dtype=np.int64).reshape(-1, 4)
    account, start = told[:, 0], np.clip(told[:, 1], 0, _SPAN - 1)
    end, seats = np.minimum(told[:, 2], _SPAN - 2), told[:, 3]
    follows = np.isin(account + end, account + start) & (end > start)
    ended = told[:, 2] >= 0
    gone = (account + end + 1 - follows)[ended]
    keys = np.concatenate([account + start, gone])
    order = np.argsort(keys, kind="stable")
    return keys[order], np.concatenate([seats, -seats[ended]])[order]


def _number(day: date | None, absent: int) -> int:
    return absent if day is None else day_number(day)


def _terms(terms: QuerySet[Subscription]) -> tuple[dict[int, date], dict[int, date]]:
    """First start and, for those whose last contract ended in churn, that end, by account."""
    found = terms.values("account_id").annotate(
        first=Min("start"),
        last=Max("end"),
        churned=Max("end", filter=Q(outcome=Outcome.CHURNED)),
        rolling=Count("pk", filter=Q(end=None)),
    )
    begins: dict[int, date] = {}
    ends: dict[int, date] = {}
    for row in found.iterator():
        begins[row["account_id"]] = row["first"]
        if not row["rolling"] and row["churned"] and row["churned"] == row["last"]:
            ends[row["account_id"]] = row["churned"]
    return begins, ends
