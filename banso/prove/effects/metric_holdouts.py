"""A random hold-out whose outcome is a metric: one look, twelve weeks after the draw.

Everybody is measured on the same day, so there is nothing to look at in between, and one look
needs no bound for several.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from banso.know.accounts.models import Account
from banso.measure.metrics.models import MetricDefinition
from banso.prove.effects.answering import Told, answer_told, companies
from banso.prove.effects.before import running_on
from banso.prove.effects.gathering import measured
from banso.prove.effects.holdouts import Planned
from banso.prove.effects.models import Assigned, HoldOut, Measure, Verdict
from banso.prove.effects.rules import Floats, Ints, PlannedLook, judged
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.holdout import difference_of_means, smallest_mean_difference
from banso.prove.engine.normal import two_sided_z
from banso.prove.studies.metric_values import tracked_days
from banso.prove.studies.rules import fingerprint

_EPOCH = date(1970, 1, 1)
FOLLOWED = timedelta(days=84)


@dataclass(frozen=True)
class Measured:
    """The metric of those drawn, before and after, as it is compared; NaN unknown."""

    accounts: Ints
    treated: np.ndarray[tuple[int], np.dtype[np.bool_]]
    before: Floats
    after: Floats
    logged: bool
    sign: float
    data_cut: date


def planned_metric(
    *, segment: str, share: float, metric_key: str, meaningful: float, today: date
) -> Planned:
    """Customers with a running contract whose metric is known, in strata of its thirds.

    smallest and meaningful are in standard deviations of the metric, as the page says.
    """
    definition = MetricDefinition.objects.filter(key=metric_key).first()
    looks = [PlannedLook(today + FOLLOWED, 1.0)]
    units = _units(segment, today)
    values = _values(definition, units, today) if definition else np.zeros(len(units))
    known = np.isfinite(values)
    units, values = units[known], values[known]
    cuts = np.quantile(values, [1 / 3, 2 / 3]) if len(values) else np.zeros(2)
    strata = {
        int(pk): f"third {int((value > cuts).sum()) + 1}"
        for pk, value in zip(units, values, strict=True)
    }
    smallest = needed = None
    if definition is not None and len(units) > 2 and values.std() > 0:
        earlier = _values(definition, units, today - FOLLOWED)
        r2 = _explained(_scaled(earlier)[0], _scaled(values)[0])
        smallest = smallest_mean_difference(1.0, r2, len(units), share)
        needed = len(units) * (smallest / meaningful) ** 2
    return Planned(strata, None, len(units), looks if strata else [], smallest, needed)


def _units(segment: str, today: date) -> Ints:
    found = Account.objects.filter(pk__in=running_on(today))
    if segment:
        found = found.filter(segment=segment)
    return np.array(sorted(found.values_list("pk", flat=True)), dtype=np.int64)


def _values(definition: MetricDefinition, units: Ints, day: date) -> Floats:
    """The metric of each customer on a day; NaN where it is not known."""
    if not len(units):
        return np.zeros(0)
    days = np.full(len(units), (day - _EPOCH).days, dtype=np.int64)
    rows = pa.table(
        {
            "row_id": np.arange(len(units), dtype=np.int64),
            "account_id": units,
            "landmark": pa.array(days.astype(np.int32)).cast(pa.date32()),
            "tenure_days": np.zeros(len(units), dtype=np.int64),
        }
    )
    found = measured([definition], rows, days).get(definition.key)
    return np.full(len(units), np.nan) if found is None else found


def _scaled(values: Floats) -> tuple[Floats, bool]:
    """As it is compared: log(1 + x) where it is very uneven."""
    known = values[np.isfinite(values)]
    logged = bool(len(known) and known.min() >= 0 and known.std() > abs(known.mean()))
    return (np.log1p(values) if logged else values), logged


def _explained(earlier: Floats, now: Floats) -> float:
    known = np.isfinite(earlier) & np.isfinite(now)
    if known.sum() < 10 or not earlier[known].std() or not now[known].std():
        return 0.0
    return float(np.corrcoef(earlier[known], now[known])[0, 1] ** 2)


def metric_look_due(holdout: HoldOut, *, today: date) -> bool:
    """Whether the day has come and usage is on record up to it."""
    on, tracked = date.fromisoformat(holdout.looks[-1]["on"]), tracked_days()
    return on <= today and tracked is not None and tracked[1] >= on - timedelta(days=1)


def measured_groups(holdout: HoldOut) -> Measured | None:
    """None while the metric is gone."""
    definition = MetricDefinition.objects.filter(key=holdout.measure.metric_key).first()
    if definition is None:
        return None
    rows = list(
        Assigned.objects.filter(holdout=holdout).order_by("account")
        .values_list("account", "is_held_out")
    )  # fmt: skip
    accounts = np.array([pk for pk, _held in rows], dtype=np.int64)
    on = date.fromisoformat(holdout.looks[-1]["on"])
    after, logged = _scaled(_values(definition, accounts, on))
    before = _values(definition, accounts, on - FOLLOWED)
    before = np.log1p(before) if logged else before
    sign = -1.0 if definition.better == "lower" else 1.0
    treated = np.array([not held for _pk, held in rows], dtype=np.bool_)
    return Measured(accounts, treated, sign * before, sign * after, logged, sign, on)


def metric_look(holdout: HoldOut, found: Measured, measure: Measure) -> Told:
    """What the one look says; everybody stays in the group that was drawn."""
    answer = difference_of_means(
        found.after, found.before, found.treated, companies(found.accounts), share=holdout.share
    )
    spread = float(np.nanstd(found.after))
    numbers = _numbers(answer, found, spread)
    settings = {"share": holdout.share, "meaningful": measure.meaningful}
    told = Told(Verdict.UNCLEAR, "L0", numbers, settings)
    if isinstance(answer, NoAnswer):
        if answer.reason == "sample_ratio_mismatch":
            told.verdict = Verdict.REFUSED
        return told
    said = judged(answer.low, answer.high, measure.meaningful * spread, design_level="L4")
    told.verdict, told.level = said.verdict, said.level
    return told


def _numbers(answer: Answer | NoAnswer, found: Measured, spread: float) -> dict[str, Any]:
    known = np.isfinite(found.after)
    z = answer.value / answer.se if isinstance(answer, Answer) and answer.se else None
    sides = {
        name: {"n": int((known & group).sum())}
        for name, group in (("treated", found.treated), ("held_out", ~found.treated))
    }
    ratio = answer.checks[0].value if isinstance(answer, Answer) else answer.needs.get("p")
    return {
        "answer": answer_told(answer), "information": 1.0, "bound": two_sided_z(0.95), "z": z,
        "crossed": z is not None and abs(z) >= two_sided_z(0.95), "final": True, "look": 1,
        "looks": 1, "logged": found.logged, "spread": spread, **sides, "sample_ratio_p": ratio,
    }  # fmt: skip


def metric_hash(holdout: HoldOut, found: Measured) -> str:
    return fingerprint([holdout.pk, found.accounts.tolist(), np.nan_to_num(found.after).tolist()])
