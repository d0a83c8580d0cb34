"""Whom to visit and why, and what to ask there: decisions on plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from banso.listen.surveys import meanings

DETRACTOR, BELOW, WAITING = "detractor", "below", "waiting"
NOT_CONSULTED, NOT_MISSED, ABOVE, SILENT = "not_consulted", "not_missed", "above", "silent"
REASONS = (DETRACTOR, BELOW, WAITING, NOT_CONSULTED, NOT_MISSED, ABOVE, SILENT)
"""Why to visit, the most pressing first: a customer stands where its most pressing reason is."""

DETRACTORS_UP_TO, NOT_MISSED_AT = 6, 1
KEY_FROM_RANK = 0.8
"""A customer is a key one from here on, where 1 pays most of those in its currency."""
OPEN, HELD, CALLED_OFF = "open", "held", "off"


def reasons_of_answer(leaf: str, recommend: int | None, miss: int | None) -> list[str]:
    """Why one answer asks for a visit, the most pressing first."""
    holds = {
        DETRACTOR: recommend is not None and recommend <= DETRACTORS_UP_TO,
        BELOW: leaf == meanings.BELOW,
        WAITING: leaf == meanings.WAITING,
        NOT_CONSULTED: leaf == meanings.NOT_CONSULTED,
        NOT_MISSED: miss == NOT_MISSED_AT,
        ABOVE: leaf == meanings.ABOVE,
    }
    return [reason for reason in REASONS if holds.get(reason)]


@dataclass(frozen=True)
class Candidate:
    """A customer to visit: how many of its people gave each reason."""

    account_id: int
    name: str
    amount: float
    counts: Mapping[str, int]

    @property
    def reasons(self) -> list[str]:
        return [reason for reason in REASONS if self.counts.get(reason)]


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """By the most pressing reason; within it, who gave more of it, pays more, and by name."""

    def place(one: Candidate) -> tuple[int, int, float, str, int]:
        first = one.reasons[0]
        more = (-one.counts[first], -one.amount, one.name, one.account_id)
        return (REASONS.index(first), *more)

    return sorted((one for one in candidates if one.reasons), key=place)


def state_of(*, held: bool, called_off: bool) -> str:
    if called_off:
        return CALLED_OFF
    return HELD if held else OPEN
