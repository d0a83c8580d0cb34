"""A comparison of treated and untreated that may be shown, or why it may not (METHODS 1.5, 3.7).

Rows are customers at a time zero: the treated on the day of treatment, the untreated on the same
day. Several rows of one customer are one cluster. What is estimated is the effect on the treated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.covariates import Covariate, Terms, terms
from banso.prove.engine.effect import (
    Estimated,
    Family,
    doubly_robust,
    fit_outcome,
    standardised,
    unadjusted,
    weighted,
)
from banso.prove.engine.regression import Clusters, FloatArray
from banso.prove.engine.sensitivity import EValue, e_value_of_difference
from banso.prove.engine.weighting import (
    Balance,
    BoolArray,
    Overlap,
    balance,
    design,
    effective_n,
    fit_propensity,
    overlap,
    weights,
)

ROWS_PER_COLUMN = 5


@dataclass(frozen=True, slots=True)
class Gates:
    """What must be there before an effect is shown."""

    treated: int = 50
    untreated: int = 50
    events: int = 20
    events_per_group: int = 5
    largest_smd: float = 0.10
    largest_smd_left_out: float = 0.25
    overlap: float = 0.95
    effective_share: float = 0.30
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows, customers and events (of the rarer outcome) on either side."""

    treated: int
    untreated: int
    treated_accounts: int
    untreated_accounts: int
    treated_events: int
    untreated_events: int


@dataclass(frozen=True, slots=True)
class Compared:
    """answer: doubly robust effect on the treated, or why not. unadjusted, weighted, standardised:
    the other ways of looking, None where not computed. treated_mean, expected_mean: what came and
    what would have come. effective: how many equal untreated the weighted ones are worth. w: weight
    of every row. left_out: covariates for which there are too few rows; constant: that do not vary.
    """

    answer: Answer | NoAnswer
    counts: Counts
    unadjusted: Answer | None = None
    weighted: Answer | None = None
    standardised: Answer | None = None
    treated_mean: float | None = None
    expected_mean: float | None = None
    balance: tuple[Balance, ...] = ()
    overlap: Overlap | None = None
    effective: float | None = None
    e_value: EValue | None = None
    left_out: tuple[str, ...] = ()
    constant: tuple[str, ...] = ()
    w: FloatArray | None = None


def compare(
    y: FloatArray,
    treated: BoolArray,
    accounts: Clusters,
    covariates: Sequence[Covariate],
    *,
    family: Family = "binary",
    gates: Gates | None = None,
) -> Compared:
    """The effect on the treated, or NoAnswer with what is lacking.

    y (n): 1/0 (1 = what is hoped for) or numbers. Reasons in the order they are looked for:
    "too_few_treated", "too_few_untreated", "too_few_events", "too_few_events_in_group",
    "no_overlap", "not_balanced", "too_few_effective". From "no_overlap" on the picture of balance
    and overlap is there, so that people see why. Raises ValueError for wrong shapes.
    """
    limits = gates or Gates()
    if not len(y) == len(treated) == len(accounts.codes) or not np.isfinite(y).all():
        raise ValueError("need finite y, treated and accounts of one length")
    counts = _counts(y, treated, accounts, family)
    lacking = _lacking(counts, limits, family)
    if lacking is not None:
        return Compared(lacking, counts)
    columns = terms(covariates, len(y))
    few = min(counts.treated_accounts, counts.untreated_accounts)
    used, left_out = columns.first(few // ROWS_PER_COLUMN)
    return _compared(y, treated, accounts, columns, used, left_out, counts, family, limits)


def _compared(
    y: FloatArray,
    treated: BoolArray,
    accounts: Clusters,
    columns: Terms,
    used: FloatArray,
    left_out: tuple[str, ...],
    counts: Counts,
    family: Family,
    limits: Gates,
) -> Compared:
    propensity = fit_propensity(used, treated)
    w = weights(propensity.e, treated, "att")
    rows = _balance(columns, treated, w)
    picture = overlap(propensity.e, treated)
    effective = effective_n(w[~treated])
    checks = _checks(rows, left_out, picture, effective, counts, limits)
    x = design(columns.first(_outcome_columns(y, treated, accounts, family))[0])
    ours, theirs = (fit_outcome(x, y, group, family) for group in (treated, ~treated))
    robust = doubly_robust(y, treated, propensity, ours, theirs, "att")
    told = _answers(
        {
            "unadjusted": unadjusted(y, treated),
            "weighted": weighted(y, treated, propensity, "att"),
            "standardised": standardised(y, treated, ours, theirs, "att"),
            "doubly_robust": robust,
        },
        accounts, counts, limits,
    )  # fmt: skip
    mean = float(y[treated].mean())
    answer = _refusal(checks) or _with_checks(told["doubly_robust"], checks)
    sensitivity = None
    if family == "binary" and isinstance(answer, Answer):
        sensitivity = e_value_of_difference(mean, answer.value, answer.low, answer.high)
    return Compared(
        answer, counts, told["unadjusted"], told["weighted"], told["standardised"], mean,
        mean - robust.value, rows, picture, effective, sensitivity, left_out, columns.constant, w,
    )  # fmt: skip


def _answers(
    found: dict[str, Estimated], accounts: Clusters, counts: Counts, limits: Gates
) -> dict[str, Answer]:
    events = counts.treated_events + counts.untreated_events
    return {
        method: estimated.answer(
            accounts, events=events, method=method, confidence=limits.confidence
        )
        for method, estimated in found.items()
    }


def placebo(
    y: FloatArray,
    treated: BoolArray,
    accounts: Clusters,
    covariates: Sequence[Covariate],
    *,
    confidence: float = 0.95,
) -> Answer | None:
    """The same comparison on a number from before time zero, in its standard deviations.

    Treatment cannot have moved it: an interval without 0 says that the groups were different in a
    way that the covariates do not catch. Rows where it is unknown (NaN) are left out; None with
    fewer than 20 on either side, or when it does not vary.
    """
    known = np.isfinite(y)
    if min((known & treated).sum(), (known & ~treated).sum()) < 20 or not np.ptp(y[known]):
        return None
    y = (y[known] - y[known].mean()) / y[known].std()
    treated, clusters = treated[known], Clusters.of(accounts.codes[known])
    columns = terms([c.of(known) for c in covariates], len(y))
    few = min(int(treated.sum()), int((~treated).sum()))
    used = columns.first(few // ROWS_PER_COLUMN)[0]
    propensity = fit_propensity(used, treated)
    x = design(used)
    ours, theirs = (fit_outcome(x, y, group, "number") for group in (treated, ~treated))
    found = doubly_robust(y, treated, propensity, ours, theirs, "att")
    return found.answer(clusters, events=0, method="placebo", confidence=confidence)


def _counts(y: FloatArray, treated: BoolArray, accounts: Clusters, family: Family) -> Counts:
    event = np.zeros(len(y), dtype=np.bool_)
    if family == "binary" and len(y):
        event = y == (0.0 if y.mean() > 0.5 else 1.0)
    return Counts(
        int(treated.sum()),
        int((~treated).sum()),
        len(np.unique(accounts.codes[treated])),
        len(np.unique(accounts.codes[~treated])),
        int((event & treated).sum()),
        int((event & ~treated).sum()),
    )


def _lacking(counts: Counts, limits: Gates, family: Family) -> NoAnswer | None:
    """Too few customers or events: nothing is computed then."""
    c = counts
    if c.treated_accounts < limits.treated:
        needs = {"treated": c.treated_accounts, "treated_needed": limits.treated}
        return NoAnswer("too_few_treated", needs)
    if c.untreated_accounts < limits.untreated:
        needs = {"untreated": c.untreated_accounts, "untreated_needed": limits.untreated}
        return NoAnswer("too_few_untreated", needs)
    if family == "number":
        return None
    events = c.treated_events + c.untreated_events
    if events < limits.events:
        return NoAnswer("too_few_events", {"events": events, "events_needed": limits.events})
    fewer = min(c.treated_events, c.untreated_events)
    if fewer < limits.events_per_group:
        needs = {
            "treated_events": c.treated_events,
            "untreated_events": c.untreated_events,
            "events_needed": limits.events_per_group,
        }
        return NoAnswer("too_few_events_in_group", needs)
    return None


def _outcome_columns(y: FloatArray, treated: BoolArray, accounts: Clusters, family: Family) -> int:
    """How many columns the outcome model of the untreated can carry."""
    rest = y[~treated]
    if family == "number":
        return len(np.unique(accounts.codes[~treated])) // ROWS_PER_COLUMN
    return int(min(rest.sum(), len(rest) - rest.sum())) // ROWS_PER_COLUMN


def _balance(columns: Terms, treated: BoolArray, w: FloatArray) -> tuple[Balance, ...]:
    """Differences of the modelled columns, with the means as people read them."""
    modelled = balance(columns.x, columns.names, treated, w)
    plain = balance(columns.plain, columns.names, treated, w)
    return tuple(
        Balance(m.name, p.treated, p.untreated, p.untreated_weighted, m.before, m.after)
        for m, p in zip(modelled, plain, strict=True)
    )


def _checks(
    rows: tuple[Balance, ...],
    left_out: tuple[str, ...],
    picture: Overlap,
    effective: float,
    counts: Counts,
    limits: Gates,
) -> tuple[Check, ...]:
    """The gates of the design.

    What there were too few customers to hold may differ by 0.25, or by what chance alone does
    between so few (3 / sqrt n); more is refused. The effective sample is held against the smaller
    group: a large pool may give most of its customers little weight and still be worth more than
    the treated.
    """
    held = [abs(row.after) for row in rows if row.name.split(" = ", 1)[0] not in left_out]
    others = [abs(row.after) for row in rows if row.name.split(" = ", 1)[0] in left_out]
    largest, rest = max(held, default=0.0), max(others, default=0.0)
    loose = max(limits.largest_smd_left_out, 3 / math.sqrt(counts.treated_accounts))
    share = effective / min(counts.treated, counts.untreated)
    return (
        Check("overlap", picture.share, limits.overlap, picture.share >= limits.overlap),
        Check("balance", largest, limits.largest_smd, largest <= limits.largest_smd),
        Check("left_out", rest if others else None, loose, rest <= loose),
        Check("effective", share, limits.effective_share, share >= limits.effective_share),
    )


_REASONS = {
    "overlap": "no_overlap",
    "balance": "not_balanced",
    "left_out": "not_balanced",
    "effective": "too_few_effective",
}


def _refusal(checks: tuple[Check, ...]) -> NoAnswer | None:
    for check in checks:
        if check.passed is False:
            found = check.value if check.value is not None and np.isfinite(check.value) else 99.0
            needs = {"found": found, "needed": check.threshold or 0.0}
            return NoAnswer(_REASONS[check.name], needs)
    return None


def _with_checks(answer: Answer, checks: tuple[Check, ...]) -> Answer:
    return Answer(
        answer.value, answer.low, answer.high, answer.n, answer.events, answer.scale,
        answer.method, answer.accounts, answer.confidence, answer.se, answer.p, checks=checks,
    )  # fmt: skip
