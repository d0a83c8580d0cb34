"""When a hypothesis may be looked at, what a look says, and where that moves it (METHODS 1.5-1.7).

A look opens only when the decisions that came since the one before could show the smallest
difference of interest. That is told from counts alone, without a glance at the association, so
each look is one test on decisions that no earlier test has used, and none needs a bound for
repeated looks. Log-odds are those of the engine: of NOT having the outcome.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from banso.prove.engine.findings import Settings
from banso.prove.engine.normal import two_sided_p
from banso.prove.engine.power import events_needed, fdr_alpha, known_by, months_until

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Direction = Literal["more", "less"]
Level = Literal["candidate", "associated", "replicated", "retired"]
Result = Literal["waiting", "found", "contrary", "undecided", "leak"]

LADDER: tuple[Level, ...] = ("candidate", "associated", "replicated")
CONTRARY_LOOKS = 2
SETTLED_DAYS = 31
# distance of the means of the outer thirds of a normal distribution, in standard deviations
THIRDS_APART = 2.1816
NARROWEST, WIDEST = 0.005, 0.995
# what is taken for the rate of the outcome's absence while hardly anything was decided
ASSUMED_RATE, ASSUMED_ROWS = 0.10, 10


@dataclass(frozen=True)
class Basis:
    """Decisions that may be looked at: counts, and how fast more come in.

    known_rows, known_events: of all decisions that the claim is about, old ones too: for the rate.
    """

    rows: int
    events: int
    event_accounts: int
    other_accounts: int
    per_month: float | None
    known_rows: int
    known_events: int

    @property
    def event_rate(self) -> float:
        """The rate with ten decisions of an assumed 10 % added, so that no event is no zero."""
        assumed = ASSUMED_RATE * ASSUMED_ROWS
        return (self.known_events + assumed) / (self.known_rows + ASSUMED_ROWS)

    def used_up(self) -> Basis:
        """After a look: no decision is left, the rate and the pace are known."""
        return replace(self, rows=0, events=0, event_accounts=0, other_accounts=0)


@dataclass(frozen=True)
class Plan:
    """Whether a look may open; if not, what is short and by when it will be there."""

    enough: bool
    reason: str
    needs: dict[str, float]
    expected_by: date | None


def claimed_log_odds(points: float, event_rate: float, *, share_yes: float | None) -> float:
    """The smallest difference of interest in log-odds per standard deviation, always positive.

    points: difference of the rates of the two groups, 0.1 = 10 points, laid around event_rate.
    share_yes: of a threshold, the share that reaches it (0 < share < 1); None for a number, whose
    groups are the outer thirds.
    """
    low = max(NARROWEST, event_rate - points / 2)
    high = min(WIDEST, low + points)
    low = max(NARROWEST, high - points)
    apart = math.log(high / (1 - high)) - math.log(low / (1 - low))
    if share_yes is None:
        return apart / THIRDS_APART
    return apart * math.sqrt(max(share_yes * (1 - share_yes), 1e-4))


def planned(
    basis: Basis, *, claimed: float, tested_together: int, today: date, settings: Settings
) -> Plan:
    """Whether these decisions can show a difference of ``claimed``; never reads the association."""
    rate = basis.event_rate
    alpha = fdr_alpha(settings.q_target, max(1, tested_together))
    for_power = math.ceil(
        events_needed(
            math.exp(claimed), rate, alpha=alpha, power=settings.power, r2=settings.assumed_r2
        )
    )
    events, accounts = settings.minimum_events, settings.minimum_accounts
    others = basis.rows - basis.events
    sides: dict[str, tuple[float, float, float]] = {
        "too_few_events": (basis.events, events, rate),
        "too_few_non_events": (others, events, 1 - rate),
        "too_few_event_accounts": (basis.event_accounts, accounts, rate),
        "too_few_non_event_accounts": (basis.other_accounts, accounts, 1 - rate),
        "too_few_for_difference": (basis.events, for_power, rate),
    }
    short = [reason for reason, (have, wanted, _) in sides.items() if have < wanted]
    needs: dict[str, float] = {
        "rows": basis.rows,
        "events": basis.events,
        "non_events": others,
        "event_accounts": basis.event_accounts,
        "non_event_accounts": basis.other_accounts,
        "events_needed": max(events, for_power),
        "accounts_needed": accounts,
        "event_rate": rate,
    }
    if basis.per_month is not None:
        needs["per_month"] = basis.per_month
    if not short:
        return Plan(True, "", needs, None)
    waits = [months_until(sides[r][0], sides[r][1], basis.per_month, sides[r][2]) for r in short]
    months = None if None in waits else max(w for w in waits if w is not None)
    if months is not None:
        needs["months"] = months
    expected = known_by(today, months)
    return Plan(False, short[0], needs, expected and expected + timedelta(days=SETTLED_DAYS))


def unless_unknown(plan: Plan, known: Bools, settings: Settings) -> Plan:
    """No look where the value of too many decisions is not known: more of the same do not help.

    known: of each decision that would be looked at, whether it has a value.
    """
    missing = 1 - float(known.mean()) if len(known) else 0.0
    if missing <= settings.maximum_missing:
        return plan
    needs = plan.needs | {"share_missing": missing, "share_allowed": settings.maximum_missing}
    return Plan(False, "too_many_missing", needs, None)


def judged(
    *, log_odds: float, low: float, high: float, q: float, claimed: float, direction: Direction,
    settings: Settings,
) -> Result:  # fmt: skip
    """What an estimate says of the claim.

    contrary: goes the other way, or the whole interval lies below the smallest difference of
    interest; found: goes the claimed way with q at the target; else undecided.
    """
    sign = -1 if direction == "more" else 1
    size, reach = sign * log_odds, max(sign * low, sign * high)
    if reach < claimed or (q <= settings.q_target and size < 0):
        return "contrary"
    return "found" if q <= settings.q_target and size > 0 else "undecided"


def moved(level: Level, contrary: int, result: Result) -> tuple[Level, int]:
    """The level after a look, and how many looks in a row said the contrary."""
    if result == "leak" or level == "retired":
        return "retired", contrary
    place = LADDER.index(level)
    if result == "found":
        return LADDER[min(place + 1, len(LADDER) - 1)], 0
    if result == "contrary":
        if contrary + 1 >= CONTRARY_LOOKS:
            return "retired", contrary + 1
        return LADDER[max(place - 1, 0)], contrary + 1
    return level, contrary


def drift(before: dict[str, Any], now: dict[str, Any]) -> dict[str, float] | None:
    """z and p of the difference between two estimates on different decisions.

    Compared per unit of the metric; None where its values were transformed differently.
    """
    if before.get("transform") != now.get("transform") or not before.get("sd") or not now.get("sd"):
        return None
    b1, b2 = before["log_odds"] / before["sd"], now["log_odds"] / now["sd"]
    spread = math.hypot(before["se"] / before["sd"], now["se"] / now["sd"])
    if not spread:
        return None
    z = (b2 - b1) / spread
    return {"z": z, "p": two_sided_p(z)}


def reached(values: Floats, censored: Bools, *, compare: str, threshold: float) -> Floats:
    """1 where the threshold is met, 0 where not, NaN where it cannot be told yet.

    values: as measured; of who has not got there (censored) the days waited so far, which settle
    the question only from the threshold on.
    """
    if compare == "at_most":
        met = (values <= threshold) & ~censored
        open_still = censored & (values < threshold)
    else:
        met = values >= threshold
        open_still = censored & ~met
    return np.asarray(np.where(np.isnan(values) | open_still, np.nan, met.astype(np.float64)))


def next_quarter(day: date) -> date:
    """The first day of the calendar quarter after this one."""
    month = 3 * ((day.month - 1) // 3) + 4
    return date(day.year + (month > 12), (month - 1) % 12 + 1, 1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def next_check(due: date, *, every_months: int, today: date) -> date:
    """The next planned day after today, in steps from the one that was due."""
    steps = 1
    while months_later(due, steps * every_months) <= today:
        steps += 1
    return months_later(due, steps * every_months)
