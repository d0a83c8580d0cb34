"""The answers of one wave and the customers of its day as columns, kept in this process until
something is answered or told of customers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from django.db.models import Case, Q, QuerySet, Value, When

from banso.know.accounts.models import Account, Stage
from banso.know.subscriptions.models import Outcome, Subscription
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Wave
from banso.listen.surveys.reads import handed_in
from banso.measure.experience.columns import NONE, Ints, fetched, joined, numbers, table
from banso.measure.revenue.memory import Memory
from banso.measure.revenue.spans import GRACE_DAYS
from banso.prove.engine.experience_tree import People
from banso.prove.engine.numbering import numbered
from banso.shared.journal.models import Entry

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")
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
NOBODY = np.zeros((2, 0), dtype=np.int64)
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


def _answers(wave: Wave) -> Answers:
    leaf = Case(
        *(When(leaf=name, then=Value(place)) for place, name in enumerate(LEAVES)),
        default=Value(NONE),
    )
    made = table(handed_in(wave), "pk", "account_id", "person_id", leaf, *SCALES)
    made = made[:, np.argsort(made[0], kind="stable")]
    ids, account = made[0], made[1]
    tied = not wave.is_anonymous and bool((account != NONE).any())
    alone = -2 - ids  # an answer that belongs to no customer stands for itself
    code = numbered(np.where(account == NONE, alone, account))[1]
    columns = dict(zip(NAMES, (*made, code), strict=True))
    return Answers(**columns, tied=tied)


def customers_on(day: date, asof: Hashable) -> Customers:
    return kept(("customers", day, asof), lambda: _customers(day))


def _customers(day: date) -> Customers:
    """Who had a contract on the day; without any contract, everybody who has not left."""
    terms = Subscription.objects.filter(is_trial=False, start__lte=day)
    live = Q(end=None) | Q(end__gte=day)
    paid = Q(mrr_minor=None) | ~Q(mrr_minor=0)
    told = _priced(terms.filter(live & paid))
    for currency, more in _going_on(terms.exclude(live), told, day).items():
        told[currency] = np.hstack([told.get(currency, more[:, :0]), more])
    if not told:
        there = np.sort(table(Account.objects.exclude(stage=Stage.LEFT), "pk")[0])
        return Customers(there, np.zeros(len(there)), "", 0, known=False)
    ids = numbered(np.hstack([*told.values()])[0])[0]
    found = {name: _sums(ids, *told[name]) for name in sorted(told)}
    priced = {name: int(np.count_nonzero(mrr)) for name, (mrr, _there) in found.items()}
    currency = max((name for name in priced if priced[name]), key=priced.__getitem__, default="")
    mrr, there = found.get(currency, _sums(ids, *NOBODY))
    return Customers(ids, mrr, currency, len(ids) - int(there.sum()), known=True)


def _priced(terms: QuerySet[Subscription]) -> dict[str, Ints]:
    """By currency: the accounts and what each pays a month."""
    rows = terms.order_by().values("currency").annotate(
        whose=joined("account_id"), money=joined("mrr_minor", 0)
    )  # fmt: skip
    return {
        currency: np.stack([numbers(whose), numbers(money)])
        for currency, whose, money in rows.values_list("currency", "whose", "money")
    }


def _sums(ids: Ints, account: Ints, mrr: Ints) -> tuple[Floats, Bools]:
    """Of each customer the sum, and whether there is any."""
    place = np.searchsorted(ids, account)
    there = np.bincount(place, minlength=len(ids)) > 0
    return np.bincount(place, weights=mrr, minlength=len(ids)).astype(np.float64), there


def _going_on(
    ended: QuerySet[Subscription], live: Mapping[str, Ints], day: date
) -> dict[str, Ints]:
    """Of customers without a term on the day: the last one, where it was said to be renewed, or
    where nobody has said how it ended and a month has not passed (as in ``revenue.spans``).
    """
    there = {account for accounts, _mrr in live.values() for account in accounts.tolist()}
    last: dict[int, tuple[Any, ...]] = {}
    columns = ("account_id", "currency", "mrr_minor", "end", "outcome")
    for row in fetched(ended.values_list(*columns)):
        before = last.get(row[0])
        if row[0] not in there and (before is None or str(row[3]) > str(before[3])):
            last[row[0]] = row
    since = (day - timedelta(GRACE_DAYS)).isoformat()
    found: dict[str, list[tuple[int, int]]] = {}
    for account, currency, mrr, end, outcome in last.values():
        if mrr != 0 and (outcome == Outcome.RENEWED or (not outcome and str(end) >= since)):
            found.setdefault(currency, []).append((account, mrr or 0))
    return {currency: np.array(rows, dtype=np.int64).T for currency, rows in found.items()}
