"""The answers of one wave and the customers of its day as columns, kept in this process until
something is answered or told of customers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from banso.know.accounts.models import Account, Stage
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Wave
from banso.listen.surveys.reads import handed_in
from banso.measure.revenue.memory import Memory
from banso.measure.revenue.reads import book, day_number, main_currency
from banso.measure.revenue.spans import spans_of
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
        return len(np.unique(self.code))

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
    columns = ("pk", "account_id", "person_id", "leaf", *SCALES)
    rows = handed_in(wave).order_by().values_list(*columns)
    told: list[Any] = list(zip(*rows.iterator(chunk_size=20_000), strict=True)) or [()] * 7
    places = {leaf: place for place, leaf in enumerate(LEAVES)}
    told[3] = [places.get(leaf, NONE) for leaf in told[3]]
    made = [np.array([NONE if x is None else x for x in one], dtype=np.int64) for one in told]
    tied = not wave.is_anonymous and bool(len(made[0])) and bool((made[1] != NONE).any())
    alone = -2 - made[0]  # an answer that belongs to no customer stands for itself
    whose = np.where(made[1] == NONE, alone, made[1])
    code = np.unique(whose, return_inverse=True)[1].reshape(-1).astype(np.int64)
    order = np.argsort(made[0], kind="stable")
    named = dict(zip(NAMES, (*made, code), strict=True))
    return Answers(**{name: one[order] for name, one in named.items()}, tied=tied)


def customers_on(day: date, asof: Hashable) -> Customers:
    return kept(("customers", day, asof), lambda: _customers(day))


def _customers(day: date) -> Customers:
    """Who had a contract on the day; without any contract, everybody who has not left."""
    found = book()
    if found is not None:
        spans = spans_of(found.contracts, day_number(day))
        live = spans.at(day_number(day))
        if live.any():
            return _paying(found, day)
    ids = Account.objects.exclude(stage=Stage.LEFT).order_by("pk").values_list("pk", flat=True)
    there = np.fromiter(ids.iterator(chunk_size=20_000), dtype=np.int64)
    return Customers(there, np.zeros(len(there)), "", 0, known=False)


def _paying(found: Any, day: date) -> Customers:
    number, currency = day_number(day), main_currency(found)
    spans = spans_of(found.contracts, number)
    live = spans.at(number) & spans.paying
    ids = np.unique(spans.account[live])
    place = found.currencies.index(currency) if currency in found.currencies else -1
    mine = spans_of(found.contracts.chosen(found.currency == place), number)
    counts = mine.at(number) & mine.paying
    mrr = np.bincount(
        np.searchsorted(ids, mine.account[counts]), weights=mine.mrr[counts], minlength=len(ids)
    )
    foreign = len(np.setdiff1d(ids, mine.account[counts]))
    return Customers(ids, mrr.astype(np.float64), currency, foreign, known=True)
