"""The answers of an asking as draws over today's customers, made once for every state of the data.

Each customer counts once, shared out over its people who answered, and is weighted so that sizes of
companies are represented as among all customers; money the same way with MRR.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from banso.know.subscriptions.reads import decision_rows, last_known_day
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Survey, Wave
from banso.measure.experience.answers import Answers, Customers, answers_of, customers_on, version
from banso.measure.experience.reads import waves
from banso.measure.experience.segments import SIZE, Groups, segment_fields
from banso.measure.revenue.memory import Memory
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.levers import (
    Counted,
    Levels,
    Part,
    design_effect,
    drawn,
    with_risks,
)
from banso.prove.engine.stated_risk import Calibration, calibrated, leaf_risks
from banso.prove.scenarios.rules import FEWEST_ACCOUNTS, FEWEST_ANSWERS, Asked
from banso.shared import clock
from banso.shared.users.reads import organisation

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
TOP, INTENTS = 4, 5
LATEST_DECISION = timedelta(days=400)
_memory = Memory()


@dataclass(frozen=True)
class Half:
    """Customers, or their money: the part whose levers move and the rest (None without one), with
    stated and with calibrated risk.
    """

    stated: tuple[Part, ...]
    calibrated: tuple[Part, ...]


@dataclass(frozen=True)
class Ground:
    """What an answer rests on. ``people``, ``accounts`` by leaf in the part that moves; population:
    its customers; answered: those of all customers who answered.
    """

    customers: Half
    money: Half | None
    now: Levels
    people: tuple[int, ...]
    accounts: tuple[int, ...]
    population: int
    all_customers: int
    answered: int
    n: int
    effective: float
    mrr: float
    currency: str
    foreign: int
    anonymous: bool
    calibration: Calibration | NoAnswer
    members: tuple[npt.NDArray[np.int64], Floats]


def today_here() -> date:
    return clock.today(organisation().time_zone)


def ground_of(wave: Wave, asked: Asked, asof: Hashable = None) -> Ground | NoAnswer:
    """Kept in this process until answers or customers change: a move of a lever reads nothing.
    ``asof``: the version, where the caller has looked for it already.

    NoAnswer("too_few_answers" | "too_few_accounts" | "no_customers" | "nobody_there").
    """
    today, asof = today_here(), version(wave) if asof is None else asof
    key = (wave.pk, asked.field, asked.value, today, asof)
    found: Ground | NoAnswer = _memory.of(
        None, key, lambda: _ground(wave, asked.field, asked.value, today, asof)
    )
    return found


def _ground(wave: Wave, field: str, value: str, today: date, asof: Hashable) -> Ground | NoAnswer:
    every = answers_of(wave, asof)
    answers = every.only((every.leaf >= 0) & (every.intent >= 1))
    there = customers_on(today, asof)
    if not len(there.ids):
        return NoAnswer("no_customers", {"n": 0})
    mine, here = _chosen(answers, there, field, value, wave, asof)
    if not here.any():
        return NoAnswer("nobody_there", {"n": 0})
    short = _too_few(answers.only(mine))
    if short is not None:
        return short
    sides = [(mine, here)] if here.all() else [(mine, here), (~mine, ~here)]
    if len(sides) > 1 and _too_few(answers.only(~mine)) is not None:
        sides[1] = (np.ones(answers.n, dtype=bool), ~here)  # the rest is too few to stand alone
    known = calibration_of(wave.survey, today, asof)
    sizes = segment_fields(today)[SIZE].groups(asof)
    heads = [_part(answers, m, there, h, sizes, np.ones(len(there.ids)), known) for m, h in sides]
    paid = [_part(answers, m, there, h, sizes, there.mrr, known) for m, h in sides]
    money = Half(*_halves([one for one in paid if one])) if there.mrr.sum() > 0 else None
    moving = answers.only(mine)
    customers = Half(*_halves([one for one in heads if one]))
    return Ground(
        customers=customers, money=money, now=customers.stated[0].levels,
        people=tuple(int((moving.leaf == k).sum()) for k in range(len(LEAVES))),
        accounts=tuple(len(np.unique(moving.code[moving.leaf == k])) for k in range(len(LEAVES))),
        population=int(here.sum()), all_customers=len(there.ids),
        answered=int(np.isin(there.ids, answers.account).sum()), n=answers.n,
        effective=_effective(answers, there, sizes), mrr=float(there.mrr.sum()),
        currency=there.currency, foreign=there.foreign, anonymous=not answers.tied,
        calibration=known, members=(there.ids, there.mrr),
    )  # fmt: skip


def _chosen(
    answers: Answers, there: Customers, field: str, value: str, wave: Wave, asof: Hashable
) -> tuple[Bools, Bools]:
    """Which answers, and which of today's customers, the levers are moved for."""
    if not field:
        return np.ones(answers.n, dtype=bool), np.ones(len(there.ids), dtype=bool)
    known = segment_fields(wave.opens_on).get(field)
    if known is None or not answers.tied:
        return np.zeros(answers.n, dtype=bool), np.zeros(len(there.ids), dtype=bool)
    groups = known.groups(asof)
    return groups.at(answers.account) == value, groups.at(there.ids) == value


def _too_few(answers: Answers) -> NoAnswer | None:
    if answers.n < FEWEST_ANSWERS:
        return NoAnswer("too_few_answers", {"n": answers.n, "n_needed": FEWEST_ANSWERS})
    if answers.tied and answers.accounts < FEWEST_ACCOUNTS:
        needs = {"accounts": answers.accounts, "accounts_needed": FEWEST_ACCOUNTS}
        return NoAnswer("too_few_accounts", needs)
    return None


def _deff(answers: Answers, weight: Floats) -> float:
    return design_effect(
        answers.leaf, (answers.intent < TOP).astype(np.float64), weight, answers.code
    )


def _effective(answers: Answers, there: Customers, sizes: Groups) -> float:
    """How many independent answers of equal weight tell as much."""
    everybody = np.ones(len(there.ids), dtype=bool)
    weight, _silent = _weights(answers, there, everybody, sizes, np.ones(len(there.ids)))
    kept = weight > 0
    return float(kept.sum()) / _deff(answers.only(kept), weight[kept]) if kept.any() else 0.0


def _part(
    answers: Answers, mine: Bools, there: Customers, here: Bools, sizes: Groups, worth: Floats,
    known: Calibration | NoAnswer,
) -> tuple[Part, Part] | None:  # fmt: skip
    """With stated and with calibrated risk; worth: of each customer (1, or its MRR)."""
    total = float(worth[here].sum())
    if total <= 0:
        return None
    some = answers.only(mine)
    weight, silent = _weights(some, there, here, sizes, worth)
    if not weight.sum() > 0:
        weight, silent = np.ones(some.n), 1.0
    kept = weight > 0
    some, weight = some.only(kept), weight[kept] * kept.sum() / weight.sum()
    leaves, deff = len(LEAVES), _deff(some, weight)
    n = np.bincount(some.leaf, weights=weight, minlength=leaves)
    risk = np.bincount(some.leaf, weights=weight * (some.intent < TOP), minlength=leaves)
    stated = drawn(Counted(tuple(n), tuple(np.minimum(risk, n)), deff), size=total, silent=silent)
    if isinstance(known, NoAnswer):
        return stated, stated
    place = some.leaf * INTENTS + some.intent - 1
    by_answer = np.bincount(place, weights=weight, minlength=leaves * INTENTS)
    estimate, made = leaf_risks(by_answer.reshape(leaves, INTENTS), known, deff=deff)
    return stated, with_risks(stated, made, estimate)


def _halves(parts: list[tuple[Part, Part]]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    return tuple(one for one, _two in parts), tuple(two for _one, two in parts)


def _weights(
    answers: Answers, there: Customers, here: Bools, sizes: Groups, worth: Floats
) -> tuple[Floats, float]:
    """Weight of each answer, and what share of the worth did not answer.

    A customer's worth is shared out over its people, then each size of company is brought to its
    share of all; sizes nobody answered from are left to the others. Nothing is known of anonymous
    answers: each weighs the same, and every customer counts as silent.
    """
    if not answers.tied:
        return np.ones(answers.n), 1.0
    place = np.clip(np.searchsorted(there.ids, answers.account), 0, len(there.ids) - 1)
    found = there.ids[place] == answers.account
    each = np.where(found, worth[place], 0.0)
    gone = ~found & (worth == 1.0).all()
    weight = np.where(gone, 1.0, each) * answers.per_account()
    ids = there.ids[here]
    heard = np.isin(ids, answers.account)
    silent = 1 - float(worth[here][heard].sum() / worth[here].sum())
    of_all, of_mine = sizes.at(ids), sizes.at(answers.account)
    for name in np.unique(of_mine.astype(str)):
        rows = of_mine.astype(str) == name
        wanted = float(worth[here][of_all.astype(str) == name].sum())
        if weight[rows].sum() > 0:
            weight[rows] *= wanted / weight[rows].sum()
    return weight, min(1.0, max(0.0, silent))


def calibration_of(survey: Survey, today: date, asof: Hashable) -> Calibration | NoAnswer:
    """Which customers did not renew within 400 days after they answered, by intent; all askings of
    the survey.
    """
    cut = last_known_day(today)
    if cut is None:
        return NoAnswer("too_few_events", {"events": 0, "events_needed": 20})
    table = decision_rows(data_cut=cut).table.sort_by("decided_on")
    owner = table["account_id"].to_numpy()
    day = table["decided_on"].to_numpy().astype("datetime64[D]")
    lost = table["not_renewed"].to_numpy(zero_copy_only=False).astype(np.float64)
    rows: list[Any] = []
    for wave in waves():
        if wave.survey_id != survey.pk or wave.is_anonymous:
            continue
        answers = answers_of(wave, version(wave))
        after = (day > np.datetime64(wave.opens_on)) & (
            day <= np.datetime64(wave.opens_on + LATEST_DECISION)
        )
        first, place = np.unique(owner[after], return_index=True)
        known = (answers.intent >= 1) & np.isin(answers.account, first)
        at = np.searchsorted(first, answers.account[known])
        rows.append((answers.intent[known], lost[after][place][at], answers.account[known]))
    if not rows:
        return NoAnswer("too_few_events", {"events": 0, "events_needed": 20})
    intent, came, account = (np.concatenate(column) for column in zip(*rows, strict=True))
    return calibrated(intent, came, account)
