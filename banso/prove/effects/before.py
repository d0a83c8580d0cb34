"""What was known of each customer of a panel before any of them was treated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db.models import Q

from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.rules import contract_of
from banso.measure.metrics.models import MetricDefinition
from banso.prove.effects.gathering import (
    Label,
    add_contract_and_fields,
    measured,
    possible_covariates,
)
from banso.prove.effects.models import Measure
from banso.prove.effects.rules import Floats, Ints
from banso.prove.engine.covariates import Covariate, terms
from banso.prove.studies.attributes import in_both

_EPOCH = date(1970, 1, 1)
UNITS_PER_COLUMN = 5


@dataclass(frozen=True)
class Before:
    """x (units, k): columns held alike; used, left_out, late_fields, unseen: labels of what they

    come from, of what there were too few customers for, of fields that nobody knows any more for
    that day, and of what those who chose looked at and is not held alike.
    """

    x: Floats
    used: list[dict[str, str]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    late_fields: list[dict[str, str]] = field(default_factory=list)
    unseen: list[dict[str, str]] = field(default_factory=list)


def known_before(measure: Measure, units: Ints, treated_on: Mapping[int, date]) -> Before:
    """On the day of the first treatment; for who came later, on the first day of its contract."""
    rows = _rows(units, min(treated_on.values()))
    made: list[Covariate] = []
    labels: dict[str, Label] = {}

    def add(name: str, label: Any, kind: Any, values: Any) -> None:
        labels[name] = label if isinstance(label, Label) else Label(*in_both(label))
        made.append(Covariate(name, kind, values))

    looked_at = [str(name) for name in measure.params.get("looked_at", [])]
    _add_metrics(rows, looked_at, measure.metric_key, add)
    late = add_contract_and_fields(rows, measure, add)
    made.sort(key=lambda covariate: covariate.name not in looked_at)
    treated = sum(int(pk) in treated_on for pk in units)
    columns = terms(made, len(units))
    x, left_out = columns.first(min(treated, len(units) - treated) // UNITS_PER_COLUMN)
    held = [c.name for c in made if c.name not in (*left_out, *columns.constant)]
    labels |= {name: label for name, label in possible_covariates() if name not in labels}
    return Before(
        x,
        [_told(name, labels) for name in held],
        [_told(name, labels) for name in left_out],
        [{"key": "", "en": label.en, "ja": label.ja, "level": ""} for label in late],
        [_told(name, labels) for name in looked_at if name not in held],
    )


def running_on(day: date) -> set[int]:
    """Customers with a paid contract that runs on a day."""
    running = Subscription.objects.filter(is_trial=False, start__lte=day)
    running = running.filter(Q(end=None) | Q(end__gte=day))
    return set(running.values_list("account_id", flat=True))


def _told(name: str, labels: Mapping[str, Label]) -> dict[str, str]:
    label = labels.get(name, Label(name, name))
    return {"key": name, "en": label.en, "ja": label.ja, "level": ""}


def _add_metrics(rows: pa.Table, looked_at: list[str], outcome: str, add: Any) -> None:
    """Metrics that those who chose looked at; the outcome's own level falls out by itself."""
    keys = {name.removeprefix("metric.") for name in looked_at if name.startswith("metric.")}
    definitions = list(MetricDefinition.objects.filter(key__in=keys - {outcome}))
    days = np.asarray(rows["landmark"].cast(pa.int32()).to_numpy(), dtype=np.int64)
    values = measured(definitions, rows, days)
    for d in definitions:
        if d.key in values:
            add(f"metric.{d.key}", Label(d.name_en, d.name_ja), "number", values[d.key])


def _rows(units: Ints, day: date) -> pa.Table:
    """One row per customer in the form that fields are read for, with the contract of that day."""
    paid = Subscription.objects.filter(is_trial=False).order_by("start", "pk")
    wanted = {int(pk) for pk in units}
    first: dict[int, date] = {}
    running: dict[int, tuple[int, int, int | None]] = {}
    found = paid.values_list("account_id", "pk", "term_months", "mrr_minor", "start")
    for account, pk, months, mrr, start in found.iterator(chunk_size=20_000):
        if account not in wanted:
            continue
        first.setdefault(account, start)
        if account not in running or start <= day:
            running[account] = (pk, months, mrr)
    terms_of = [running[int(pk)] for pk in units]
    landmark = [max(day, first[int(pk)]) for pk in units]
    tenure = [(at - first[int(pk)]).days for at, pk in zip(landmark, units, strict=True)]
    return pa.table(
        {
            "row_id": pa.array(np.arange(len(units), dtype=np.int64)),
            "account_id": pa.array(units),
            "subscription_id": pa.array([term[0] for term in terms_of], pa.int64()),
            "decided_on": pa.array(landmark, pa.date32()),
            "landmark": pa.array(landmark, pa.date32()),
            "tenure_days": pa.array(tenure, pa.int64()),
            "contract": pa.array([contract_of(term[1]) for term in terms_of], pa.string()),
            "mrr_minor": pa.array([term[2] for term in terms_of], pa.int64()),
        }
    )
