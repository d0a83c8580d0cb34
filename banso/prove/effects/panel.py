"""A metric every four weeks, for the treated and the not yet treated: difference in differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from django.db.models import Q

from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import MetricDefinition
from banso.prove.effects.answering import MAY_COME, Told, answer_told, companies
from banso.prove.effects.before import Before, known_before
from banso.prove.effects.gathering import SEED, measured
from banso.prove.effects.models import Measure, Verdict
from banso.prove.effects.reads import treated_of
from banso.prove.effects.rules import Bools, Floats, Ints, judged, level_of_observation
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.did import NEVER, PRE_TREND_P, Did, difference_in_differences
from banso.prove.engine.sensitivity import robustness
from banso.prove.studies.metric_values import tracked_days
from banso.prove.studies.rules import TRACKING_WINDOW_DAYS, fingerprint

_EPOCH = date(1970, 1, 1)
PERIOD_DAYS = 28
BEFORE, MOST_PERIODS = 6, 26
MOST_UNTREATED = 4_000


@dataclass(frozen=True)
class Panel:
    """y (units, periods) as measured at the end of each period; cohort: the first period with

    treatment in it. logged: y is log(1 + x). ends: the last day of each period. before: what is
    held alike.
    """

    data_cut: date
    units: Ints
    y: Floats
    cohort: Ints
    ends: tuple[date, ...]
    logged: bool
    sign: float
    treated_on: Mapping[int, date]
    before: Before

    @property
    def data_hash(self) -> str:
        treated, held = sorted(self.treated_on.items()), self.before.x.tolist()
        return fingerprint([self.data_cut, treated, self.units.tolist(), self.y.tolist(), held])


def gather_panel(measure: Measure, *, today: date) -> Panel | None:
    """None while usage is not recorded, the metric is gone, or nobody was treated."""
    definition = MetricDefinition.objects.filter(key=measure.metric_key).first()
    tracked, treated_on = tracked_days(), treated_of(measure)
    if definition is None or tracked is None or not treated_on:
        return None
    last = min(today, tracked[1] + timedelta(days=1))
    ends = _boundaries(last, tracked[0], min(treated_on.values()))
    if len(ends) < 2:
        return None
    began = _customers(ends[0], last)
    untreated = np.array(sorted(set(began) - set(treated_on)), dtype=np.int64)
    if len(untreated) > MOST_UNTREATED:
        random = np.random.default_rng(SEED)
        untreated = np.sort(random.choice(untreated, MOST_UNTREATED, replace=False))
    ours = np.array(sorted(pk for pk in treated_on if pk in began), dtype=np.int64)
    units = np.concatenate([ours, untreated])
    y = _values(definition, units, ends, began)
    logged = bool(np.nanmin(y, initial=0.0) >= 0 and np.nanstd(y) > abs(np.nanmean(y)))
    sign = -1.0 if definition.better == "lower" else 1.0
    y = sign * (np.log1p(y) if logged else y)
    cohort = _cohorts(units, treated_on, ends)
    before = known_before(measure, units, treated_on)
    return Panel(last, units, y, cohort, tuple(ends), logged, sign, treated_on, before)


def behind(panel: Panel) -> pa.Table:
    """Each customer's mean before and since treatment, as measured; of the others over all."""
    told = panel.sign * panel.y
    plain = np.expm1(told) if panel.logged else told
    periods = np.arange(panel.y.shape[1])
    given = panel.cohort > 0
    since = given[:, None] & (periods >= panel.cohort[:, None])
    return pa.table(
        {
            "account_id": panel.units,
            "treated": given,
            "time_zero": [panel.treated_on.get(pk) for pk in panel.units.tolist()],
            "before": pa.array(_means(plain, ~since), from_pandas=True),
            "after": pa.array(_means(plain, since), from_pandas=True),
        }
    )


def _means(y: Floats, chosen: Bools) -> Floats:
    known = chosen & np.isfinite(y)
    count = known.sum(axis=1)
    total = np.where(known, y, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _boundaries(last: date, tracked_from: date, first: date) -> list[date]:
    """Ends of periods, counted back from the last day to six periods before the first treatment."""
    earliest = max(
        tracked_from + timedelta(days=TRACKING_WINDOW_DAYS),
        first - timedelta(days=BEFORE * PERIOD_DAYS),
    )
    ends = [last]
    while len(ends) < MOST_PERIODS and ends[-1] - timedelta(days=PERIOD_DAYS) >= earliest:
        ends.append(ends[-1] - timedelta(days=PERIOD_DAYS))
    return ends[::-1]


def _customers(start: date, end: date) -> dict[int, date]:
    """First paid day of customers with a contract in the time looked at."""
    running = Subscription.objects.filter(is_trial=False, start__lt=end)
    running = running.filter(Q(end=None) | Q(end__gt=start))
    began: dict[int, date] = {}
    for pk, day in running.values_list("account_id", "start").iterator(chunk_size=20_000):
        began[pk] = min(day, began.get(pk, day))
    return began


def _values(
    definition: MetricDefinition, units: Ints, ends: list[date], began: Mapping[int, date]
) -> Floats:
    days = np.array([(end - _EPOCH).days for end in ends], dtype=np.int64)
    as_of = np.tile(days, len(units))
    first = np.array([(began[int(pk)] - _EPOCH).days for pk in units], dtype=np.int64)
    tenure = as_of - np.repeat(first, len(ends))
    rows = pa.table(
        {
            "row_id": np.arange(len(as_of), dtype=np.int64),
            "account_id": np.repeat(units, len(ends)),
            "landmark": pa.array(as_of.astype(np.int32)).cast(pa.date32()),
            "tenure_days": tenure,
        }
    )
    values = measured([definition], rows, as_of)[definition.key]
    values = np.where(tenure < PERIOD_DAYS, np.nan, values)
    return np.asarray(values.reshape(len(units), len(ends)))


def _cohorts(units: Ints, treated_on: Mapping[int, date], ends: list[date]) -> Ints:
    """The first period that contains the day of treatment; not observed yet counts as never."""
    cohort = np.full(len(units), NEVER, dtype=np.int64)
    for place, pk in enumerate(units.tolist()):
        day = treated_on.get(pk)
        if day is not None and day < ends[-1]:
            cohort[place] = sum(end <= day for end in ends)
    return cohort


def metric_answer(measure: Measure, panel: Panel) -> Told:
    """The staggered comparison as it is kept."""
    each = companies(panel.units)
    x = panel.before.x
    found = difference_in_differences(panel.y, panel.cohort, each, x=x, seed=SEED)
    numbers = _numbers(found, panel)
    if x.shape[1] and isinstance(found.answer, Answer):
        plain = difference_in_differences(panel.y, panel.cohort, each, seed=SEED)
        numbers["unadjusted"] = answer_told(plain.answer)
    told = Told(Verdict.REFUSED, "L0", numbers, {"meaningful": measure.meaningful,
                "period_days": PERIOD_DAYS})  # fmt: skip
    if isinstance(found.answer, NoAnswer):
        if found.answer.reason in MAY_COME:
            told.verdict = Verdict.UNCLEAR
        return told
    trend = found.pre_trend
    if trend is not None and trend.p < PRE_TREND_P:
        needs = {"p": trend.p, "needed": PRE_TREND_P}
        told.numbers["answer"] = answer_told(NoAnswer("pre_trend", needs))
        told.numbers["raw"] = answer_told(found.answer)
        return told
    spread = float(np.nanstd(panel.y))
    level = level_of_observation(trend is not None, bool(panel.before.unseen))
    said = judged(
        found.answer.low, found.answer.high, measure.meaningful * spread, design_level=level
    )
    told.verdict, told.level = said.verdict, said.level
    return told


def _numbers(found: Did, panel: Panel) -> dict[str, Any]:
    treated = panel.cohort > 0
    numbers: dict[str, Any] = {
        "answer": answer_told(found.answer),
        "by_distance": [asdict(d)
                        for d in found.by_distance],
        "pre_trend": asdict(found.pre_trend) if found.pre_trend else None,
        "permutation_p": found.permutation_p,
        "logged": panel.logged,
        "spread": float(np.nanstd(panel.y)),
        "treated_listed": len(panel.treated_on),
        "counts": {
            "treated": int(treated.sum()),
            "untreated": int((panel.cohort == NEVER).sum()),
            "early": int((panel.cohort == 0).sum()),
        },
        "periods": len(panel.ends),
        "first_day": min(panel.treated_on.values()).isoformat(),
        "last_day": max(panel.treated_on.values()).isoformat(),
        "robustness": None,
        "used": panel.before.used,
        "left_out": panel.before.left_out,
        "late_fields": panel.before.late_fields,
        "unseen": panel.before.unseen,
    }  # fmt: skip
    if isinstance(found.answer, Answer) and found.answer.se:
        value = robustness(found.answer.value / found.answer.se, len(panel.units) - 1)
        numbers["robustness"] = value._asdict()
    return numbers
