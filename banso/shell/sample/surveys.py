"""The sample's three yearly experience surveys, as plain values; the truth behind them is known.

Everybody who is asked gets the answers that they would give; only some of them hand these in. What
all of them would have said is therefore the truth, and what the handed-in ones say is what Banso
can see. Read as one, the truth is ``TRUTH``; its parts:

- trouble comes from six kinds, each with its own rate (``RATES``); ``best_use`` comes more than
  twice as often to small companies, ``operation`` half as often once the guide was out (before the
  third year);
- four of five in trouble consult (``CONSULT``); a CSM's answer is above expectation more often;
- intent and recommendation follow ``LEVEL``: above expectation, then no trouble, as expected, did
  not consult, still waiting, below expectation;
- who will leave within a year says so a little (``LEAVING``), so that intent goes with renewal;
- those for whom it goes well answer more often (``RESPONSE``), and small companies less often: the
  answers look better than the truth, and weighting by size mends a part of it, not all.

Drawn with numbers of their own, so that the rest of the company stays as it was without them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from banso.listen.surveys.meanings import (
    ABOVE,
    AS_EXPECTED,
    BELOW,
    LEAVES,
    NO,
    NO_TROUBLE,
    NOT_CONSULTED,
    WAITING,
    YES,
    leaf_of,
)
from banso.shell.sample.customers import Customer
from banso.shell.sample.people import Contact
from banso.shell.sample.voices import POORLY, WELL, said

SEED = 211
DAYS_AGO = (755, 390, 25)
"""The first day of each year's asking; it stays open for ``OPEN_DAYS``."""
OPEN_DAYS, KNOWN_DAYS = 20, 45
FEWEST_KNOWN = 150
"""Employees from which a company is not small."""

RATES = {
    "operation": 0.32,
    "best_use": 0.13,
    "defect": 0.13,
    "missing": 0.10,
    "performance": 0.06,
    "contract": 0.04,
}
SMALL_BEST_USE = 0.32
AFTER_THE_GUIDE = 0.16
GUIDE_IN_YEAR = 2
CONSULT = 0.80
ANSWERS = {
    "csm": {ABOVE: 0.45, AS_EXPECTED: 0.33, BELOW: 0.17, WAITING: 0.05},
    "": {ABOVE: 0.24, AS_EXPECTED: 0.40, BELOW: 0.26, WAITING: 0.10},
}
"""How the answer compares with what was expected, by whether a CSM gave it."""
LEVEL = {
    ABOVE: 4.75,
    NO_TROUBLE: 4.15,
    AS_EXPECTED: 3.75,
    NOT_CONSULTED: 3.2,
    WAITING: 3.0,
    BELOW: 2.5,
}
"""Where intent stands on average before the customer's and the person's own, on its scale 1-5."""
REGARD, LEAVING, OF_CUSTOMER, OF_PERSON = 0.25, -0.7, 0.3, 0.55
RESPONSE = {
    ABOVE: 0.62,
    NO_TROUBLE: 0.60,
    AS_EXPECTED: 0.48,
    WAITING: 0.38,
    NOT_CONSULTED: 0.36,
    BELOW: 0.36,
}
LESS_WHEN_SMALL = 0.06

TRUTH = {
    "consulted": CONSULT,
    "trouble_before_the_guide": 0.60,
    "trouble_after_the_guide": 0.51,
    "operation_before_the_guide": RATES["operation"],
    "operation_after_the_guide": AFTER_THE_GUIDE,
    "best_use_small": SMALL_BEST_USE,
    "best_use_others": RATES["best_use"],
    "response_rate": 0.48,
}
"""Shares of all who are asked, but for some points of chance; ``test_sample_surveys`` holds it."""


@dataclass(frozen=True)
class Voter:
    """One person asked in one year: the answers they would give, and whether they gave them."""

    account_key: str
    person_key: str
    is_small: bool
    english: bool
    answers: dict[str, Any]
    handed_in_on: date | None

    @property
    def leaf(self) -> str:
        return leaf_of(*(self.answers.get(key) for key in ("trouble", "consulted", "answer")))


@dataclass(frozen=True)
class Asking:
    """One year: ``year`` counts from 0; everybody asked, in the order of the customers."""

    year: int
    opens_on: date
    closes_on: date
    voters: list[Voter]


def make_surveys(
    customers: list[Customer], contacts: dict[str, list[Contact]], today: date
) -> list[Asking]:
    """The three years, oldest first."""
    return [_asking(year, customers, contacts, today) for year in range(len(DAYS_AGO))]


def _asking(
    year: int, customers: list[Customer], contacts: dict[str, list[Contact]], today: date
) -> Asking:
    rng = np.random.default_rng(SEED + year)
    opens_on = today - timedelta(days=DAYS_AGO[year])
    voters = []
    for customer in customers:
        known = customer.signed_up + timedelta(days=KNOWN_DAYS) <= opens_on
        stays = customer.left_on is None or customer.left_on >= opens_on
        own = float(rng.normal(0, OF_CUSTOMER))
        for contact in contacts[customer.key]:
            voter = _voter(rng, customer, contact, year, opens_on, own)
            if known and stays:
                voters.append(voter)
    return Asking(year, opens_on, opens_on + timedelta(days=OPEN_DAYS), voters)


def rates(*, is_small: bool, year: int) -> dict[str, float]:
    """How often each kind of trouble comes to a person within the year."""
    changed = {"best_use": SMALL_BEST_USE} if is_small else {}
    if year >= GUIDE_IN_YEAR:
        changed["operation"] = AFTER_THE_GUIDE
    return RATES | changed


def _voter(
    rng: np.random.Generator,
    customer: Customer,
    contact: Contact,
    year: int,
    opens_on: date,
    own: float,
) -> Voter:
    is_small = customer.employees < FEWEST_KNOWN
    chances = rates(is_small=is_small, year=year)
    kinds = [kind for kind, chance in chances.items() if rng.random() < chance]
    answers = _experience(rng, customer, kinds)
    leaf = leaf_of(*(answers.get(key) for key in ("trouble", "consulted", "answer")))
    mood = LEVEL[leaf] + REGARD * _regard(customer) + own + float(rng.normal(0, OF_PERSON))
    if customer.left_on and 0 <= (customer.left_on - opens_on).days <= 365:
        mood += LEAVING
    answers |= _opinion(rng, mood, with_miss=year > 0)
    answers |= _texts(rng, answers, kinds, leaf, mood, english=customer.english)
    chance = RESPONSE[leaf] - LESS_WHEN_SMALL * is_small
    answered, waits = rng.random() < chance, min(int(rng.gamma(1.3, 4)), OPEN_DAYS)
    day = opens_on + timedelta(days=waits)
    return Voter(
        customer.key, contact.key, is_small, customer.english, answers, day if answered else None
    )


def _regard(customer: Customer) -> float:
    """What the customer's hidden traits say about staying, about standard normal."""
    reached = customer.first_value_days
    early = -2.0 if reached is None else max(-2.0, min(2.0, (3.3 - math.log(reached)) / 0.85))
    return (early + customer.traits.broad) / math.sqrt(2)


def _experience(rng: np.random.Generator, customer: Customer, kinds: list[str]) -> dict[str, Any]:
    consults, channel, why, compared = rng.random(4)
    if not kinds:
        return {"trouble": NO}
    found: dict[str, Any] = {"trouble": YES, "trouble_kind": kinds}
    if consults >= CONSULT:
        reasons = ("where", "time", "solved", "minor", "no_hope")
        return found | {"consulted": NO, "why_not": [_one_of(reasons, why, (3, 2, 2, 2, 1))]}
    with_csm = 5 if customer.touch_model in ("high", "mid") else 2
    ways = ("csm", "support_mail", "support_phone", "chat", "sales")
    by = _one_of(ways, channel, (with_csm, 3, 1.5, 1, 0.5))
    shares = ANSWERS["csm" if by == "csm" else ""]
    answer = _one_of(tuple(shares), compared, tuple(shares.values()))
    return found | {"consulted": YES, "channel": [by], "answer": answer}


def _one_of(values: tuple[str, ...], draw: float, weights: tuple[float, ...]) -> str:
    ends = np.cumsum(weights) / sum(weights)
    return values[min(int(np.searchsorted(ends, draw, side="right")), len(values) - 1)]


def _opinion(rng: np.random.Generator, mood: float, *, with_miss: bool) -> dict[str, int]:
    satisfied, intends, recommends, misses = rng.normal(0, 0.45, 4)

    def on_scale(value: float, low: int, high: int) -> int:
        return max(low, min(high, round(value)))

    found = {
        "satisfaction": on_scale(mood - 0.15 + satisfied, 1, 5),
        "intent": on_scale(mood + intends, 1, 5),
        "recommend": on_scale(2.1 * mood - 1.0 + 2 * recommends, 0, 10),
    }
    return found | ({"miss": on_scale(0.6 * mood - 0.1 + misses, 1, 3)} if with_miss else {})


def _texts(
    rng: np.random.Generator,
    answers: dict[str, Any],
    kinds: list[str],
    leaf: str,
    mood: float,
    *,
    english: bool,
) -> dict[str, str]:
    """What people wrote of their own accord; drawn for everybody, so that draws stay in step."""
    on_answer, on_all, about_kind = rng.random(3)
    special = next((kind for kind in kinds if kind in ("operation", "best_use", "defect")), "")
    topic = WELL if mood >= 3.6 else POORLY
    if special and about_kind < 0.45:
        topic = special
    if leaf == NOT_CONSULTED and about_kind < 0.7:
        topic = NOT_CONSULTED
    answered = leaf if leaf in LEAVES[2:] else ABOVE
    texts = {
        "answer_comment": said(rng, answered, english=english),
        "comment": said(rng, topic, english=english),
    }
    if on_answer >= 0.5 or answers.get("consulted") != YES:
        del texts["answer_comment"]
    if on_all >= 0.45:
        del texts["comment"]
    return texts


def share(voters: Iterable[Voter], key: str, value: str) -> float:
    """How many of those who have the question answer ``value`` (or name it), as a share."""
    said_so = [
        value in given if isinstance(given, list) else given == value
        for given in (voter.answers.get(key) for voter in voters)
        if given is not None
    ]
    return sum(said_so) / len(said_so) if said_so else float("nan")
