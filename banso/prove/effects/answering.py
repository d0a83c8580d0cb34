"""From gathered rows to an answer that can be kept: numbers, verdict, level, and a date."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from banso.know.subscriptions.rules import GRACE_DAYS
from banso.prove.effects.gathering import SEED, Gathered, Label
from banso.prove.effects.models import Measure, Verdict
from banso.prove.effects.reads import companies_of, renewals_ahead
from banso.prove.effects.rules import Ints, judged, level_of_observation, reached_on
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.comparison import Compared, Gates, compare, placebo
from banso.prove.engine.regression import Clusters, FloatArray
from banso.prove.engine.sensitivity import strength
from banso.prove.engine.weighting import BoolArray

MAY_COME = ("too_few_treated", "too_few_untreated", "too_few_events", "too_few_events_in_group")


def companies(account_ids: Ints) -> Clusters:
    """Rows of one customer, and of customers with one parent company, are not independent."""
    parent = companies_of(account_ids.tolist())
    return Clusters.of(np.array([parent.get(pk, pk) for pk in account_ids.tolist()], np.int64))


@dataclass
class Told:
    """What a result keeps."""

    verdict: str
    level: str
    numbers: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)
    expected_by: date | None = None
    weights: FloatArray | None = None


def answer_told(answer: Answer | NoAnswer | None) -> dict[str, Any] | None:
    """An answer as JSON."""
    if answer is None:
        return None
    if isinstance(answer, NoAnswer):
        return {"reason": answer.reason, "needs": dict(answer.needs)}
    return {
        "value": answer.value, "low": answer.low, "high": answer.high, "n": answer.n,
        "events": answer.events, "accounts": answer.accounts, "se": answer.se, "p": answer.p,
        "method": answer.method, "confidence": answer.confidence,
        "checks": [asdict(check) for check in answer.checks],
    }  # fmt: skip


def renewal_answer(measure: Measure, gathered: Gathered, *, today: date) -> Told:
    """Treated against not yet treated at the same day, by their next renewal."""
    rows = gathered.rows
    lost = np.asarray(rows["not_renewed"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    y, treated = 1.0 - lost.astype(np.float64), gathered.trial.treated
    accounts = companies(rows["account_id"].to_numpy())
    gates = Gates()
    compared = compare(y, treated, accounts, gathered.covariates, gates=gates)
    before = None
    if compared.balance:
        before = placebo(gathered.placebo, treated, accounts, gathered.covariates)
    passed = None if before is None else before.low <= 0 <= before.high
    numbers = _numbers(compared, gathered) | {
        "placebo": answer_told(before),
        "strongest": _strongest(gathered, lost) if compared.balance else None,
        "open": _open(measure, gathered, today),
    }
    settings = asdict(gates) | {"meaningful": measure.meaningful, "seed": SEED}
    told = Told(Verdict.REFUSED, "L0", numbers, settings, weights=compared.w)
    if isinstance(compared.answer, NoAnswer):
        if compared.answer.reason in MAY_COME:
            told.verdict = Verdict.UNCLEAR
        told.expected_by = _known_by(compared, gathered, today)
        return told
    found = judged(
        compared.answer.low, compared.answer.high, measure.meaningful,
        design_level=level_of_observation(passed, bool(numbers["unseen"])),
    )  # fmt: skip
    told.verdict, told.level = found.verdict, found.level
    return told


def _numbers(compared: Compared, gathered: Gathered) -> dict[str, Any]:
    ids = gathered.rows["account_id"].to_numpy()
    columns = dict.fromkeys(_base(row.name) for row in compared.balance)
    used = [name for name in columns if name not in compared.left_out]
    return {
        "answer": answer_told(compared.answer),
        "unadjusted": answer_told(compared.unadjusted),
        "weighted": answer_told(compared.weighted),
        "standardised": answer_told(compared.standardised),
        "counts": asdict(compared.counts),
        "customers": {
            side: len(np.unique(ids[gathered.trial.treated == treated]))
            for side, treated in (("treated", True), ("untreated", False))
        },
        "treated_mean": compared.treated_mean,
        "expected_mean": compared.expected_mean,
        "balance": [_balance_row(asdict(row), gathered.labels) for row in compared.balance],
        "overlap": asdict(compared.overlap) if compared.overlap else None,
        "effective": compared.effective,
        "e_value": compared.e_value._asdict() if compared.e_value else None,
        "used": [_label(name, gathered.labels) for name in used],
        "left_out": [_label(name, gathered.labels) for name in compared.left_out],
        "constant": [_label(name, gathered.labels) for name in compared.constant],
        "unseen": _unseen(used, gathered),
        "late_fields": [asdict(label) for label in gathered.late_fields],
        "treated_listed": len(gathered.treated_on),
        "later": gathered.trial.later,
        "drawn": gathered.trial.drawn,
        "first_day": _first(gathered.treated_on.values()),
        "last_day": _last(gathered.treated_on.values()),
    }


def _unseen(used: Sequence[str], gathered: Gathered) -> list[dict[str, str]]:
    """What those who chose looked at and this comparison could not hold alike."""
    missing = [name for name in gathered.looked_at if name not in used]
    return [_label(name, gathered.labels) for name in missing]


def _first(days: Any) -> str | None:
    found = min(days, default=None)
    return found.isoformat() if found else None


def _last(days: Any) -> str | None:
    found = max(days, default=None)
    return found.isoformat() if found else None


def _base(name: str) -> str:
    return name.split(" = ", 1)[0]


def _label(name: str, labels: dict[str, Label]) -> dict[str, str]:
    """A column's name in both languages; a level stands behind the name of its field."""
    base, _, level = name.partition(" = ")
    label = labels.get(base, Label(base, base))
    return {"key": name, "en": label.en, "ja": label.ja, "level": level}


def _balance_row(row: dict[str, Any], labels: dict[str, Label]) -> dict[str, Any]:
    told = row | _label(str(row["name"]), labels)
    for name in ("before", "after"):
        told[name] = float(np.clip(row[name], -9.99, 9.99))
    return told


def _strongest(gathered: Gathered, lost: BoolArray) -> dict[str, Any] | None:
    """The covariate most strongly tied to both treatment and renewal: a yardstick for E-values."""
    best: tuple[float, str] | None = None
    for covariate in gathered.covariates:
        if covariate.name in ("half_year", "days_ahead"):
            continue
        found = strength(covariate, gathered.trial.treated, lost)
        if found is not None and (best is None or found > best[0]):
            best = (found, covariate.name)
    if best is None or best[0] < 1.05:
        return None
    return {"ratio": best[0], **_label(best[1], gathered.labels)}


def times_as_strong(e_value: float, ratio: float) -> float:
    """How many times as strong, on the scale on which ratios multiply."""
    return math.log(e_value) / math.log(ratio)


def _open(measure: Measure, gathered: Gathered, today: date) -> dict[str, Any]:
    """Treated customers whose decision is not in: how many will still be, by when."""
    waiting = renewals_ahead(gathered.trial.unmatched, after=today - timedelta(days=GRACE_DAYS))
    return {
        "unmatched": len(gathered.trial.unmatched),
        "waiting": len(waiting),
        "next": min(waiting).isoformat() if waiting else None,
    }


def _known_by(compared: Compared, gathered: Gathered, today: date) -> date | None:
    """The day on which enough treated customers will have decided, if they are treated already."""
    if not isinstance(compared.answer, NoAnswer) or compared.answer.reason != "too_few_treated":
        return None
    needs = compared.answer.needs
    ahead = renewals_ahead(gathered.trial.unmatched, after=today - timedelta(days=GRACE_DAYS))
    day = reached_on(ahead, int(needs["treated"]), int(needs["treated_needed"]))
    return day + timedelta(days=GRACE_DAYS) if day else None
