"""What the engine hands back: an `Answer` with its interval and n, or a `NoAnswer` that says what
is missing.

Nothing here stands for "cannot tell" by a neutral number: no 0, no odds ratio of 1, no p of 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Check:
    """One check an answer went through.

    `name` is a stable code, `value` what was found, `threshold` what it was held against,
    `passed` the judgement (None = could not be run or is only informative).
    """

    name: str
    value: float | None
    threshold: float | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An estimate that passed its gates.

    value       the estimate, on `scale` ("proportion", "difference", "odds_ratio", "survival",
                "auc", ...)
    low, high   limits of the interval at `confidence` (share, 0.95 = 95 %)
    n           rows the estimate rests on; `events` rows with the event; `accounts` clusters, None
                if rows = accounts
    se, p, q    standard error on the scale of the model, p-value, q after false-discovery control;
                None = not asked
    method      stable code of the method, e.g. "wilson"
    Raises ValueError for a number that is not finite in value or low <= high violated.
    """

    value: float
    low: float
    high: float
    n: int
    events: int
    scale: str
    method: str
    accounts: int | None = None
    confidence: float = 0.95
    se: float | None = None
    p: float | None = None
    q: float | None = None
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        if not math.isfinite(self.value) or math.isnan(self.low) or math.isnan(self.high):
            raise ValueError("an answer needs finite numbers; return NoAnswer instead")
        if self.low > self.high:
            raise ValueError(f"interval upside down: {self.low} > {self.high}")


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer, what is needed, and when there may be one.

    reason       stable code, e.g. "too_few_events"
    needs        numbers: what there is and what is needed, e.g. {"events": 6, "events_needed": 20}
    expected_by  the date by which it may change; None = cannot be foretold
    """

    reason: str
    needs: Mapping[str, float] = field(default_factory=dict)
    expected_by: date | None = None

    def __post_init__(self) -> None:
        if not self.reason:
            raise ValueError("NoAnswer needs a reason")
        object.__setattr__(self, "needs", MappingProxyType(dict(self.needs)))
