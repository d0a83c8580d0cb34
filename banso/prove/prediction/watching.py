"""Quarter by quarter: did as many renew as the score had foretold when the quarter began?

Each quarter is judged once, when its last decisions have settled, on forecasts whose level rests on
everything decided before it began: so the level is fitted anew each quarter, and a look is never
repeated on the same decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from banso.know.subscriptions.rules import GRACE_DAYS
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.blended import fit_blended
from banso.prove.engine.calibration_drift import calibration_drift
from banso.prove.prediction.checking import AS_EXPERTS
from banso.prove.prediction.readings import Decided

QUARTERS_BACK = 8
Told = dict[str, Any]


@dataclass(frozen=True)
class Quarter:
    """``start`` to ``end``, both within."""

    start: date
    end: date


def closed_quarters(
    data_cut: date, *, first_month: int, most: int = QUARTERS_BACK
) -> list[Quarter]:
    """The last quarters of the fiscal year whose decisions have settled, the oldest first."""
    settled = data_cut - timedelta(days=GRACE_DAYS)
    back = (settled.month - first_month) % 3
    months = settled.year * 12 + settled.month - 1 - back  # of the quarter that settled lies in
    found = []
    for number in range(most, 0, -1):
        start, after = _first_of(months - 3 * number), _first_of(months - 3 * number + 3)
        found.append(Quarter(start, after - timedelta(days=1)))
    return found


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def held_against(found: Decided, quarter: Quarter) -> Told:
    """What was foretold for a quarter, what came, and whether that is further apart than chance."""
    first, last = ((day - date(1970, 1, 1)).days for day in (quarter.start, quarter.end))
    there = found.some(found.has_score)
    before = there.some(there.decided_on < first)
    within = there.some((there.decided_on >= first) & (there.decided_on <= last))
    told: Told = {"n": len(within.account), "before": len(before.account)}
    if not len(within.account):
        return told | {"reason": "no_decisions"}
    fit = fit_blended(before.points, before.not_renewed, before.weights, prior_sd=AS_EXPERTS)
    if isinstance(fit, NoAnswer):
        return told | {"reason": fit.reason}
    p = fit.probability(within.points)
    answer = calibration_drift(p, within.not_renewed, level_events=fit.events)
    if isinstance(answer, NoAnswer):
        return told | {"reason": answer.reason, "expected": float(p.sum())}
    n, expected = len(within.account), float(p.sum())
    return told | {
        "not_renewed": answer.events, "expected": expected, "value": answer.value,
        "low": answer.low, "high": answer.high, "renewed": n - answer.events,
        "renewed_expected": n - expected, "drift": answer.checks[0].passed is False,
    }  # fmt: skip
