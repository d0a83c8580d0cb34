"""The score held against what happened: on all decisions, and on those after it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from banso.measure.health import rules
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.blended import NO_PROBABILITY_BELOW, Blended, expert_score, fit_blended
from banso.prove.engine.calibration import auc, brier
from banso.prove.engine.power import decisions_per_month, known_by, months_until
from banso.prove.engine.proportions import wilson
from banso.prove.engine.reliability import (
    calibration_slope,
    groups,
    in_the_large,
    observed_over_expected,
)
from banso.prove.prediction.readings import Decided, Floats

SPANS = (365, 273, 182)  # days that are foretold from what came before them: the longest that can
AS_EXPERTS = 1e-4  # so narrow a prior leaves the experts' weights as they are
EVENTS_AFTER = 10
Told = dict[str, Any]


@dataclass
class Checked:
    """What may be said of the score; ``later`` is None while too few did not renew to foretell.

    ``bands``: by word, decisions, renewals and the share's limits. ``ranks``: AUC. ``later``: the
    last year, or part of one, foretold from what came before it. ``weights``: the experts' and the
    blended ones.
    ``lacking``: why there is no more, with what is needed and by when.
    """

    decisions: int
    not_renewed: int
    accounts: int
    without_score: int
    bands: list[Told]
    ranks: Told
    later: Told | None = None
    weights: list[Told] = field(default_factory=list)
    leads: str = "experts"
    lacking: Told | None = None

    def as_json(self) -> Told:
        return asdict(self)


def checked(found: Decided) -> Checked:
    """All of it; a pure function of the decisions."""
    there = found.some(found.has_score)
    score = expert_score(there.points, there.weights)
    made = Checked(
        decisions=len(score),
        not_renewed=int(there.not_renewed.sum()),
        accounts=len(np.unique(there.account)),
        without_score=int((~found.has_score).sum()),
        bands=bands_told(score, there),
        ranks=answer_told(auc(-score, there.not_renewed)),
    )
    whole = fit_blended(there.points, there.not_renewed, there.weights)
    if isinstance(whole, NoAnswer):
        made.lacking = lacking_told(whole, there)
        return made
    made.leads = whole.leads
    made.weights = _weights(there, whole)
    made.later = _later(there)
    if made.later is None:
        made.lacking = {"reason": "no_year_after", "needs": {}, "expected_by": None}
    return made


def answer_told(answer: Answer | NoAnswer) -> Told:
    """An answer as it is kept: its limits, or why there is none."""
    if isinstance(answer, NoAnswer):
        return {"reason": answer.reason, "needs": dict(answer.needs)}
    return {"value": answer.value, "low": answer.low, "high": answer.high, "n": answer.n}


def lacking_told(answer: NoAnswer, there: Decided) -> Told:
    """When enough outcomes may be there, if they go on coming as they do."""
    n, events = len(there.account), int(there.not_renewed.sum())
    by: date | None = None
    if n and answer.reason == "too_few_events":
        pace = decisions_per_month(there.decided_on, there.data_cut)
        months = months_until(events, NO_PROBABILITY_BELOW, pace, events / n)
        by = known_by(there.data_cut, months)
    return {
        "reason": answer.reason,
        "needs": dict(answer.needs),
        "expected_by": by.isoformat() if by else None,
    }


def bands_told(score: Floats, there: Decided) -> list[Told]:
    """How many renewed, by the word the score had said."""
    said = [rules.band(round(value), there.borders) for value in score.tolist()]
    words, not_renewed = np.array(said, dtype=object), there.not_renewed
    made = []
    for word in (rules.GOOD, rules.WATCH, rules.STRUGGLING):
        which = words == word
        n, lost = int(which.sum()), int(not_renewed[which].sum())
        limits = wilson(n - lost, n) if n else None
        made.append(
            {
                "band": word,
                "n": n,
                "renewed": n - lost,
                "low": limits.low if limits and n >= 10 else None,
                "high": limits.high if limits and n >= 10 else None,
            }
        )
    return made


def _weights(there: Decided, fit: Blended) -> list[Told]:
    """Weights out of 100: the experts', and those that the blended log-odds per point amount to."""
    helpful = np.maximum(-fit.coefficients / fit.scale, 0.0)
    total, expert = helpful.sum(), there.weights / there.weights.sum()
    blended = helpful / total if total > 0 else expert
    return [
        {
            "key": line.key,
            "expert": round(100 * float(e)),
            "blended": round(100 * float(b)),
            "log_odds": round(float(c), 4),
            "se": round(float(s), 4),
            "known": round(float(k), 4),
        }
        for line, e, b, c, s, k in zip(
            there.lines,
            expert,
            blended,
            fit.coefficients,
            fit.se,
            (~np.isnan(there.points)).mean(axis=0),
            strict=True,
        )
    ]


def _later(there: Decided) -> Told | None:
    """The last year's decisions foretold by what was known before it, or the last months'."""
    return next((told for days in SPANS if (told := _foretold(there, days))), None)


def _foretold(there: Decided, days: int) -> Told | None:
    """Both scores side by side; None where too few did not renew before or after."""
    cut = (there.data_cut - timedelta(days=days) - date(1970, 1, 1)).days
    is_later = there.decided_on > cut
    before, after = there.some(~is_later), there.some(is_later)
    if int(after.not_renewed.sum()) < EVENTS_AFTER or bool(after.not_renewed.all()):
        return None
    fits = {
        name: fit_blended(before.points, before.not_renewed, before.weights, prior_sd=sd)
        for name, sd in (("expert", AS_EXPERTS), ("blended", 0.25))
    }
    base = float(before.not_renewed.mean()) if len(before.account) else 0.0
    told: Told = {
        "from": (date(1970, 1, 1) + timedelta(days=cut + 1)).isoformat(),
        "n": len(after.account),
        "not_renewed": int(after.not_renewed.sum()),
        "before": len(before.account),
        "before_not_renewed": int(before.not_renewed.sum()),
        "base_rate": base,
        "base_brier": brier(np.full(len(after.account), base), after.not_renewed),
        "scores": {},
    }
    errors: dict[str, Floats] = {}
    for name, fit in fits.items():
        if isinstance(fit, NoAnswer):
            return None
        p = fit.probability(after.points)
        errors[name] = (p - after.not_renewed) ** 2
        # the experts' score ranks by itself, whatever chance was fitted to it
        order = -expert_score(after.points, after.weights) if name == "expert" else p
        told["scores"][name] = score_told(p, order, after, told["base_brier"])
    told["gain"] = gain_told(errors["expert"] - errors["blended"], after.account.tolist())
    return told


def score_told(p: Floats, order: Floats, after: Decided, base_brier: float) -> Told:
    """Ranking, probabilities and calibration of one score on the later decisions."""
    found = brier(p, after.not_renewed)
    return {
        "auc": answer_told(auc(order, after.not_renewed)),
        "brier": found,
        "skill": 1 - found / base_brier if base_brier else None,
        "in_the_large": in_the_large(p, after.not_renewed),
        "observed_over_expected": answer_told(observed_over_expected(p, after.not_renewed)),
        "slope": answer_told(calibration_slope(p, after.not_renewed, after.account)),
        "groups": [
            {
                "forecast": one.forecast,
                "n": one.n,
                "events": one.events,
                "low": one.interval.low,
                "high": one.interval.high,
            }
            for one in groups(p, after.not_renewed)
        ],
    }


def gain_told(gained: Floats, accounts: Sequence[int]) -> Mapping[str, float]:
    """By how much the blended score's squared error is smaller, on average, with 95 % limits.

    Errors of one customer's decisions are added up first: they are not independent.
    """
    mean = float(gained.mean())
    _, of = np.unique(np.array(accounts), return_inverse=True)
    sums = np.bincount(of, weights=gained - mean)
    count = max(len(sums), 2)
    half = 1.959964 * float(np.sqrt((sums**2).sum() * count / (count - 1))) / len(gained)
    return {"value": mean, "low": mean - half, "high": mean + half}
