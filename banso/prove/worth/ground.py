"""What an answer about one subject rests on, how far it may change, and the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from banso.measure.revenue.reads import Book
from banso.prove.effects.models import Result
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.association import Settings, scan
from banso.prove.engine.findings import Feature
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.regression import FloatArray
from banso.prove.engine.what_if import (
    Baseline,
    Lever,
    fit_baseline,
    lift,
    reach,
    shrunken,
    to_median,
)
from banso.prove.studies.models import EvidenceRun, Finding, FindingGroup, Verdict
from banso.prove.studies.rules import leak_in_metric
from banso.prove.worth.gathering import present_terms
from banso.prove.worth.measured import Effect, not_judged, rates
from banso.prove.worth.reads import family_p, family_z
from banso.prove.worth.rules import (
    FEWEST_CUSTOMERS,
    Asked,
    Terms,
    highest_share,
    per_decision,
    reached,
)
from banso.prove.worth.subjects import Milestone, Subject, is_levelled
from banso.prove.worth.values import past_decisions, present_values


@dataclass(frozen=True)
class Ground:
    """What an answer about one metric (step, measured effect) rests on, before any change is asked
    for.

    value: of each present customer (step, effect: 1 reached, 0 not; NaN where not known). highest:
    of a step, the largest share that any quarter of past decisions had.
    """

    finding: Subject
    base: Baseline
    lever: Lever
    terms: Terms
    value: FloatArray
    is_step: bool
    highest: float

    @property
    def level(self) -> str:
        """The step on the ladder of claims; nobody chooses it."""
        if isinstance(self.finding, Effect):
            return self.finding.result.level
        return "L1" if isinstance(self.finding, Milestone) or self.is_step else self.finding.level

    @property
    def source(self) -> EvidenceRun | Result:
        """The computation whose data and code it can be repeated with."""
        return self.finding.result if isinstance(self.finding, Effect) else self.finding.run

    @property
    def known(self) -> FloatArray:
        """Values of the customers of which it is known."""
        return np.asarray(self.value[np.isfinite(self.value)])

    @property
    def now(self) -> float:
        return float(self.known.mean())

    @property
    def up(self) -> bool:
        """Whether more of it goes with renewal."""
        return self.lever.raw < 0


@dataclass(frozen=True)
class Change:
    """A change for each present term: shift in SD, share that is changed; the level that is lifted
    to (numbers), and whether it goes beyond what was seen.
    """

    shift: FloatArray
    moved: FloatArray
    level: float | None
    extrapolates: bool


def ground_of(subject: Subject, asked: Asked, found: Book | None, today: date) -> Ground | NoAnswer:
    """Everything but the change, or why nothing can be said."""
    if isinstance(subject, Effect):
        return _measured(subject, asked, found, today)
    return _associated(subject, asked, found, today)


def _measured(effect: Effect, asked: Asked, found: Book | None, today: date) -> Ground | NoAnswer:
    """The estimate as it was measured: nothing is shrunk, nobody's value is unknown."""
    refusal = not_judged(effect)
    if refusal is not None:
        return refusal
    if found is None:
        return NoAnswer("no_contracts")
    base = rates(effect, found, today)
    if isinstance(base, NoAnswer):
        return base
    terms = present_terms(found, asked.currency, today)
    if len(terms) < FEWEST_CUSTOMERS:
        return NoAnswer("too_few_customers", {"n": len(terms), "n_needed": FEWEST_CUSTOMERS})
    value = present_values(effect, terms.account, asked)
    return Ground(effect, base, base.lever, terms, value, is_step=True, highest=1.0)


def _associated(
    finding: Finding | Milestone, asked: Asked, found: Book | None, today: date
) -> Ground | NoAnswer:
    refusal = _not_allowed(finding)
    if refusal is not None:
        return refusal
    rows, cut = past_decisions(finding, asked), finding.run.data_cut
    if rows is None or found is None or cut is None:
        return NoAnswer("rows_gone" if found is not None else "no_contracts")
    feature = _feature(rows, asked)
    if asked.compare:
        refusal = _step_not_allowed(rows, feature, cut, finding)
        if refusal is not None:
            return refusal
    base = fit_baseline(rows, feature, data_cut=cut)
    if isinstance(base, NoAnswer):
        return base
    terms = present_terms(found, asked.currency, today)
    value = present_values(finding, terms.account, asked)
    if asked.compare:
        value = np.where(np.isfinite(value), reached(value, asked), np.nan)
    known = int(np.isfinite(value).sum())
    if known < FEWEST_CUSTOMERS:
        return NoAnswer("too_few_customers", {"n": known, "n_needed": FEWEST_CUSTOMERS})
    highest = _highest(rows, asked) if asked.compare else 1.0
    family = finding.group if isinstance(finding, Finding) else FindingGroup.METRIC
    lever = shrunken(base.lever, family_z(finding.run, family))
    return Ground(finding, base, lever, terms, value, bool(asked.compare), highest)


def _not_allowed(finding: Finding | Milestone) -> NoAnswer | None:
    """What the claim ladder does not allow to calculate with."""
    if isinstance(finding, Milestone):
        told = [finding.first.key, finding.label_en, finding.label_ja]
        return NoAnswer("about_leaving") if leak_in_metric(told) else None
    if finding.verdict == Verdict.ASSOCIATED:
        return None
    reason = {
        Verdict.SUSPICIOUS: "suspicious", Verdict.NO_ASSOCIATION: "no_association",
        Verdict.NOT_ENOUGH_DATA: "not_enough_data",
    }[Verdict(finding.verdict)]  # fmt: skip
    return NoAnswer(reason, {}, finding.expected_by)


def _feature(rows: pa.Table, asked: Asked) -> Feature:
    values = np.asarray(rows["value"].to_numpy(zero_copy_only=False), dtype=np.float64)
    if not asked.compare:
        return Feature("asked", "number", values)
    late = None
    if "late" in rows.column_names:
        late = np.asarray(rows["late"].to_numpy(zero_copy_only=False), dtype=np.float64)
    held = np.where(np.isfinite(values), reached(values, asked), np.nan)
    return Feature("asked", "flag", held, late)


def _step_not_allowed(
    rows: pa.Table, feature: Feature, cut: date, finding: Finding | Milestone
) -> NoAnswer | None:
    """A step must go with renewal itself, in the direction of being reached. A milestone was tested
    by nobody before: it must stand out among the metrics that were.
    """
    seen = scan(rows, [feature], data_cut=cut).findings[0]
    if seen.no_answer is not None:
        return seen.no_answer
    if seen.verdict == "suspicious":
        return NoAnswer("shows_leaving")
    if seen.verdict != "associated":
        return NoAnswer("no_association")
    if isinstance(finding, Milestone) and seen.p is not None:
        together = benjamini_hochberg([seen.p, *family_p(finding.run)])
        if together[0] > Settings().q_target:
            return NoAnswer("one_of_many")
    if seen.direction == "more":
        return None
    levelled = isinstance(finding, Milestone) or is_levelled(finding)
    return NoAnswer("against_having" if levelled else "against_step")


def _highest(rows: pa.Table, asked: Asked) -> float:
    values = np.asarray(rows["value"].to_numpy(zero_copy_only=False), dtype=np.float64)
    day = np.asarray(rows["decided_on"].cast(pa.int32()).to_numpy(), dtype=np.int64)
    known = np.isfinite(values)
    return highest_share(reached(values[known], asked) > 0, day[known])


def reachable(ground: Ground) -> dict[str, float]:
    """Where the mean (share) is, how far it may go within what was seen, a modest suggestion."""
    if ground.is_step:
        most = min(max(ground.highest, ground.now), 1.0)
        suggested = ground.now + (1.0 - ground.now) / 3
        if most > ground.now + 0.02:
            suggested = min(suggested, most)
        return {"now": ground.now, "least": ground.now, "most": most, "suggested": suggested}
    low, high = reach(ground.known, ground.base.support)
    suggested = to_median(ground.known, ground.base.support, up=ground.up)
    least, most = (ground.now, high) if ground.up else (low, ground.now)
    return {"now": ground.now, "least": least, "most": most, "suggested": suggested}


def change_of(ground: Ground, target: float) -> Change | NoAnswer:
    """The change for every present term; refused where it goes against what goes with renewal."""
    if ground.is_step:
        return _step(ground, target)
    shifted = lift(ground.known, target, ground.base.support)
    if isinstance(shifted, NoAnswer):
        return shifted
    if (target > ground.now) != ground.up:
        return NoAnswer("against_up" if ground.up else "against_down", {"now": ground.now})
    move = np.fmax if target > ground.now else np.fmin
    after = np.where(np.isfinite(ground.value), move(ground.value, shifted.level), np.nan)
    difference = ground.base.scaled(after) - ground.base.scaled(ground.value)
    shift = np.where(np.isfinite(ground.value), difference, 0.0)
    return Change(shift, np.ones(len(shift)), shifted.level, shifted.extrapolates)


def _step(ground: Ground, target: float) -> Change | NoAnswer:
    now, is_effect = ground.now, isinstance(ground.finding, Effect)
    if target > 1.0 or target < 0.0:
        return NoAnswer("outside_support", {"target": target, "furthest": 1.0, "value": 1.0})
    if target <= now + 1e-9:
        reason = "effect_fall" if is_effect else "against_up"
        reason = "no_change" if abs(target - now) <= 1e-9 else reason
        return NoAnswer(reason, {"now": now, "target": target})
    open_ones = ground.value == 0.0
    moved = np.where(open_ones, (target - now) / (1.0 - now), 0.0)
    whole = per_decision(ground.terms.months) if is_effect else 1.0 / ground.base.sd
    shift = np.where(open_ones, whole, 0.0)
    return Change(shift, moved, None, bool(target > max(ground.highest, now) + 1e-9))
