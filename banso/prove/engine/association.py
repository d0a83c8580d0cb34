"""The KPI scan: which KPIs go with renewal (METHODS 3.1, claim level L1).

Model per KPI, one row per renewal decision: logit P(not renewed) = a + b z + contract type +
ln(tenure) + contract x ln(tenure) + half-year, standard errors that allow for repeated decisions of
an account and for few non-renewals (few_events.py). z is the KPI per standard deviation. Reported
odds ratios are of RENEWAL: exp(-b). False discoveries are held at q_target over the family of KPIs
tested (Benjamini & Hochberg); gated and leaking KPIs are not members.

This says which KPIs go with renewal. It does not say why: no word for cause or effect belongs to
its results.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.columns import Column, Contrast, contrast, read_column
from banso.prove.engine.design import Decisions, Nuisance, build_nuisance, read_decisions
from banso.prove.engine.estimate import Estimate, estimates
from banso.prove.engine.findings import (
    Awaiting,
    Direction,
    Feature,
    Finding,
    Group,
    Leak,
    LevelEstimate,
    Scan,
    Settings,
)
from banso.prove.engine.gates import (
    Counts,
    Pace,
    equivalence_zone,
    fitted_detectable_or,
    gate,
    gated_detectable_or,
    undecided,
)
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.power import decisions_per_month, fdr_alpha
from banso.prove.engine.proportions import trend
from banso.prove.engine.regression import FloatArray

_TOGETHER = 16

__all__ = [
    "Answer",
    "Check",
    "Feature",
    "Finding",
    "Group",
    "LevelEstimate",
    "NoAnswer",
    "Scan",
    "Settings",
    "scan",
]


@dataclass(slots=True)
class _Candidate:
    """One KPI on its way through the scan."""

    feature: Feature
    column: Column
    counts: Counts
    refusal: NoAnswer | None = None
    found: Estimate | None = None
    late: Estimate | None = None
    late_z: float = 0.0
    shown: Contrast | None = None
    leak: Leak | None = None
    q: float | None = None

    @property
    def tested(self) -> bool:
        return self.found is not None and self.leak is None


def scan(
    decisions: pa.Table,
    features: Sequence[Feature] | Mapping[str, Feature],
    *,
    data_cut: date,
    settings: Settings | None = None,
) -> Scan:
    """Findings for every feature, in their order.

    decisions: one row per renewal decision with the columns account (integer, the cluster),
    decided_on (date32 or day number since 1970-01-01), not_renewed (bool), tenure_days (number, may
    be null), contract (string, may be null). Features are arrays in the same row order. Rows
    decided after data_cut are left out; expected dates count from data_cut. Raises ValueError for
    missing columns, wrong lengths or values, or a key that occurs twice.
    """
    s = settings or Settings()
    wanted = list(features.values()) if isinstance(features, Mapping) else list(features)
    if len({f.key for f in wanted}) != len(wanted):
        raise ValueError("a feature key occurs twice")
    d = read_decisions(decisions, data_cut)
    per_month = s.decisions_per_month or decisions_per_month(d.day, data_cut)
    pace = Pace(data_cut, per_month, s)
    nuisances = {r: build_nuisance(d, r) for r in {f.replaces for f in wanted}}
    candidates = [_candidate(f, d, decisions.num_rows, pace) for f in wanted]
    for replaced, nuisance in nuisances.items():
        own = [c for c in candidates if c.feature.replaces == replaced]
        if nuisance is not None:
            _estimate(own, nuisance, d, decisions.num_rows, s)
    _control(candidates, s)
    family = [c for c in candidates if c.tested]
    discoveries = sum(c.q is not None and c.q <= s.q_target for c in family)
    alpha = fdr_alpha(s.q_target, max(1, len(family)), discoveries)
    registered = sum(not f.structural_leak for f in wanted)
    findings = tuple(
        _finding(c, d, nuisances[c.feature.replaces], alpha, registered, pace) for c in candidates
    )
    return Scan(
        findings,
        data_cut,
        d.n,
        d.clusters.count,
        d.events,
        d.excluded_after_cut,
        len(family),
        discoveries,
        per_month,
        s,
    )


def _candidate(feature: Feature, d: Decisions, table_rows: int, pace: Pace) -> _Candidate:
    """A KPI with what stands in the way of its estimate, and its groups if nothing does."""
    column = read_column(feature, feature.at_landmark, d, table_rows)
    c = _Candidate(feature, column, Counts.of(column, d))
    if feature.structural_leak:
        c.leak = "structural"
        return c
    c.refusal = gate(feature, column, c.counts, d, pace)
    if c.refusal is not None or not 0 < d.events < d.n:
        return c
    s = pace.settings
    c.shown = contrast(feature, column, d.y, s.confidence)
    if c.shown.auc is not None and max(c.shown.auc, 1 - c.shown.auc) > s.auc_alarm:
        c.leak = "auc"
    return c


def _estimate(
    candidates: Sequence[_Candidate], nuisance: Nuisance, d: Decisions, table_rows: int, s: Settings
) -> None:
    """Estimates at the landmark, and in the last month, of what may be estimated."""
    open_ = [c for c in candidates if c.shown is not None and c.leak is None]
    found = estimates([c.column for c in open_], nuisance, d, s.confidence)
    for c, one in zip(open_, found, strict=True):
        c.found = one
        if one is None:
            c.refusal = NoAnswer("not_separable", {"events": c.counts.events})
    again = [c for c in open_ if c.found and c.feature.late is not None]
    for at in range(0, len(again), _TOGETHER):
        _estimate_late(again[at : at + _TOGETHER], nuisance, d, table_rows, s)


def _estimate_late(
    candidates: Sequence[_Candidate], nuisance: Nuisance, d: Decisions, table_rows: int, s: Settings
) -> None:
    again = []
    for c in candidates:
        if c.feature.kind != "nominal":
            late = read_column(c.feature, c.feature.late, d, table_rows)
            if late.sd and 1 - float(late.observed.mean()) <= s.maximum_missing:
                again.append((c, late))
    late_found = estimates([late for _, late in again], nuisance, d, s.confidence, exact=False)
    for (c, late), one in zip(again, late_found, strict=True):
        c.late = one
        c.late_z = nuisance.score_z(late.x[:, 0], d.y, d.clusters)
        if one is not None and abs(one.z) > abs(c.late_z):
            c.late_z = one.z


def _control(candidates: list[_Candidate], s: Settings) -> None:
    """q over the tested, then the timing alarm (which needs q), then q over what is left."""
    for _ in range(2):
        family = [c for c in candidates if c.tested]
        q_values = benjamini_hochberg([c.found.p for c in family if c.found is not None])
        for c, q in zip(family, q_values, strict=True):
            c.q = float(q)
        for c in family:
            if _leaks_late(c, s):
                c.leak, c.q = "timing", None


def _leaks_late(c: _Candidate, s: Settings) -> bool:
    """METHODS 1.4(2): strong late, not associated at the landmark, and the landmark's interval
    below half of b_late; or, whatever q, below a quarter: of many leaks some are associated at the
    landmark by chance, which q allows.
    """
    if c.late is None or c.found is None or c.q is None:
        return False
    reach = abs(float(c.found.b[0])) + 1.96 * float(c.found.se[0])
    late = abs(float(c.late.b[0]))
    share = 0.5 if c.q > s.q_target else 0.25
    return abs(c.late_z) > s.leak_z and reach < share * late


def _finding(
    c: _Candidate,
    d: Decisions,
    nuisance: Nuisance | None,
    alpha: float,
    registered: int,
    pace: Pace,
) -> Finding:
    s = pace.settings
    base = Finding(
        key=c.feature.key,
        kind=c.feature.kind,
        verdict="not_enough_data",
        level="L0",
        n_rows=c.counts.rows,
        n_accounts=c.counts.accounts,
        n_events=c.counts.events,
        share_missing=1 - c.counts.rows / d.n if d.n else 0.0,
        leak=c.leak,
        confidence=s.confidence,
    )
    if c.shown is not None:
        base = replace(base, groups=c.shown.groups, difference=c.shown.difference)
        if c.leak == "auc":
            base = replace(base, checks=(_auc_check(c.shown, s),))
    if c.found is not None:
        base = _with_estimate(base, c, c.found, d, nuisance, s)
    if c.leak is not None:
        return replace(base, verdict="suspicious", level="LEAK")
    if c.found is None:
        refusal = c.refusal or NoAnswer("no_variation", {"events": c.counts.events})
        waiting: Awaiting | None = "gate" if refusal.expected_by else None
        return replace(
            base,
            reason=refusal.reason,
            needs=refusal.needs,
            expected_by=refusal.expected_by,
            awaiting=waiting,
            smallest_detectable_or=gated_detectable_or(c.counts, registered, s),
        )
    return _judged(base, c, c.found, alpha, pace)


def _judged(base: Finding, c: _Candidate, found: Estimate, alpha: float, pace: Pace) -> Finding:
    """Associated when q passes; else no association when inside the zone; else not enough data,
    with a date.
    """
    s = pace.settings
    low, high = equivalence_zone(c.feature, c.column, s)
    inside = bool(np.all((found.low > low) & (found.high < high)))
    widest = int(found.se.argmax())
    base = replace(
        base,
        small=False,
        smallest_detectable_or=fitted_detectable_or(float(found.se[widest]), alpha, s.power),
    )
    if c.q is not None and c.q <= s.q_target:
        direction: Direction | None = None
        if c.feature.kind != "nominal":
            direction = "more" if found.b[0] < 0 else "less"
        return replace(base, verdict="associated", level="L1", direction=direction, small=inside)
    if inside:
        return replace(base, verdict="no_association", level="L-")
    b, se = float(found.b[widest]), float(found.se[widest])
    refusal, awaiting = undecided(b, se, min(-low, high), c.counts, c.column, alpha, pace)
    return replace(
        base,
        reason=refusal.reason,
        needs=refusal.needs,
        expected_by=refusal.expected_by,
        awaiting=awaiting,
    )


def _with_estimate(
    base: Finding,
    c: _Candidate,
    found: Estimate,
    d: Decisions,
    nuisance: Nuisance | None,
    s: Settings,
) -> Finding:
    base = replace(
        base,
        p=found.p,
        q=c.q,
        method=found.method,
        transform=c.column.transform,
        b_late=float(c.late.b[0]) if c.late is not None else None,
        checks=_checks(c, found, d, nuisance, s),
    )
    if c.feature.kind == "nominal":
        return replace(
            base, unit="levels", chi2=found.chi2, df=len(found.b), levels=_levels(c, found, d.y)
        )
    b = float(found.b[0])
    account = None if found.influential is None else int(d.account_ids[found.influential])
    return replace(
        base,
        unit="sd",
        sd=c.column.sd,
        log_odds=b,
        se=float(found.se[0]),
        odds_ratio=math.exp(-b),
        odds_ratio_low=math.exp(-float(found.high[0])),
        odds_ratio_high=math.exp(-float(found.low[0])),
        influential_account=account,
    )


def _levels(c: _Candidate, found: Estimate, y: FloatArray) -> tuple[LevelEstimate, ...]:
    codes = c.column.values[c.column.observed].astype(np.int64)
    size = np.bincount(codes, minlength=len(c.column.labels))
    lost = np.bincount(codes, weights=y[c.column.observed], minlength=len(c.column.labels))
    levels, j = [], 0
    for i, label in enumerate(c.column.labels):
        reference = i == c.column.reference
        b, se, low, high = 0.0, 0.0, 0.0, 0.0
        if not reference:
            b, se = float(found.b[j]), float(found.se[j])
            low, high = float(found.low[j]), float(found.high[j])
            j += 1
        levels.append(
            LevelEstimate(
                label,
                reference,
                int(size[i]),
                int(lost[i]),
                b,
                se,
                math.exp(-b),
                math.exp(-high),
                math.exp(-low),
            )
        )
    return tuple(levels)


def _checks(
    c: _Candidate, found: Estimate, d: Decisions, nuisance: Nuisance | None, s: Settings
) -> tuple[Check, ...]:
    left_out = len(nuisance.left_out) if nuisance is not None else 0
    checks = [
        Check("share_missing", 1 - c.counts.rows / d.n, s.maximum_missing, True),
        Check("explained_by_shared_terms", found.r2, None, None),
        Check("shared_terms_left_out", left_out, 0, left_out == 0),
        Check("largest_shift_by_one_account", found.shift, None, found.influential is None),
    ]
    if c.shown is not None and c.shown.auc is not None:
        checks.append(_auc_check(c.shown, s))
    if c.late is None:
        checks.append(Check("leak_timing", None, s.leak_z, None))
    else:
        b, late = float(found.b[0]), float(c.late.b[0])
        checks.append(Check("leak_timing", abs(c.late_z), s.leak_z, c.leak != "timing"))
        ratio = abs(late) / abs(b) if b else None
        inflated = abs(c.late_z) > s.leak_z and abs(late) > 2 * abs(b)
        checks.append(Check("inflated_after_notice", ratio, 2.0, not inflated))
    if c.feature.kind == "ordered" and c.shown is not None and len(c.shown.groups) > 1:
        scored = [g for g in c.shown.groups if g.low is not None]
        p = trend(
            [g.events for g in scored], [g.n for g in scored], [g.low or 0.0 for g in scored]
        ).p
        checks.append(Check("cochran_armitage", p, 0.05, (p <= 0.05) == (found.p <= 0.05)))
    return tuple(checks)


def _auc_check(shown: Contrast, s: Settings) -> Check:
    off = None if shown.auc is None else max(shown.auc, 1 - shown.auc)
    return Check("auc", off, s.auc_alarm, None if off is None else off <= s.auc_alarm)
