"""What customers are still worth by how long they have stayed, and which order of work it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.lifetime import (
    OPPORTUNITIES_NEEDED,
    SEEN_BY,
    STARTERS_NEEDED,
    Lifetime,
    Renewals,
)
from banso.prove.engine.lifetime_value import (
    constant_remaining_terms,
    expected_terms,
    pay_back,
    remaining_terms,
    value_of_base,
)
from banso.prove.engine.projection import BackTest, Projection, project, share_still_there
from banso.prove.lifetime.lives import DAYS_A_MONTH, Floats, Ints, Lives
from banso.prove.lifetime.margins import Margins

TERMS = {12: (1, 2, 3, 4, 5, 7, 10), 1: (6, 12, 18, 24, 36, 48, 60)}
TENURES_SHOWN = 12
MOST_TENURE = 240


@dataclass(frozen=True)
class Assumptions:
    """What the reader chose: yearly discount, share of revenue that is margin, how many years
    ahead count (None = all).
    """

    discount: float = 0.10
    margin: float = 1.0
    years: int | None = 5

    def per_term(self, months: int) -> float:
        """The discount per term."""
        return float((1 + self.discount) ** (months / 12) - 1)

    def horizon(self, months: int) -> int | None:
        return None if self.years is None else max(self.years * 12 // months, 1)


@dataclass(frozen=True)
class Tenure:
    """Present customers before their n-th renewal: how many, what they pay a month, the chance of
    renewing then, terms still expected (discounted), what they are worth together with its
    interval, and what they would be worth if everybody renewed at the same rate.
    """

    first: int
    last: int
    customers: int
    mrr: int
    retention: float
    terms: Answer
    value: Answer
    worth_constant: float

    @property
    def worth(self) -> float:
        return self.value.value


@dataclass(frozen=True)
class Worth:
    """The answer for one kind of contract: model, projection with its test, value by tenure.

    `new`: discounted terms of a customer who begins now. `rate`: the one renewal rate of all
    decisions taken together.
    """

    months: int
    renewals: Renewals
    projection: Projection
    shares: list[tuple[int, Answer]]
    new: Answer
    rate: float
    tenures: list[Tenure]
    total: Answer

    @property
    def fit(self) -> Lifetime:
        return self.projection.fit

    @property
    def tested(self) -> BackTest | None:
        found = self.projection.back_test
        return found if isinstance(found, BackTest) else None

    @property
    def total_constant(self) -> float:
        return sum(tenure.worth_constant for tenure in self.tenures)


def worth(
    some: Lives, months: int, assumed: Assumptions, margins: Margins | None = None
) -> Worth | NoAnswer:
    """The value of these customers, all on terms of so many months; gates as in the engine.

    margins: what each leaves of its revenue; without them the margin assumed for all.
    """
    renewals = some.renewals(months)
    watched = some.watched_terms(months, SEEN_BY)
    if renewals.starters >= STARTERS_NEEDED and watched < OPPORTUNITIES_NEEDED:
        needs = {"renewals_seen": watched, "renewals_seen_needed": OPPORTUNITIES_NEEDED}
        return NoAnswer("too_few_renewals_seen", needs)
    ahead = TERMS[months]
    projection = project(renewals, max(ahead))
    if isinstance(projection, NoAnswer):
        return projection
    fit, discount, horizon = projection.fit, assumed.per_term(months), assumed.horizon(months)
    rate = 1 - float(renewals.left.sum() / renewals.decided.sum())
    earned = _earned(some, assumed, margins)
    stands, money = _per_term(some, months, earned)
    return Worth(
        months=months,
        renewals=renewals,
        projection=projection,
        shares=[(t, share_still_there(fit, t)) for t in ahead],
        new=expected_terms(fit, discount, horizon=horizon),
        rate=rate,
        tenures=_tenures(some, months, fit, assumed, rate, earned),
        total=value_of_base(fit, stands, money, discount, horizon=horizon),
    )


def _earned(some: Lives, assumed: Assumptions, margins: Margins | None) -> Floats:
    """Margin a month of each customer."""
    return (margins or Margins(assumed.margin)).of(some.account, some.mrr)


def _per_term(some: Lives, months: int, earned: Floats) -> tuple[Ints, Floats]:
    """The renewals before which present customers stand, and their margin per term at each."""
    here = ~some.left
    stands, place = np.unique(next_renewal(some, months)[here], return_inverse=True)
    money = np.bincount(place.reshape(-1), weights=earned[here], minlength=len(stands))
    return stands, np.asarray(money * months, dtype=np.float64)


def next_renewal(some: Lives, months: int) -> Ints:
    """Before which renewal each customer stands now (1 = its first)."""
    made, _before = some.terms(months)
    return np.minimum(made + 1, MOST_TENURE)


def _tenures(
    some: Lives, months: int, fit: Lifetime, assumed: Assumptions, rate: float, earned: Floats
) -> list[Tenure]:
    here = ~some.left
    nth = next_renewal(some, months)
    bands = _bands(nth[here])
    found = []
    discount, horizon = assumed.per_term(months), assumed.horizon(months)
    constant = _constant(rate, discount, horizon)
    stands, money = _per_term(some, months, earned)
    for first, last in bands:
        mine = here & (nth >= first) & (nth <= last)
        band = (stands >= first) & (stands <= last)
        middle = int(np.median(nth[mine]))
        found.append(
            Tenure(
                first,
                last,
                int(mine.sum()),
                int(some.mrr[mine].sum()),
                float(fit.retention([middle])[0]),
                remaining_terms(fit, middle, discount, horizon=horizon),
                value_of_base(fit, stands[band], money[band], discount, horizon=horizon),
                float(money[band].sum()) * constant,
            )
        )
    return found


def _bands(nth: Ints) -> list[tuple[int, int]]:
    """Every renewal for itself, or twelve together where there are many (monthly contracts)."""
    if not len(nth):
        return []
    width = 1 if int(nth.max()) <= TENURES_SHOWN else 12
    starts = range(1, int(nth.max()) + 1, width)
    bands = [(start, start + width - 1) for start in starts]
    return [(a, b) for a, b in bands if ((nth >= a) & (nth <= b)).any()]


def _constant(rate: float, discount: float, horizon: int | None) -> float:
    if horizon is None:
        return constant_remaining_terms(rate, discount)
    step = rate / (1 + discount)
    return rate * (horizon if step == 1 else (1 - step**horizon) / (1 - step))


@dataclass(frozen=True)
class Ranked:
    """One present customer: its next renewal, what it pays and leaves us a month, the chance (of
    customers of its tenure) to leave then, what it is worth if it renews, and its places in the two
    orders (1 = first).
    """

    account_id: int
    nth: int
    mrr: int
    earned: float
    leaving: float
    worth: float
    at_stake: float
    by_risk: int
    by_value: int


def ranked(
    some: Lives, found: Worth, assumed: Assumptions, margins: Margins | None = None
) -> list[Ranked]:
    """Customers by the chance to leave (equal ones by whose renewal comes first), and by that
    chance times what would be lost.
    """
    here = np.flatnonzero(~some.left)
    nth = next_renewal(some, found.months)[here]
    discount, horizon = assumed.per_term(found.months), assumed.horizon(found.months)
    stages = np.unique(nth)
    terms = {
        int(n): remaining_terms(found.fit, int(n), discount, horizon=horizon).value for n in stages
    }
    retention = dict(zip(stages.tolist(), found.fit.retention(stages).tolist(), strict=True))
    leaving = np.array([1 - retention[int(n)] for n in nth])
    mrr, earned = some.mrr[here], _earned(some, assumed, margins)[here]
    per_term = earned * found.months
    if_renewed = per_term * np.array([terms[int(n)] / max(retention[int(n)], 1e-9) for n in nth])
    stake = leaving * if_renewed
    account = some.account[here]
    wait = nth * found.months * DAYS_A_MONTH - some.days[here]
    risk_order = np.lexsort((account, wait, -leaving))
    value_order = np.lexsort((account, -stake))
    by_risk, by_value = np.empty(len(here), dtype=int), np.empty(len(here), dtype=int)
    by_risk[risk_order] = np.arange(1, len(here) + 1)
    by_value[value_order] = np.arange(1, len(here) + 1)
    return [
        Ranked(
            int(account[i]),
            int(nth[i]),
            int(mrr[i]),
            float(earned[i]),
            float(leaving[i]),
            float(if_renewed[i]),
            float(stake[i]),
            int(by_risk[i]),
            int(by_value[i]),
        )
        for i in value_order
    ]


@dataclass(frozen=True)
class Disagreement:
    """The first `size` customers of each order: only in the order of risk, only in that of value,
    and how many are in both; what would be lost, expected, by looking only at either. costly: how
    many of the first order's cost as much as they bring, or more.
    """

    size: int
    only_risk: list[Ranked]
    only_value: list[Ranked]
    both: int
    stake_by_risk: float
    stake_by_value: float
    costly: int


def disagreement(rows: list[Ranked]) -> Disagreement:
    """The tenth of the customers (5 to 50) that each order would look after first."""
    size = min(max(len(rows) // 10, 5), 50, len(rows))
    risk = [row for row in rows if row.by_risk <= size]
    value = [row for row in rows if row.by_value <= size]
    return Disagreement(
        size,
        sorted((r for r in risk if r.by_value > size), key=lambda r: r.by_risk),
        sorted((r for r in value if r.by_risk > size), key=lambda r: r.by_value),
        sum(r.by_value <= size for r in risk),
        sum(r.at_stake for r in risk),
        sum(r.at_stake for r in value),
        sum(r.earned <= 0 for r in risk),
    )


@dataclass(frozen=True)
class PayBack:
    """Of `n` customers whose cost of being won is known: mean cost, mean margin per term (minor
    units), and terms until it is earned.
    """

    n: int
    cost: float
    per_term: float
    terms: Answer | NoAnswer


def paid_back(
    some: Lives,
    found: Worth,
    costs: dict[int, float],
    first_mrr: dict[int, int],
    assumed: Assumptions,
    margins: Margins | None = None,
) -> PayBack | NoAnswer:
    """costs: account -> minor units; first_mrr: account -> what it paid a month at first."""
    known = [
        pk for pk in some.account.tolist() if costs.get(pk, 0) > 0 and first_mrr.get(pk, 0) > 0
    ]
    if len(known) < 10:
        return NoAnswer("too_few_costs", {"customers": len(known), "customers_needed": 10})
    cost = float(np.mean([costs[pk] for pk in known]))
    paid = np.array([first_mrr[pk] for pk in known], dtype=np.float64)
    each = (margins or Margins(assumed.margin)).of(np.array(known, dtype=np.int64), paid)
    money = float(each.mean()) * found.months
    if money <= 0:
        terms: Answer | NoAnswer = NoAnswer("never_pays_back", {"cost": cost, "earned": money})
        return PayBack(len(known), cost, money, terms)
    terms = pay_back(found.fit, money, cost, assumed.per_term(found.months))
    return PayBack(len(known), cost, money, terms)
