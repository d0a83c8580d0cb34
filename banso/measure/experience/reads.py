"""What later stages ask of the answers: the tree as counts, and the answers as a table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.db.models import Exists, OuterRef
from django.http import Http404

from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Asked, Response, Wave
from banso.listen.surveys.reads import handed_in
from banso.measure.experience.answers import (
    SCALES,
    Answers,
    Bools,
    Floats,
    answers_of,
    customers_on,
    version,
)
from banso.measure.experience.columns import NONE
from banso.measure.experience.segments import segment_fields
from banso.shared import clock

INTENTS = (1, 2, 3, 4, 5)
FEWEST_TO_READ = 30
MOST_AT_ONCE = 5
"""Waves that are asked of customers at the same time are few."""


@dataclass(frozen=True)
class LeafCount:
    """One leaf: people, customers with a person there, and how much of all it is.

    ``customers``: each customer counts once, shared out over its people; ``mrr_minor``: its money,
    shared out the same way. ``intents``: how many gave 1..5, ``intents_customers`` and
    ``intents_mrr`` the same with those weights; who gave none is in none of them.
    """

    leaf: str
    people: int
    accounts: int
    customers: float
    mrr_minor: float
    intents: tuple[int, ...]
    intents_customers: tuple[float, ...]
    intents_mrr: tuple[float, ...]


@dataclass(frozen=True)
class TreeCounts:
    """The leaves in their order; whole: all answers, those that do not say their leaf too."""

    leaves: tuple[LeafCount, ...]
    people: int
    accounts: int
    population: int
    currency: str
    is_anonymous: bool

    def leaf(self, key: str) -> LeafCount:
        return next(one for one in self.leaves if one.leaf == key)


def waves() -> list[Wave]:
    """Askings of customers that somebody answered, newest first."""
    answered = Response.objects.filter(wave=OuterRef("pk"), submitted_on__isnull=False)
    found = Wave.objects.filter(Exists(answered), survey__asked=Asked.CUSTOMERS)
    return list(found.select_related("survey", "version").order_by("-opens_on", "-pk"))


def wave_asked(found: Sequence[Wave], pk: str) -> Wave | None:
    """The wave of that number; when none is asked for, the newest, but not one that has only begun
    to be answered while there is another. 404 for one that is not there.
    """
    if not pk:
        begun = {one.pk for one in found[:MOST_AT_ONCE] if _has_only_begun(one)}
        return next((one for one in found if one.pk not in begun), found[0] if found else None)
    for wave in found:
        if str(wave.pk) == pk:
            return wave
    raise Http404


def _has_only_begun(wave: Wave) -> bool:
    """Answers are still coming, and so far there are too few to read anything from."""
    is_open = wave.opened_at is not None and wave.closed_at is None
    if not is_open or (wave.closes_on is not None and wave.closes_on < clock.today()):
        return False
    return not handed_in(wave).order_by()[FEWEST_TO_READ - 1 : FEWEST_TO_READ].exists()


def chosen_answers(
    wave: Wave, only: Mapping[str, str] | None, asof: Hashable
) -> tuple[Answers, Bools]:
    """The answers of the customers whose fields are as asked, and which of all they are."""
    every = answers_of(wave, asof)
    mask = np.ones(every.n, dtype=bool)
    for key, value in (only or {}).items():
        fields = segment_fields(wave.opens_on)
        if key not in fields:
            raise Http404
        mask &= fields[key].groups(asof).at(every.account) == value
    return (every if mask.all() else every.only(mask)), mask


def tree_of(wave: Wave, filter: Mapping[str, str] | None = None) -> TreeCounts:  # noqa: A002
    """How many stand at each leaf and what they intend; ``filter``: {field of ``segment_fields``:
    group}, all of them must hold.
    """
    asof = version(wave)
    answers, _mask = chosen_answers(wave, filter, asof)
    customers = customers_on(wave.opens_on, asof)
    each = answers.per_account()
    money = customers.mrr_of(answers.account) * each
    leaves = (_leaf(key, place, answers, each, money) for place, key in enumerate(LEAVES))
    population = len(customers.ids)
    if filter:
        fields = segment_fields(wave.opens_on)
        mask = np.ones(population, dtype=bool)
        for key, value in filter.items():
            mask &= fields[key].groups(asof).at(customers.ids) == value
        population = int(mask.sum())
    return TreeCounts(
        tuple(leaves),
        answers.n,
        answers.accounts if answers.tied else 0,
        population,
        customers.currency,
        not answers.tied,
    )


def _leaf(key: str, place: int, answers: Answers, each: Floats, money: Floats) -> LeafCount:
    here = answers.leaf == place
    intent = answers.intent[here]
    weighted = [
        tuple(float(w[here][intent == value].sum()) for value in INTENTS) for w in (each, money)
    ]
    return LeafCount(
        leaf=key,
        people=int(here.sum()),
        accounts=len(np.unique(answers.code[here])) if answers.tied else 0,
        customers=float(each[here].sum()),
        mrr_minor=float(money[here].sum()),
        intents=tuple(int((intent == value).sum()) for value in INTENTS),
        intents_customers=weighted[0],
        intents_mrr=weighted[1],
    )


def rows_of(wave: Wave, fields: Sequence[str] = ()) -> pa.Table:
    """One row per answer: response_id, account_id, leaf, satisfaction, intent, recommend (null
    where not said), mrr_minor (of the account, shared out over its people), weight (one over the
    account's people: each customer counts once), and a text column for each asked field.

    Of an anonymous wave account_id is null and the fields are empty.
    """
    asof = version(wave)
    answers = answers_of(wave, asof)
    each = answers.per_account()
    money = customers_on(wave.opens_on, asof).mrr_of(answers.account) * each
    names = pa.array([*LEAVES, ""])
    leaf = np.where(answers.leaf == NONE, len(LEAVES), answers.leaf)
    columns: dict[str, pa.Array] = {
        "response_id": pa.array(answers.ids),
        "account_id": pa.array(answers.account, mask=answers.account == NONE),
        "leaf": names.take(pa.array(leaf)),
    }
    for scale in SCALES:
        told = getattr(answers, scale)
        columns[scale] = pa.array(told, mask=told == NONE)
    columns |= {"mrr_minor": pa.array(money), "weight": pa.array(each)}
    known = segment_fields(wave.opens_on) if fields else {}
    for key in fields:
        columns[key] = pa.array(known[key].groups(asof).at(answers.account).astype(str))
    return pa.table(columns)
