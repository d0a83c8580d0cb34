"""GRR, NRR and logo churn of those who were customers at the first day of a ledger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.measure.revenue.ledger import CHURN, CONTRACTION, EXPANSION, Ledger
from banso.measure.revenue.spans import Ints
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.bootstrap import money_ratios
from banso.prove.engine.proportions import rate

Found = Answer | NoAnswer
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TopAccount:
    """The customer with the most money at the first day: its share, and NRR without it."""

    account_id: int
    share: float
    nrr_without: float | None


@dataclass(frozen=True)
class Retained:
    """What became of the opening customers by the last day.

    nrr = their money then / their money at the opening; grr caps each at its opening money; both
    with an interval over accounts. lost: how many of them are customers no longer. product: the
    periods' own NRR multiplied, None where a period opened without money: it counts the customers
    who came in between, NRR does not. top is None without money.
    """

    customers: int
    opening: int
    now: int
    kept: int
    lost: int
    nrr: Found
    grr: Found
    logo_churn: Found
    product: float | None
    top: TopAccount | None


def retained(books: Ledger, first: int = 0, last: int = -1) -> Retained:
    """The ratios between days[first] and days[last]; product over the periods between them."""
    last = last if last >= 0 else len(books.days) + last
    opening, there = books.standing(first)
    closing, still = books.standing(last)
    mine = np.flatnonzero(there)
    start = opening[mine].astype(np.float64)
    end = np.where(still[mine], closing[mine], 0).astype(np.float64)
    capped = np.minimum(start, end)
    nrr, grr = money_ratios(np.column_stack((end, capped)), start)
    lost = int((~still[mine]).sum())
    return Retained(
        customers=len(mine),
        opening=int(opening[mine].sum()),
        now=int(end.sum()),
        kept=int(capped.sum()),
        lost=lost,
        nrr=nrr,
        grr=grr,
        logo_churn=rate(lost, len(mine)) if len(mine) else NoAnswer("nobody_then"),
        product=_product(books, first, last),
        top=_top(books.accounts[mine], start, end),
    )


def _product(books: Ledger, first: int, last: int) -> float | None:
    opened = books.closing[first:last]
    if (opened <= 0).any():
        return None
    stayed = books.moved[first:last][:, [EXPANSION, CONTRACTION, CHURN]].sum(axis=1)
    return float(np.prod(1 + stayed / opened))


def _top(accounts: Ints, start: Floats, end: Floats) -> TopAccount | None:
    total = float(start.sum())
    if not total > 0:
        return None
    most = int(start.argmax())
    rest = total - float(start[most])
    without = (float(end.sum()) - float(end[most])) / rest if rest > 0 else None
    return TopAccount(int(accounts[most]), float(start[most]) / total, without)
