"""The answers of one wave and the customers of its day as columns, kept in this process until
something is answered or told of customers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from banso.know.accounts.models import Account, Stage
from banso.know.subscriptions.models import Outcome, Subscription
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Wave
from banso.listen.surveys.reads import handed_in
from banso.measure.revenue.memory import Memory
from banso.measure.revenue.spans import GRACE_DAYS
from banso.prove.engine.experience_tree import People
from banso.shared.journal.models import Entry

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")
NONE = -1
SCALES = ("satisfaction", "intent", "recommend")
NAMES = ("ids", "account", "person", "leaf", *SCALES, "code")
OF_CUSTOMERS = (
    "account.added",
    "account.changed",
    "accounts.changed_in_bulk",
    "accounts.upserted",
    "field.defined",
    "field.changed",
    "health.refreshed",
    "metrics.refreshed",
    "subscriptions.upserted",
)
_memory = Memory()


@dataclass(frozen=True)
class Answers:
    """Handed-in answers, side by side. ``leaf``: place in ``LEAVES``; whatever was not said is -1.

    ``code``: 0..G-1 of the account, of each answer its own where nobody may know (``tied`` False).
    """

    ids: Ints
    account: Ints
    person: Ints
    leaf: Ints
    satisfaction: Ints
    intent: Ints
    recommend: Ints
    code: Ints
    tied: bool

    @property
    def n(self) -> int:
        return len(self.ids)

    @property
    def accounts(self) -> int:
        return int(np.count_nonzero(np.bincount(self.code))) if self.n else 0

    def only(self, chosen: Bools) -> Answers:
        columns = {
            name: getattr(self, name)[chosen]
            for name in self.__dataclass_fields__
            if name != "tied"
        }
        return Answers(**columns, tied=self.tied)

    def per_account(self) -> Floats:
        """One over the people of the account: each customer counts once."""
        counts = np.bincount(self.code, minlength=1)
        return np.asarray(1.0 / counts[self.code]) if self.n else np.zeros(0)

    def people(self, weight: Floats | None = None) -> People:
        return People(self.code, np.ones(self.n) if weight is None else weight, self.tied)


@dataclass(frozen=True)
class Customers:
    """The customers of a day: their money a month in ``currency``, minor units; ``foreign`` of them
    pay in another one and count nothing there. ``known``: whether contracts say who they are.
    """

    ids: Ints
    mrr: Floats
    currency: str
    foreign: int
    known: bool

    def mrr_of(self, accounts: Ints) -> Floats:
        """Of each account, 0 where it is not among them."""
        if not len(self.ids):
            return np.zeros(len(accounts))
        place = np.clip(np.searchsorted(self.ids, accounts), 0, len(self.ids) - 1)
        return np.where(self.ids[place] == accounts, self.mrr[place], 0.0)


def version(wave: Wave | None) -> Hashable:
    """Another one whenever answers, customers or what is known of them may be others."""
    kinds = Entry.objects.filter(kind__gte="survey.", kind__lt="survey/").count()
    told = tuple(
        Entry.objects.filter(kind=kind).order_by("-at").values_list("pk", flat=True).first()
        for kind in OF_CUSTOMERS
    )
    newest = Account.objects.order_by("-pk").values_list("pk", "updated_at").first()
    ours = (wave.pk, wave.created_at, handed_in(wave).count()) if wave else ()
    return (kinds, told, newest, ours)


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What was made for a key that holds the version; the oldest ones are forgotten."""
    return _memory.of(None, key, make)


def answers_of(wave: Wave, asof: Hashable) -> Answers:
    """``asof``: the version."""
    return kept(("answers", wave.pk, asof), lambda: _answers(wave))


def fetched(rows: QuerySet[Any, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of plain numbers and texts as the database gives them: with 100,000 of them
    Django's own way costs as much again.
    """
    told, values = rows.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(told, values)
        return list(cursor.fetchall())


def whole_numbers(rows: QuerySet[Any, tuple[Any, ...]], columns: int) -> Ints:
    """The same, all numbers, as a table (column, row)."""
    told = fetched(rows)
    flat = np.fromiter(chain.from_iterable(told), dtype=np.int64, count=columns * len(told))
    return flat.reshape(-1, columns).T


def _answers(wave: Wave) -> Answers:
    leaf = Case(
        *(When(leaf=name, then=Value(place)) for place, name in enumerate(LEAVES)),
        default=Value(NONE),
    )
    said = [Coalesce(F(name), Value(NONE)) for name in ("account_id", "person_id", *SCALES)]
    rows = handed_in(wave).values_list("pk", said[0], said[1], leaf, *said[2:])
    made = whole_numbers(rows, 7)
    made = made[:, np.argsort(made[0], kind="stable")]
    ids, account = made[0], made[1]
    tied = not wave.is_anonymous and bool((account != NONE).any())
    alone = -2 - ids  # an answer that belongs to no customer stands for itself
    code = _numbered(np.where(account == NONE, alone, account))
    columns = dict(zip(NAMES, (*made, code), strict=True))
    return Answers(**columns, tied=tied)


def _numbered(whose: Ints) -> Ints:
    """0..G-1 by value."""
    if not len(whose):
        return whose
    order = np.argsort(whose, kind="stable")
    steps = np.diff(whose[order], prepend=whose[order[0]]) != 0
    codes = np.empty(len(whose), dtype=np.int64)
    codes[order] = np.cumsum(steps)
    return codes


def customers_on(day: date, asof: Hashable) -> Customers:
    return kept(("customers", day, asof), lambda: _customers(day))


def _customers(day: date) -> Customers:
    """Who had a contract on the day; without any contract, everybody who has not left."""
    terms = Subscription.objects.filter(is_trial=False, start__lte=day)
    live = Q(end=None) | Q(end__gte=day)
    paid = Q(mrr_minor=None) | ~Q(mrr_minor=0)
    money = ("account_id", "currency", Coalesce(Sum("mrr_minor"), Value(0)))
    rows = fetched(terms.filter(live & paid).values("account_id", "currency").values_list(*money))
    rows += _going_on(terms.exclude(live), {account for account, _currency, _mrr in rows}, day)
    if not rows:
        everybody = Account.objects.exclude(stage=Stage.LEFT).values_list("pk")
        there = np.sort(whole_numbers(everybody, 1)[0])
        return Customers(there, np.zeros(len(there)), "", 0, known=False)
    priced = Counter(currency for _account, currency, mrr in rows if mrr)
    currency = max(sorted(priced), key=lambda name: priced[name], default="")
    account = np.array([row[0] for row in rows], dtype=np.int64)
    mine = np.array([row[1] == currency for row in rows], dtype=bool)
    ids = np.unique(account)
    mrr = np.bincount(
        np.searchsorted(ids, account[mine]),
        weights=np.array([float(row[2]) for row in rows])[mine],
        minlength=len(ids),
    )
    foreign = len(np.setdiff1d(ids, account[mine]))
    return Customers(ids, mrr.astype(np.float64), currency, foreign, known=True)


def _going_on(
    ended: QuerySet[Subscription], live: set[int], day: date
) -> list[tuple[int, str, int]]:
    """Of customers without a term on the day: the last one, where it was said to be renewed, or
    where nobody has said how it ended and a month has not passed (as in ``revenue.spans``).
    """
    last: dict[int, tuple[Any, ...]] = {}
    columns = ("account_id", "currency", "mrr_minor", "end", "outcome")
    for row in fetched(ended.values_list(*columns)):
        before = last.get(row[0])
        if row[0] not in live and (before is None or str(row[3]) > str(before[3])):
            last[row[0]] = row
    since = (day - timedelta(GRACE_DAYS)).isoformat()
    return [
        (account, currency, mrr or 0)
        for account, currency, mrr, end, outcome in last.values()
        if mrr != 0 and (outcome == Outcome.RENEWED or (not outcome and str(end) >= since))
    ]
