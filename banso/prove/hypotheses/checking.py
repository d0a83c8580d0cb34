"""From what was gathered to what each hypothesis's check says, all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from banso.prove.engine.association import Feature, Scan, scan
from banso.prove.engine.findings import Finding, Settings
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.power import decisions_per_month
from banso.prove.hypotheses import rules
from banso.prove.hypotheses.measuring import EPOCH, Decided, Gathered
from banso.prove.hypotheses.models import Hypothesis
from banso.prove.hypotheses.rules import Bools, Result
from banso.prove.studies.cards import card_of
from banso.prove.studies.rules import Candidate

SETTINGS = Settings()


@dataclass
class Compared:
    """One comparison: a part of the decisions, and what the engine found there."""

    scan: Scan
    finding: Finding
    candidate: Candidate
    claimed: float
    q: float | None = None

    @property
    def tested(self) -> bool:
        return self.finding.p is not None and self.finding.leak is None

    def card(self, *, landmark_days: int, confirmatory: bool, family: int) -> dict[str, Any]:
        """The evidence card, with q over the hypotheses that were checked together."""
        found = self.finding
        card = card_of(found, self.candidate, self.scan, landmark_days=landmark_days)
        return card | {
            "status": "confirmatory" if confirmatory else "exploratory",
            "q": self.q,
            "family_id": "hypotheses",
            "family_size": family,
            "log_odds": found.log_odds,
            "se": found.se,
            "claimed_log_odds": self.claimed,
        }


@dataclass
class Checked:
    """What a check saw of one hypothesis; ``rows`` are the decisions it rests on.

    ``next_look_by``: after a look, when there may be enough new decisions for another.
    """

    hypothesis: Hypothesis
    data_cut: date
    until: date
    plan: rules.Plan
    everything: Compared | None
    new: Compared | None = None
    result: Result = "waiting"
    seen: str = "undecided"
    next_look_by: date | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    rows: pa.Table | None = None


def check_together(
    hypotheses: Sequence[Hypothesis], gathered: Gathered, *, today: date
) -> list[Checked]:
    """Check all of them as one family: one false-discovery rate over the looks that open."""
    made = [
        _counted(h, gathered, today, len(hypotheses))
        for h in hypotheses
        if h.outcome in gathered.decided
    ]
    for chosen in ([c.everything for c in made], [c.new for c in made]):
        family = [compared for compared in chosen if compared is not None and compared.tested]
        q_values = benjamini_hochberg([c.finding.p for c in family if c.finding.p is not None])
        for compared, q in zip(family, q_values, strict=True):
            compared.q = float(q)
    sizes = [
        sum(1 for c in chosen if c is not None and c.tested)
        for chosen in ([c.everything for c in made], [c.new for c in made])
    ]
    for checked in made:
        _say(checked, gathered.landmark_days, sizes)
    return made


def _counted(hypothesis: Hypothesis, gathered: Gathered, today: date, together: int) -> Checked:
    """Compare all decisions, and the new ones where their number is enough."""
    decided = gathered.decided[hypothesis.outcome]
    candidate, days = decided.candidate(hypothesis), decided.days
    part = decided.of_segment(hypothesis)
    until = gathered.data_cut - timedelta(days=rules.SETTLED_DAYS)
    fresh = part & (days > _number(hypothesis.look_from)) & (days <= _number(until))
    known = ~np.isnan(np.asarray(candidate.values, dtype=np.float64))
    basis = basis_of(decided.rows, part & known, fresh & known, gathered)
    claimed = rules.claimed_log_odds(
        hypothesis.smallest, basis.event_rate, share_yes=_share_yes(hypothesis, candidate, part)
    )
    plan = rules.planned(
        basis, claimed=claimed, tested_together=together, today=today, settings=SETTINGS
    )
    everything = _compare(decided, candidate, part, gathered.data_cut, claimed)
    checked = Checked(hypothesis, gathered.data_cut, until, plan, everything)
    if plan.enough:
        new = _compare(decided, candidate, fresh, gathered.data_cut, claimed)
        if new is not None and new.finding.p is None and new.finding.leak is None:
            reason = new.finding.reason or "no_variation"
            needs = plan.needs | dict(new.finding.needs)
            checked.plan = rules.Plan(False, reason, needs, new.finding.expected_by)
        else:
            checked.new = new
            checked.next_look_by = rules.planned(
                basis.used_up(), claimed=claimed, tested_together=together, today=today,
                settings=SETTINGS,
            ).expected_by  # fmt: skip
    checked.rows = _kept(decided, candidate, part & known, fresh)
    return checked


def basis_of(rows: pa.Table, of_claim: Bools, fresh: Bools, gathered: Gathered) -> rules.Basis:
    """Counts of the new decisions, and the pace of all that the claim is about."""
    account = rows["account_id"].to_numpy()
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(bool)
    days = np.asarray(rows["decided_on"].cast(pa.int32()).to_numpy(), dtype=np.int64)
    return rules.Basis(
        rows=int(fresh.sum()),
        events=int((fresh & lost).sum()),
        event_accounts=len(np.unique(account[fresh & lost])),
        other_accounts=len(np.unique(account[fresh & ~lost])),
        per_month=decisions_per_month(days[of_claim], gathered.data_cut) or gathered.coming,
        known_rows=int(of_claim.sum()),
        known_events=int((of_claim & lost).sum()),
    )


def _number(day: date) -> int:
    return (day - EPOCH).days


def _share_yes(hypothesis: Hypothesis, candidate: Candidate, part: Bools) -> float | None:
    if not hypothesis.is_flag:
        return None
    values = np.asarray(candidate.values, dtype=np.float64)[part]
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else 0.5


def _compare(
    decided: Decided, candidate: Candidate, part: Bools, data_cut: date, claimed: float
) -> Compared | None:
    if not part.any():
        return None
    rows = decided.rows.filter(pa.array(part))
    table = rows.rename_columns(
        ["account" if name == "account_id" else name for name in rows.column_names]
    )
    feature = Feature(
        key=candidate.key,
        kind=candidate.kind,
        at_landmark=np.asarray(candidate.values, dtype=np.float64)[part],
        late=np.asarray(candidate.late, dtype=np.float64)[part],
        structural_leak=bool(candidate.leak),
    )
    scanned = scan(table, [feature], data_cut=data_cut, settings=SETTINGS)
    return Compared(scanned, scanned.findings[0], candidate, claimed)


def _say(checked: Checked, landmark_days: int, sizes: list[int]) -> None:
    hypothesis, whole, new = checked.hypothesis, checked.everything, checked.new
    checked.figures = {"plan": checked.plan.needs, "reason": checked.plan.reason}
    if whole is not None:
        checked.seen = _verdict(hypothesis, whole)
        checked.figures["all"] = whole.card(
            landmark_days=landmark_days, confirmatory=False, family=sizes[0]
        ) | {"seen": checked.seen}
    if new is not None:
        checked.result = _verdict(hypothesis, new)
        checked.figures["new"] = new.card(
            landmark_days=landmark_days, confirmatory=True, family=sizes[1]
        )


def _verdict(hypothesis: Hypothesis, compared: Compared) -> Result:
    found = compared.finding
    if found.leak is not None:
        return "leak"
    if found.log_odds is None or found.odds_ratio_low is None or compared.q is None:
        return "waiting"
    return rules.judged(
        log_odds=found.log_odds,
        low=-_log(found.odds_ratio_high),
        high=-_log(found.odds_ratio_low),
        q=compared.q,
        claimed=compared.claimed,
        direction=_direction(hypothesis),
        settings=SETTINGS,
    )


def _log(value: float | None) -> float:
    return float(np.log(value)) if value else -np.inf


def _direction(hypothesis: Hypothesis) -> rules.Direction:
    return "more" if hypothesis.direction == "more" else "less"


def _kept(decided: Decided, candidate: Candidate, known: Bools, fresh: Bools) -> pa.Table:
    """The decisions behind the figures, each with what it is worth and whether it is new."""
    rows = decided.rows.select(["account_id", "decided_on", "closed_on", "landmark", "not_renewed"])
    rows = rows.append_column("value", pa.array(np.asarray(candidate.values, dtype=np.float64)))
    rows = rows.append_column("new", pa.array(fresh))
    return rows.filter(pa.array(known))


def first_plan(
    basis: rules.Basis, *, points: float, is_flag: bool, tested_together: int, today: date
) -> rules.Plan:
    """The wait of a hypothesis that is about to be written; of a threshold, as if half reach it."""
    claimed = rules.claimed_log_odds(points, basis.event_rate, share_yes=0.5 if is_flag else None)
    return rules.planned(
        basis, claimed=claimed, tested_together=tested_together, today=today, settings=SETTINGS
    )
