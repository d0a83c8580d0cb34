"""The evidence card of METHODS 1.2: what the engine found, as plain JSON."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.findings import Finding, Group, LevelEstimate, Scan
from banso.prove.studies.rules import Candidate

ORDER = ("associated", "no_association", "not_enough_data", "suspicious")


def card_of(
    finding: Finding, candidate: Candidate, scan: Scan, *, landmark_days: int
) -> dict[str, Any]:
    """Everything shown about one finding later; infinite numbers become null."""
    card: dict[str, Any] = {
        "question_id": "renewal_scan",
        "status": "exploratory",
        "unit": "renewal_decision",
        "time_zero": "landmark",
        "landmark_days": landmark_days,
        "outcome": "not_renewed",
        "kind": finding.kind,
        "metric_unit": candidate.unit,
        "level": finding.level,
        "family_id": f"{candidate.group}:renewal",
        "family_size": scan.family_size,
        "n_rows": finding.n_rows,
        "n_accounts": finding.n_accounts,
        "n_events": finding.n_events,
        "share_missing": finding.share_missing,
        "reason": _reason(finding, candidate),
        "needs": dict(finding.needs),
        "awaiting": finding.awaiting,
        "recorded_late": candidate.recorded_late,
        "mde_now": finding.smallest_detectable_or,
        "leak": _leak(finding, candidate),
        "groups": [_group(group) for group in finding.groups],
        "levels": [_level(level) for level in finding.levels],
        "absolute_contrast": _answer(finding.difference),
        "checks": [asdict(check) for check in finding.checks],
        "influential_account": finding.influential_account,
        "direction": finding.direction,
        "small": finding.small,
    }
    whole: dict[str, Any] = finite(card | _estimate(finding))
    return whole


def position_of(finding: Finding) -> tuple[int, float, str]:
    """Associated first by q, then what shows none; what cannot be judged is in no order of size."""
    ranked = finding.verdict in ORDER[:2] and finding.q is not None
    return ORDER.index(finding.verdict), finding.q or 0.0 if ranked else 0.0, finding.key


def _estimate(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {"p": finding.p, "q": finding.q, "method": finding.method}
    if finding.odds_ratio is not None:
        found |= {
            "estimate": {"scale": "odds_ratio_per_sd", "value": finding.odds_ratio},
            "ci95": [finding.odds_ratio_low, finding.odds_ratio_high],
            "sd": finding.sd,
            "transform": finding.transform,
        }
    if finding.chi2 is not None:
        found |= {"chi2": finding.chi2, "df": finding.df}
    return found


def _reason(finding: Finding, candidate: Candidate) -> str | None:
    if finding.reason in ("too_many_missing", "no_variation") and candidate.recorded_late:
        return "recorded_late"
    return finding.reason


def _leak(finding: Finding, candidate: Candidate) -> dict[str, Any] | None:
    if finding.leak is None:
        return None
    return {
        "status": finding.leak,
        "definition": candidate.leak,
        "odds_ratio_landmark": finding.odds_ratio,
        "odds_ratio_late": None if finding.b_late is None else _exp(-finding.b_late),
    }


def _exp(x: float) -> float | None:
    return math.exp(x) if x < 700 else None


def _group(group: Group) -> dict[str, Any]:
    return {
        "label": group.label,
        "low": group.low,
        "high": group.high,
        "n": group.n,
        "events": group.events,
        "rate": _answer(group.rate),
    }


def _level(level: LevelEstimate) -> dict[str, Any]:
    return asdict(level)


def _answer(answer: Answer | NoAnswer | None) -> dict[str, Any] | None:
    """Value and interval; None where the engine gave no answer, so that only counts are shown."""
    if not isinstance(answer, Answer):
        return None
    return {"value": answer.value, "low": answer.low, "high": answer.high, "n": answer.n}


def finite(value: Any) -> Any:
    """The same as plain JSON: what is not finite becomes null."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
