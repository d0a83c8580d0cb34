"""The sample's contracts: term after term, each decided by the customer's traits and some luck."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from banso.shell.sample.customers import Customer

# log-odds of not renewing, for an average customer, by length of the term
BASE = {12: -2.0, 6: -2.6, 1: -4.3}
# log-odds per standard deviation: only these two go with renewal, size a little
EARLY, BROAD, SIZE = -0.85, -0.8, -0.2
NOTICE_DAYS = {12: (15, 75), 6: (10, 45), 1: (3, 20)}
PLANS = (("ライト", 24_000, 900), ("スタンダード", 48_000, 1_200), ("プレミアム", 120_000, 1_500))
YEN_PER_DOLLAR = 150


@dataclass
class Term:
    key: str
    account_key: str
    plan: str
    start: date
    end: date | None
    months: int
    mrr: float
    currency: str
    seats: int
    outcome: str = ""
    notice_on: date | None = None


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def chance_of_leaving(customer: Customer, months: int) -> float:
    reached = customer.first_value_days
    early = -2.0 if reached is None else max(-2.0, min(2.0, (3.3 - math.log(reached)) / 0.85))
    traits = customer.traits
    logit = BASE[months] + EARLY * early + BROAD * traits.broad + SIZE * traits.size
    return 1 / (1 + math.exp(-logit))


def make_terms(rng: np.random.Generator, customers: list[Customer], today: date) -> list[Term]:
    """All terms of all customers; sets ``left_on`` of those who did not renew."""
    made: list[Term] = []
    for customer in customers:
        months = (
            12 if customer.employees >= 600 else int(rng.choice((12, 6, 1), p=(0.78, 0.1, 0.12)))
        )
        seats = max(3, round(customer.employees**0.62 * math.exp(rng.normal(0, 0.25))))
        made += (
            _rolling(rng, customer, seats, today)
            if months == 1
            else _fixed(rng, customer, months, seats, today)
        )
    return made


def _price(customer: Customer, seats: int) -> tuple[str, float, str]:
    plan, base, per_seat = PLANS[0 if seats < 15 else 1 if seats < 70 else 2]
    yen = base + per_seat * seats
    if customer.english:
        return plan, round(yen / YEN_PER_DOLLAR, 2), "USD"
    return plan, float(yen // 1000 * 1000), "JPY"


def _fixed(
    rng: np.random.Generator, customer: Customer, months: int, seats: int, today: date
) -> list[Term]:
    terms: list[Term] = []
    start = customer.signed_up
    while True:
        plan, mrr, currency = _price(customer, seats)
        key = f"S-{customer.key[2:]}-{len(terms) + 1}"
        end = months_after(start, months) - timedelta(days=1)
        term = Term(key, customer.key, plan, start, end, months, mrr, currency, seats)
        terms.append(term)
        leaves = rng.random() < chance_of_leaving(customer, months)
        notice = end - timedelta(days=int(rng.integers(*NOTICE_DAYS[months])))
        if leaves and notice <= today:
            term.notice_on = notice
        if end >= today:
            return terms
        if today - end < timedelta(days=8) and not leaves and rng.random() < 0.6:
            return terms  # nobody has written down yet how it ended
        term.outcome = "churned" if leaves else "renewed"
        if leaves:
            customer.left_on = end
            return terms
        start = end + timedelta(days=1)
        seats = max(3, round(seats * math.exp(rng.normal(0.04, 0.12))))


def _rolling(rng: np.random.Generator, customer: Customer, seats: int, today: date) -> list[Term]:
    plan, mrr, currency = _price(customer, seats)
    term = Term(
        f"S-{customer.key[2:]}-1",
        customer.key,
        plan,
        customer.signed_up,
        None,
        1,
        mrr,
        currency,
        seats,
    )
    month = 1
    while (end := months_after(customer.signed_up, month) - timedelta(days=1)) < today:
        if rng.random() < chance_of_leaving(customer, 1):
            term.end, term.outcome = end, "churned"
            term.notice_on = end - timedelta(days=int(rng.integers(*NOTICE_DAYS[1])))
            customer.left_on = end
            break
        month += 1
    return [term]
