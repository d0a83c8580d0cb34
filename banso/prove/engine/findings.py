"""What goes into the KPI scan and what comes out: `Feature`, `Settings`, `Finding`, `Scan`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from banso.prove.engine.answer import Answer, Check, NoAnswer

Kind = Literal["number", "flag", "ordered", "nominal"]
Verdict = Literal["associated", "no_association", "not_enough_data", "suspicious"]
Level = Literal["L1", "L-", "L0", "LEAK"]
Direction = Literal["more", "less"]
Leak = Literal["structural", "timing", "auc"]
Awaiting = Literal["gate", "odds_ratio", "equivalence"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One KPI, one value per decision row, in the order of the decisions table.

    key              stable name, unique in a scan
    kind             "number"; "flag" (0/1 or bool); "ordered" (integer scores); "nominal" (labels)
    at_landmark      the value as known at the landmark: numpy or Arrow array, or a list; None/NaN =
                     missing
    late             the same metric measured in the last 30 days before the end, for the leak
                     alarm; None = no alarm. Not used for "nominal".
    structural_leak  its definition refers to the outcome, notice, contract end or the like (METHODS
                     1.4 rule 1)
    replaces         "contract" or "tenure" when the KPI is that very term: the model then leaves
                     the term out
    """

    key: str
    kind: Kind
    at_landmark: Any
    late: Any = None
    structural_leak: bool = False
    replaces: Literal["contract", "tenure"] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of the scan with their defaults; record them with the answer.

    q_target false-discovery level; zone_low, zone_high equivalence zone of the odds ratio per SD
    (for flags yes against no must also lie within 1/target_or..target_or, for levels that alone);
    minimum_events on each side, from minimum_accounts on each side; maximum_missing share;
    minimum_cell accounts in each level of a flag, and off the commonest value of a number;
    target_or the odds ratio per SD "not enough data" waits to be able to see, at `power`;
    assumed_r2 for gated KPIs (no model yet); auc_alarm, leak_z alarms of METHODS 1.4;
    decisions_per_month overrides the rate seen in the data (e.g. from known renewal dates).
    """

    q_target: float = 0.10
    zone_low: float = 0.80
    zone_high: float = 1.25
    minimum_events: int = 20
    minimum_accounts: int = 20
    minimum_cell: int = 10
    maximum_missing: float = 0.40
    target_or: float = 1.5
    power: float = 0.80
    confidence: float = 0.95
    assumed_r2: float = 0.20
    auc_alarm: float = 0.90
    leak_z: float = 4.0
    decisions_per_month: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions with a low or high value (thirds), or with one level, and their renewal rate.

    label     "lowest" | "highest" for numbers, else the level as text ("0"/"1" for flags)
    low, high the range of values in the group; None for nominal levels
    n, events rows, and non-renewals among them
    rate      share RENEWED with Wilson interval, or NoAnswer below 10 rows (show counts)
    """

    label: str
    low: float | None
    high: float | None
    n: int
    events: int
    rate: Answer | NoAnswer


@dataclass(frozen=True, slots=True)
class LevelEstimate:
    """A nominal level against the largest level (which is `reference`: OR 1 by definition).

    label joins merged levels with " / ". log_odds of NON-renewal; odds_ratio* of RENEWAL.
    """

    label: str
    reference: bool
    n: int
    events: int
    log_odds: float
    se: float
    odds_ratio: float
    odds_ratio_low: float
    odds_ratio_high: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What may be believed about one KPI and renewal. An association, never an effect.

    verdict, level   "associated"/"L1", "no_association"/"L-", "not_enough_data"/"L0",
                     "suspicious"/"LEAK"
    direction        for RENEWAL, set only when associated and not nominal: "more" = a higher value
                     goes with more renewal
    unit             "sd": estimates are per standard deviation `sd` of the (transformed) KPI;
                     "levels": nominal
    log_odds, se     of NON-renewal (b of the model); odds_ratio, _low, _high: of RENEWAL, exp(-b),
                     95 % interval
    chi2, df         Wald test of a nominal KPI (p by F, see few_events.py); `levels` its estimates
    p, q             q None when the KPI is not in the family (gated or leaking)
    n_rows, n_accounts, n_events   rows where the KPI is known, their accounts and non-renewals
    groups           lowest and highest third, or each level; `difference` = highest minus lowest
                     renewal rate (Newcombe)
    small            associated, yet the whole interval lies inside the equivalence zone
    reason, needs    for "not_enough_data": stable code, and numbers there are and needed
    expected_by      date by which "not_enough_data" may change; None = cannot be foretold
    awaiting         what that date is for: "gate" (first estimate), "odds_ratio" (target_or would
                     be visible), "equivalence" (the interval could fit the zone)
    smallest_detectable_or   odds ratio per SD (nominal: between levels) visible now; None = none
    leak             why suspicious; b_late the log-odds in the last 30 days
    method           "logistic" (errors for repeated accounts) or "firth"; transform "log1p" or None
    influential_account   the account without which p would cross 0.05, the one that moves it most;
                          else None
    """

    key: str
    kind: Kind
    verdict: Verdict
    level: Level
    n_rows: int
    n_accounts: int
    n_events: int
    share_missing: float
    direction: Direction | None = None
    unit: Literal["sd", "levels"] | None = None
    sd: float | None = None
    transform: Literal["log1p"] | None = None
    method: Literal["logistic", "firth"] | None = None
    log_odds: float | None = None
    se: float | None = None
    odds_ratio: float | None = None
    odds_ratio_low: float | None = None
    odds_ratio_high: float | None = None
    chi2: float | None = None
    df: int | None = None
    p: float | None = None
    q: float | None = None
    small: bool = False
    groups: tuple[Group, ...] = ()
    difference: Answer | NoAnswer | None = None
    levels: tuple[LevelEstimate, ...] = ()
    reason: str | None = None
    needs: Mapping[str, float] = field(default_factory=dict)
    expected_by: date | None = None
    awaiting: Awaiting | None = None
    smallest_detectable_or: float | None = None
    leak: Leak | None = None
    b_late: float | None = None
    influential_account: int | None = None
    confidence: float = 0.95
    checks: tuple[Check, ...] = ()

    @property
    def answer(self) -> Answer | None:
        """The odds ratio of renewal per SD as an Answer, when a verdict rests on it; else None."""
        if self.verdict not in ("associated", "no_association") or self.odds_ratio is None:
            return None
        return Answer(
            value=self.odds_ratio,
            low=self.odds_ratio_low or 0.0,
            high=self.odds_ratio_high or 0.0,
            n=self.n_rows,
            events=self.n_events,
            accounts=self.n_accounts,
            scale="odds_ratio",
            method=self.method or "logistic",
            confidence=self.confidence,
            se=self.se,
            p=self.p,
            q=self.q,
            checks=self.checks,
        )

    @property
    def yes_against_no(self) -> tuple[float, float, float] | None:
        """Odds ratio of renewal, yes against no, with its interval, for a flag; else None."""
        if self.kind != "flag" or not self.sd or self.odds_ratio is None:
            return None
        per_sd = (self.odds_ratio, self.odds_ratio_low, self.odds_ratio_high)
        value, low, high = (math.exp(math.log(o) / self.sd) if o else 0.0 for o in per_sd)
        return value, low, high

    @property
    def no_answer(self) -> NoAnswer | None:
        """The NoAnswer of a "not_enough_data" finding."""
        if self.verdict != "not_enough_data" or self.reason is None:
            return None
        return NoAnswer(self.reason, self.needs, self.expected_by)


@dataclass(frozen=True, slots=True)
class Scan:
    """All findings, in the order of the features, and what they rest on.

    family_size: KPIs that were tested together (neither gated nor leaking); discoveries: associated
    among them. excluded_after_cut: rows decided after data_cut, left out (known early only for
    those who leave). decisions_per_month: the rate dates were foretold with; None = it could not be
    told.
    """

    findings: tuple[Finding, ...]
    data_cut: date
    n_rows: int
    n_accounts: int
    n_events: int
    excluded_after_cut: int
    family_size: int
    discoveries: int
    decisions_per_month: float | None
    settings: Settings
