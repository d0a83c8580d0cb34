"""How urgent and how large: decisions about signals on plain values."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

LEAST_VALUE = 0.6
MOST_STEPS = 201


def grown(value: float, start: float, full: float) -> float:
    """0 at ``start``, 1 at ``full`` and beyond."""
    if full == start:
        return 1.0 if value >= full else 0.0
    return min(max((value - start) / (full - start), 0.0), 1.0)


def priority(urgency: float, value_rank: float) -> int:
    """0…100: how urgent it is, less for a small customer; size never outweighs urgency wholly."""
    return round(min(max(urgency, 0.0), 100.0) * (LEAST_VALUE + (1 - LEAST_VALUE) * value_rank))


class ValueRanks:
    """Where an amount stands among all in the same currency: 0 smallest, 1 largest.

    Of many amounts the steps of the two-hundredths are kept, so that one more customer does not
    ask for all amounts again.
    """

    def __init__(self, amounts: Iterable[tuple[str, int]]) -> None:
        found: dict[str, list[int]] = {}
        for currency, amount in amounts:
            found.setdefault(currency, []).append(amount)
        self.steps = {currency: _steps(sorted(each)) for currency, each in found.items()}

    @classmethod
    def of_steps(cls, steps: Mapping[str, list[int]]) -> ValueRanks:
        """As they were kept."""
        ranks = cls(())
        ranks.steps = dict(steps)
        return ranks

    def of(self, currency: str, amount: int | None) -> float:
        """The mid rank; the middle where nothing is known or nobody to compare with."""
        others = self.steps.get(currency, [])
        if amount is None or len(others) < 2:
            return 0.5
        below, up_to = bisect_left(others, amount), bisect_right(others, amount)
        return (below + up_to) / 2 / len(others)


def _steps(ordered: list[int]) -> list[int]:
    if len(ordered) <= MOST_STEPS:
        return ordered
    last = len(ordered) - 1
    return [ordered[round(n * last / (MOST_STEPS - 1))] for n in range(MOST_STEPS)]


def silence_allowed(touch_model: str, settings: Mapping[str, int]) -> int | None:
    """After how many days without contact a customer wants one; None where nobody expects any."""
    days = settings.get(touch_model or "unset")
    return days or None


def snoozed_until(choice: str, today: date, until: date | None) -> date | None:
    """The day a snoozed signal returns; None for a choice that is no choice."""
    if choice == "week":
        return today + timedelta(days=7)
    if choice == "month":
        return today + timedelta(days=30)
    if choice == "date" and until and until > today:
        return until
    return None
