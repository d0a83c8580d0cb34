"""From what was gathered to what each hypothesis's check says, all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
    """What a check saw of one hypothesis.

    part, fresh: which decisions the claim is about, and which of them are new. ``next_look_by``:
    after a look, when there may be enough new decisions for another.
    """

    hypothesis: Hypothesis
    decided: Decided
    candidate: Candidate
    part: Bools
    fresh: Bools
    data_cut: date
    until: date
    basis: rules.Basis
    claimed: float
    plan: rules.Plan
    everything: Compared | None = None
    new: Compared | None = None
    result: Result = "waiting"
    seen: str = "undecided"
    next_look_by: date | None = None
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def same_decisions(self) -> tuple[str, str, str, date]:
        """Hypotheses with the same are about the same decisions, and can be compared at once."""
        h = self.hypothesis
        return h.outcome, h.segment_key, h.segment_level, h.look_from

    def rows(self) -> pa.Table:
        """The decisions behind the figures, each with its value and whether it is new."""
        kept = ["account_id", "decided_on", "closed_on", "landmark", "not_renewed"]
        values = np.asarray(self.candidate.values, dtype=np.float64)
        rows = self.decided.rows.select(kept).append_column("value", pa.array(values))
        rows = rows.append_column("new", pa.array(self.fresh))
        return rows.filter(pa.array(self.part & ~np.isnan(values)))


def check_together(
    hypotheses: Sequence[Hypothesis], gathered: Gathered, *, today: date
) -> list[Checked]:
    """Check all of them as one family: one false-discovery rate over the looks that open."""
    made = [
        _counted(h, gathered, today, len(hypotheses))
        for h in hypotheses
        if h.outcome in gathered.decided
    ]
    for group in _groups(made):
        for checked, found in zip(group, _compare(group, group[0].part), strict=True):
            checked.everything = found
    for group in _groups([checked for checked in made if checked.plan.enough]):
        for checked, found in zip(group, _compare(group, group[0].fresh), strict=True):
            _open(checked, found, today, len(hypotheses))
    sizes = [_control(c.everything for c in made), _control(c.new for c in made)]
    for checked in made:
        _say(checked, gathered.landmark_days, sizes)
    return made


def _groups(made: list[Checked]) -> list[list[Checked]]:
    found: dict[tuple[str, str, str, date], list[Checked]] = defaultdict(list)
    for checked in made:
        found[checked.same_decisions].append(checked)
    return list(found.values())


def _control(chosen: Iterable[Compared | None]) -> int:
    """Give each tested comparison its q over all of them; how many there are."""
    family = [compared for compared in chosen if compared is not None and compared.tested]
    q_values = benjamini_hochberg([c.finding.p for c in family if c.finding.p is not None])
    for compared, q in zip(family, q_values, strict=True):
        compared.q = float(q)
    return len(family)


def _counted(hypothesis: Hypothesis, gathered: Gathered, today: date, together: int) -> Checked:
    """How many decisions there are, and whether they are enough to look."""
    decided = gathered.decided[hypothesis.outcome]
    candidate, days = decided.candidate(hypothesis), decided.days
    part = decided.of_segment(hypothesis)
    until = decided.data_cut - timedelta(days=rules.SETTLED_DAYS)
    fresh = part & (days > _number(hypothesis.look_from)) & (days <= _number(until))
    known = np.isfinite(np.asarray(candidate.values, dtype=np.float64))
    coming = None if hypothesis.own_outcome else gathered.coming
    basis = basis_of(decided, part & known, fresh & known, coming)
    claimed = rules.claimed_log_odds(
        hypothesis.smallest, basis.event_rate, share_yes=_share_yes(hypothesis, candidate, part)
    )
    plan = rules.planned(
        basis, claimed=claimed, tested_together=together, today=today, settings=SETTINGS
    )
    plan = rules.unless_unknown(plan, known[fresh] if fresh.any() else known[part], SETTINGS)
    return Checked(
        hypothesis, decided, candidate, part, fresh, decided.data_cut, until, basis, claimed, plan
    )


def _open(checked: Checked, found: Compared | None, today: date, together: int) -> None:
    """A look at the new decisions, unless the engine finds that they cannot be compared yet."""
    if found is None or (found.finding.p is None and found.finding.leak is None):
        finding = found.finding if found else None
        reason = (finding.reason if finding else None) or "no_variation"
        needs = checked.plan.needs | (dict(finding.needs) if finding else {})
        checked.plan = rules.Plan(False, reason, needs, finding.expected_by if finding else None)
        return
    checked.new = found
    checked.next_look_by = rules.planned(
        checked.basis.used_up(), claimed=checked.claimed, tested_together=together, today=today,
        settings=SETTINGS,
    ).expected_by  # fmt: skip


def basis_of(decided: Decided, of_claim: Bools, fresh: Bools, coming: float | None) -> rules.Basis:
    """Counts of the new decisions, and the pace of all that the claim is about."""
    rows = decided.rows
    account = rows["account_id"].to_numpy()
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(bool)
    days = np.asarray(rows["decided_on"].cast(pa.int32()).to_numpy(), dtype=np.int64)
    return rules.Basis(
        rows=int(fresh.sum()),
        events=int((fresh & lost).sum()),
        event_accounts=len(np.unique(account[fresh & lost])),
        other_accounts=len(np.unique(account[fresh & ~lost])),
        per_month=decisions_per_month(days[of_claim], decided.data_cut) or coming,
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


def _compare(group: list[Checked], part: Bools) -> list[Compared | None]:
    """All hypotheses of a group on the same part of the decisions, in one scan."""
    if not part.any():
        return [None] * len(group)
    rows = group[0].decided.rows.filter(pa.array(part))
    table = rows.rename_columns(
        ["account" if name == "account_id" else name for name in rows.column_names]
    )
    features = [
        Feature(
            key=each.candidate.key,
            kind=each.candidate.kind,
            at_landmark=np.asarray(each.candidate.values, dtype=np.float64)[part],
            late=np.asarray(each.candidate.late, dtype=np.float64)[part],
            structural_leak=bool(each.candidate.leak),
        )
        for each in group
    ]
    scanned = scan(table, features, data_cut=group[0].data_cut, settings=SETTINGS)
    return [
        Compared(scanned, finding, each.candidate, each.claimed)
        for each, finding in zip(group, scanned.findings, strict=True)
    ]


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


def first_plan(
    basis: rules.Basis, *, points: float, is_flag: bool, tested_together: int, today: date
) -> rules.Plan:
    """The wait of a hypothesis that is about to be written; of a threshold, as if half reach it."""
    claimed = rules.claimed_log_odds(points, basis.event_rate, share_yes=0.5 if is_flag else None)
    return rules.planned(
        basis, claimed=claimed, tested_together=tested_together, today=today, settings=SETTINGS
    )
