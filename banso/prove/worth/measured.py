"""An effect that was measured by comparison, as what a what-if rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils import timezone

from banso.know.subscriptions.reads import decision_rows
from banso.measure.revenue.reads import Book, day_number, known_until
from banso.prove.effects.models import Assigned, Goal, Measure, MeasureState, Result, Verdict
from banso.prove.effects.reads import latest_result, measures, treated_of
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.normal import two_sided_z
from banso.prove.engine.regression import FloatArray
from banso.prove.engine.what_if import Baseline, Lever, fit_without_kpi
from banso.prove.worth.rules import EFFECT, Days, Mask
from banso.shared.users.reads import organisation

LEVELS_OF_EFFECT = ("L3", "L4")


@dataclass(frozen=True)
class Effect:
    """A measure that was meant to change renewal, with its newest answer (None before the first);
    it stands where the finding about a metric stands otherwise.
    """

    measure: Measure
    run: Result | None

    @property
    def metric_key(self) -> str:
        return f"{EFFECT}{self.measure.pk}"

    @property
    def label(self) -> str:
        return self.measure.name

    @property
    def result(self) -> Result:
        """The answer of an effect that may be calculated with."""
        if self.run is None:
            raise ValueError("nothing has been computed yet")
        return self.run


def effects() -> list[Effect]:
    """Measures of renewal that go on, whatever was found of them."""
    found = measures().filter(goal=Goal.RENEWAL, state=MeasureState.RUNNING)
    return [Effect(measure, latest_result(measure)) for measure in found]


def effect_named(key: str) -> Effect | None:
    number = key.removeprefix(EFFECT)
    return next((e for e in effects() if number and str(e.measure.pk) == number), None)


def not_judged(effect: Effect) -> NoAnswer | None:
    """What the claim ladder does not allow to calculate with: only L3 and L4 are effects."""
    result = effect.run
    if result is None or result.verdict == Verdict.UNCLEAR:
        return NoAnswer("effect_unclear", {}, result.expected_by if result else None)
    if result.verdict == Verdict.REFUSED:
        return NoAnswer("effect_refused")
    if result.verdict == Verdict.NONE:
        return NoAnswer("effect_none")
    if result.level not in LEVELS_OF_EFFECT:
        return NoAnswer("effect_candidate")
    return NoAnswer("effect_worse") if result.verdict == Verdict.WORSE else None


def lever_of(result: Result) -> Lever:
    """The estimate on the chance not to renew, its error from the interval that was shown (that of
    a look of a hold-out is wider than its standard error).
    """
    found = result.numbers["answer"]
    wide = max(found["high"] - found["value"], found["value"] - found["low"])
    return Lever(-found["value"], wide / two_sided_z(0.95), -found["value"], "points")


def rates(effect: Effect, found: Book, today: date) -> Baseline | NoAnswer:
    """Chances to renew by contract and time as a customer, from all decisions so far but those of
    customers who had it by then: they are what it becomes, not what it is without it.
    """
    lever, cut = lever_of(effect.result), known_until(found, today)
    rows = decision_rows(data_cut=cut, landmark_days=organisation().landmark_days).table
    rows = rows.filter(pa.array(~_had_it(effect, rows)))
    if not rows.num_rows:
        return NoAnswer("no_contracts")
    names = ["account" if name == "account_id" else name for name in rows.column_names]
    return fit_without_kpi(rows.rename_columns(names), lever, data_cut=cut)


def _had_it(effect: Effect, rows: pa.Table) -> Mask:
    """Which decisions came on or after the day on which their customer got it."""
    since = {account: day_number(day) for account, day in _treated(effect.measure).items()}
    never = np.iinfo(np.int64).max
    began = [since.get(account, never) for account in rows["account_id"].to_pylist()]
    decided = rows["decided_on"].cast(pa.int32()).to_numpy().astype(np.int64)
    return np.asarray(decided >= np.array(began, dtype=np.int64), dtype=np.bool_)


def _treated(measure: Measure) -> dict[int, date]:
    """account -> since when it has it; of a random draw since the draw."""
    if not measure.is_holdout:
        return treated_of(measure)
    drawn = Assigned.objects.filter(holdout__measure=measure, is_held_out=False)
    pairs = drawn.values_list("account", "holdout__drawn_at")
    return {account: timezone.localtime(at).date() for account, at in pairs}


def treated_values(effect: Effect, accounts: Days) -> FloatArray:
    """1 for each account that has it by now, else 0."""
    treated = np.array(list(_treated(effect.measure)), dtype=np.int64)
    return np.isin(accounts, treated).astype(np.float64)


def comparison_of(effect: Effect) -> dict[str, Any]:
    """What was measured, as plain JSON: points with limits, the groups, the kind of comparison."""
    numbers, result = effect.result.numbers, effect.result
    if effect.measure.is_holdout:
        n, m = numbers["treated"]["n"], numbers["held_out"]["n"]
    else:
        n, m = numbers["customers"]["treated"], numbers["customers"]["untreated"]
    found = numbers["answer"]
    return {
        "measure": effect.measure.pk, "result": result.pk, "drawn": effect.measure.is_holdout,
        "value": found["value"], "low": found["low"], "high": found["high"], "n": n, "m": m,
        "confidence": found.get("confidence", 0.95),
        "on": str(result.data_cut),
    }  # fmt: skip
