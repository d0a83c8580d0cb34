"""What is asked of a change, on plain values: its assumptions, and who is asked to renew when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from banso.know.subscriptions.rules import MONTHLY_LANDMARK_DAYS, add_months

Days = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DAYS_A_MONTH = 30.4375
HORIZONS = (6, 9, 12, 18, 24)
FEWEST_CUSTOMERS = 10
LEVELS_OF_ASSOCIATION = ("L1", "L2")
EFFECT = "effect:"
FIELD = "field:"
MILESTONE = "milestone:"
IS, REACHED = "is", "reached"
MEASURED_MONTHS = 3
"""An effect on customers that decide monthly was measured over so many months."""


@dataclass(frozen=True)
class Asked:
    """A change and every assumption that a person may set.

    metric: its key, or "effect:" with the number of a measure whose effect was measured, "field:"
    with the key of a finding about a field, "milestone:" with the key of a first time.
    compare: "" the mean of the metric, else the share of customers that reached
    ("at_least", "at_most") the threshold, that have the value ``level`` of a field ("is"), or that
    got to a milestone ("reached", within ``threshold`` days if it is said). target: mean or share
    after the change. quarters: until it is reached. horizon in months. renewal: share renewed
    without the change, None as it was lately. low, high: share of the difference that comes across.
    cost in minor units; years: how long value is counted.
    """

    metric: str
    target: float
    compare: str = ""
    threshold: float | None = None
    quarters: int = 2
    horizon: int = 12
    renewal: float | None = None
    low: float = 0.0
    high: float = 1.0
    discount: float = 0.10
    margin: float = 1.0
    years: int = 5
    cost: int = 0
    currency: str = ""
    level: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_effect(self) -> bool:
        """Whether the basis is a measured effect rather than an association."""
        return self.metric.startswith(EFFECT)

    @property
    def is_field(self) -> bool:
        return self.metric.startswith(FIELD)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Asked:
        return cls(**{name: told[name] for name in cls.__dataclass_fields__ if name in told})


@dataclass(frozen=True)
class Terms:
    """Present customers as columns: account, months of a term, months until the next decision and
    before it at which the metric is measured, renewals made by then, days as a customer at that
    measuring, MRR. noticed: customers left aside because they have given notice.
    """

    account: Days
    months: Days
    first: Floats
    lead: Floats
    made: Floats
    tenure: Floats
    mrr: Days
    noticed: int

    def __len__(self) -> int:
        return len(self.account)


def next_decisions(start: Days, end: Days, months: Days, goes_on: Mask, cut: int) -> Days:
    """The day on which each present term is decided next: its step after `cut`, or its end if that
    comes first; one whose renewal is known already is decided a term after its end.
    """
    passed = _whole_months(start, np.full_like(start, cut))
    step = add_months(start, (passed // months + 1) * months)
    due = np.minimum(step, end)
    after = add_months(np.where(goes_on, end, due), np.where(goes_on, months, 0))
    return np.where(goes_on, after, due).astype(np.int64)


def _whole_months(start: Days, until: Days) -> Days:
    month = "datetime64[M]"
    begin, stop = start.astype("datetime64[D]"), until.astype("datetime64[D]")
    apart = (stop.astype(month) - begin.astype(month)).astype(np.int64)
    return np.asarray(np.where(add_months(start, apart) > until, apart - 1, apart))


def lead_days(months: Days, landmark_days: int) -> Days:
    """Days before a decision at which the metric counts."""
    return np.where(months >= 3, landmark_days, MONTHLY_LANDMARK_DAYS).astype(np.int64)


def reached(values: Floats, asked: Asked) -> Floats:
    """1 where a value reaches the threshold of a step, else 0; the values must be known. Of a field
    and a milestone they are 1 and 0 already.
    """
    if asked.compare in (IS, REACHED):
        return np.asarray(values > 0, dtype=np.float64)
    edge = asked.threshold or 0.0
    told = values >= edge if asked.compare == "at_least" else values <= edge
    return np.asarray(told, dtype=np.float64)


def got_there(days: Floats, waits: Mask, within: float | None) -> Floats:
    """1 for who got to a milestone (within so many days), 0 for who did not, NaN where it cannot be
    told yet. days: until it, or waited so far where ``waits``.
    """
    known = np.isfinite(days)
    told = np.where(waits, 0.0, 1.0)
    if within is not None:
        told = np.where(waits, 0.0, (days <= within).astype(np.float64))
        known &= ~waits | (days >= within)
    return np.asarray(np.where(known, told, np.nan))


def per_decision(months: Days) -> Floats:
    """Share of a measured effect on one decision: monthly ones share that on three months."""
    return np.minimum(months / MEASURED_MONTHS, 1.0).astype(np.float64)


def months_after(day: date, months: int) -> date:
    """The day so many months later."""
    number = np.array([(day - date(1970, 1, 1)).days], dtype=np.int64)
    found = int(add_months(number, np.array([months], dtype=np.int64))[0])
    return date.fromordinal(found + date(1970, 1, 1).toordinal())


def highest_share(reached: Mask, decided: Days, fewest: int = 20) -> float:
    """The largest share that reached it among the decisions of any quarter of a year, with at least
    so many of them; 0 when no quarter has that many.
    """
    quarter = decided.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // 3
    _, place, count = np.unique(quarter, return_inverse=True, return_counts=True)
    share = np.bincount(place.reshape(-1), weights=reached) / count
    return float(share[count >= fewest].max(initial=0.0))


def kept_within(came: float, low: float, high: float) -> str:
    """Where what came lies: "below", "within" or "above" a range."""
    if came < low:
        return "below"
    return "above" if came > high else "within"
