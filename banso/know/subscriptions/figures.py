"""The figures of an account that follow from its subscriptions: what it pays a month and when it
decides next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from banso.know.subscriptions.rules import GRACE_DAYS, add_months

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Term:
    start: date
    end: date | None
    term_months: int
    is_trial: bool
    outcome: str
    mrr_minor: int | None
    currency: str


@dataclass(frozen=True)
class Figures:
    """``mrr_minor`` is None when nothing is known, or when several currencies cannot be added."""

    next_renewal_on: date | None
    mrr_minor: int | None
    currency: str


def figures(terms: Sequence[Term], today: date) -> Figures:
    """What runs today, added up; a term said to be renewed goes on until the next one of the
    account begins.
    """
    paid = [term for term in terms if not term.is_trial]
    running = [term for term in paid if term.start <= today and _runs(term, paid, today)]
    renewals = [day for term in running if (day := _next_decision(term, today))]
    amounts = [(term.mrr_minor, term.currency) for term in running if term.mrr_minor is not None]
    currencies = {currency for amount, currency in amounts if amount}
    if len(currencies) > 1:
        return Figures(min(renewals, default=None), None, "")
    currency = next(iter(currencies), next((c for _, c in amounts), ""))
    if amounts:
        total: int | None = sum(amount for amount, _ in amounts)
    else:
        total = 0 if paid and not running else None
        currency = currency or next((term.currency for term in paid if term.currency), "")
    return Figures(min(renewals, default=None), total, currency)


def _runs(term: Term, paid: Sequence[Term], today: date) -> bool:
    if term.end is None or term.end > today:
        return True
    if term.end == today:  # the last day counts, unless the next term begins on it
        return not any(other is not term and other.start == today for other in paid)
    if term.outcome != "renewed":
        return False
    soon = term.end - timedelta(days=GRACE_DAYS)
    return not any(other is not term and other.start >= soon for other in paid)


def _next_decision(term: Term, today: date) -> date | None:
    """The end, or the next step of a term that goes on, today included; None when it is decided
    that it ends.
    """
    if term.end is not None and (term.end > today or term.outcome != "renewed"):
        return term.end if term.outcome == "" else None
    begin = term.start if term.end is None else term.end
    steps = max((today.year - begin.year) * 12 + today.month - begin.month, 0) // term.term_months
    for step in (max(steps, 1), steps + 1, steps + 2):
        day = np.array([(begin - EPOCH).days], dtype=np.int64)
        later = EPOCH + timedelta(days=int(add_months(day, np.array([step * term.term_months]))[0]))
        if later >= today:
            return later
    return None
