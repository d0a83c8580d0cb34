"""What must be there before a KPI is estimated, and by when it will be (METHODS 1.5, 1.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.columns import Column
from banso.prove.engine.design import Decisions
from banso.prove.engine.findings import Awaiting, Feature, Settings
from banso.prove.engine.normal import quantile, two_sided_z
from banso.prove.engine.power import fdr_alpha, known_by, months_until, smallest_detectable_or

_SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows with the KPI known: rows, events (non-renewals), and accounts with at least one of
    each.
    """

    rows: int
    events: int
    accounts: int
    event_accounts: int
    non_event_accounts: int

    @property
    def non_events(self) -> int:
        return self.rows - self.events

    @property
    def event_rate(self) -> float:
        return self.events / self.rows if self.rows else 0.0

    @classmethod
    def of(cls, column: Column, d: Decisions) -> Counts:
        def accounts(rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
            return int(np.count_nonzero(np.bincount(d.clusters.codes[rows], minlength=1)))

        lost = d.y > 0
        return cls(
            int(np.count_nonzero(column.observed)),
            int(np.count_nonzero(column.observed & lost)),
            accounts(column.observed),
            accounts(column.observed & lost),
            accounts(column.observed & ~lost),
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast decisions come in, and from when."""

    data_cut: date
    per_month: float | None
    settings: Settings

    def of(self, column: Column) -> float | None:
        """Decisions per month in which this KPI is known."""
        if self.per_month is None:
            return None
        share = int(np.count_nonzero(column.observed)) / max(1, len(column.observed))
        return self.per_month * share


def gate(
    feature: Feature, column: Column, counts: Counts, d: Decisions, pace: Pace
) -> NoAnswer | None:
    """Why this KPI may not be estimated yet, or None. Dates assume that decisions go on as before.

    NoAnswer: "too_many_missing"; "too_few_events", "too_few_non_events", "too_few_event_accounts",
    "too_few_non_event_accounts"; "no_variation"; "too_few_in_level" (off the commonest value).
    """
    s = pace.settings
    missing = 1.0 - counts.rows / d.n if d.n else 0.0
    if missing > s.maximum_missing:
        return NoAnswer(
            "too_many_missing", {"share_missing": missing, "share_allowed": s.maximum_missing}
        )
    short = _too_few(column, counts, pace)
    if short is not None:
        return short
    if feature.kind == "nominal":
        if column.tested == 0:
            return NoAnswer("no_variation", {"levels": len(column.labels), "levels_needed": 2})
        return None
    if not column.sd:
        return NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
    known = column.values
    if counts.rows < len(known):
        known = known[column.observed]
    some = known[:: max(1, len(known) // _SAMPLE)]
    typical = np.median(some)
    if len(known) > 1000 * s.minimum_cell and np.count_nonzero(some != typical) > len(some) // 5:
        return None
    other = column.observed & (column.values != typical)
    if int(other.sum()) > 100 * s.minimum_cell:
        return None
    cell = int(np.count_nonzero(np.bincount(d.clusters.codes[other], minlength=1)))
    if cell >= s.minimum_cell:
        return None
    per_month = pace.of(column)
    gaining = None if per_month is None else per_month * cell / counts.rows
    months = months_until(cell, s.minimum_cell, gaining, 1.0)
    needs = {"accounts_in_level": cell, "accounts_needed": s.minimum_cell}
    return NoAnswer("too_few_in_level", needs, known_by(pace.data_cut, months))


def _too_few(column: Column, counts: Counts, pace: Pace) -> NoAnswer | None:
    """Sides with too few rows or accounts; the date is when the slowest of them is filled."""
    s = pace.settings
    sides = {
        "too_few_events": (counts.events, s.minimum_events, counts.event_rate),
        "too_few_non_events": (counts.non_events, s.minimum_events, 1 - counts.event_rate),
        "too_few_event_accounts": (
            counts.event_accounts,
            s.minimum_accounts,
            counts.event_accounts / max(1, counts.rows),
        ),
        "too_few_non_event_accounts": (
            counts.non_event_accounts,
            s.minimum_accounts,
            counts.non_event_accounts / max(1, counts.rows),
        ),
    }
    failing = [reason for reason, (have, wanted, _) in sides.items() if have < wanted]
    if not failing:
        return None
    per_month = pace.of(column)
    waits = [months_until(*sides[reason][:2], per_month, sides[reason][2]) for reason in failing]
    months = None if None in waits else max(w for w in waits if w is not None)
    needs: dict[str, float] = {
        "events": counts.events,
        "non_events": counts.non_events,
        "event_accounts": counts.event_accounts,
        "non_event_accounts": counts.non_event_accounts,
        "events_needed": s.minimum_events,
        "accounts_needed": s.minimum_accounts,
    }
    if months is not None:
        needs["months"] = months
    return NoAnswer(failing[0], needs, known_by(pace.data_cut, months))


def gated_detectable_or(counts: Counts, family_size: int, settings: Settings) -> float | None:
    """Smallest odds ratio per SD visible with the events there are, with the assumed R2 (no model
    fitted).
    """
    return smallest_detectable_or(
        counts.events,
        counts.event_rate,
        alpha=fdr_alpha(settings.q_target, max(1, family_size)),
        power=settings.power,
        r2=settings.assumed_r2,
    )


def fitted_detectable_or(se: float, alpha: float, power: float) -> float | None:
    """exp((z_a + z_b) se): as `smallest_detectable_or`, from the standard error the data really
    gave.
    """
    exponent = (quantile(1 - alpha / 2) + quantile(power)) * se
    return math.exp(exponent) if exponent < 50 else None


def equivalence_zone(feature: Feature, column: Column, s: Settings) -> tuple[float, float]:
    """Limits of b inside which an association is too small to matter.

    Numbers and ordered scores: -ln zone_high to -ln zone_low, per SD. Levels of a nominal KPI:
    between 1/target_or and target_or. Flags: both, since a rare flag has a small SD and a large
    difference between yes and no would look small per SD.
    """
    wide = math.log(s.target_or)
    if feature.kind == "nominal":
        return -wide, wide
    low, high = -math.log(s.zone_high), -math.log(s.zone_low)
    if feature.kind == "flag" and column.sd:
        low, high = max(low, -wide * column.sd), min(high, wide * column.sd)
    return low, high


def undecided(
    b: float, se: float, edge: float, counts: Counts, column: Column, alpha: float, pace: Pace
) -> tuple[NoAnswer, Awaiting]:
    """Estimated, but neither associated nor inside the equivalence zone: what it waits for, and
    until when.

    The standard error shrinks as 1/sqrt(D), so D_needed = D (se/se*)^2. First it waits to see the
    target odds ratio: se* = ln(target)/(z_a + z_b). Where that could be seen already, for the
    interval to fit the zone if there is no association: se* = edge/(z + z((1+power)/2)), edge the
    nearer limit in logs. Where that could have been seen too, for the interval to fit, or to leave
    1, at the present estimate. NoAnswer: "interval_too_wide".
    """
    s = pace.settings
    seen = quantile(1 - alpha / 2) + quantile(s.power)
    z = two_sided_z(s.confidence)
    steps: list[tuple[Awaiting, float]] = [
        ("odds_ratio", math.log(s.target_or) / seen),
        ("equivalence", edge / (z + quantile((1 + s.power) / 2))),
        ("equivalence", max(edge - abs(b), 0.0) / (z + quantile(s.power))),
        ("odds_ratio", abs(b) / seen),
    ]
    awaiting, wanted = next(
        ((name, value) for name, value in steps if 0 < value < se), ("equivalence", 0.0)
    )
    needs: dict[str, float] = {"events": counts.events}
    months = None
    if wanted > 0:
        needed = counts.events * (se / wanted) ** 2
        months = months_until(counts.events, needed, pace.of(column), counts.event_rate)
        needs["events_needed"] = math.ceil(needed)
        needs["odds_ratio"] = s.target_or if awaiting == "odds_ratio" else math.exp(edge)
    if months is not None:
        needs["months"] = months
    return NoAnswer("interval_too_wide", needs, known_by(pace.data_cut, months)), awaiting
