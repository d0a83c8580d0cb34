"""The rows of a comparison: everybody at a time zero, with what was known then and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.reads import decisions_at_stake, last_known_day
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.reads import values_at
from banso.prove.effects.models import Measure, Origin
from banso.prove.effects.reads import treated_of
from banso.prove.effects.rules import PLACEBO_DAYS, Floats, Ints, OpenDecisions, Trial, trial_of
from banso.prove.engine.covariates import Covariate
from banso.prove.studies.attributes import attributes_of, days_of, in_both
from banso.prove.studies.metric_values import tracked_days
from banso.prove.studies.rules import TRACKING_WINDOW_DAYS, fingerprint, leak_in_metric
from banso.prove.studies.wording import in_japanese
from banso.shared.fields.models import Holder, Kind
from banso.shared.fields.reads import fields_of

_EPOCH = date(1970, 1, 1)
USAGE = "usage_28d"
FIRST_METRICS = (USAGE, "usage_trend_28d", "active_users_28d")
MOST_METRICS = 6
LEAST_KNOWN = 0.5
SEED = 1
OF_ACCOUNT = ("industry", "country", "segment", "touch_model", "employees")
OF_CONTRACT = {
    "days_ahead": _("Days until the renewal decision"),
    "contract": _("Contract type"),
    "tenure": _("Months as a customer"),
    "mrr": _("MRR"),
}


@dataclass(frozen=True)
class Label:
    """What a covariate is called in both languages; kept with the result."""

    en: str
    ja: str

    @property
    def here(self) -> str:
        """In the reader's language."""
        return self.ja if in_japanese() else self.en


@dataclass(frozen=True)
class Gathered:
    """rows: account_id, time_zero, decided_on, closed_on (date32), treated, not_renewed.

    covariates in the order of their weight, labels by name. placebo: use before treatment, NaN
    unknown. late_fields: labels of fields whose value at time zero nobody knows any more.
    """

    data_cut: date
    treated_on: dict[int, date]
    trial: Trial
    rows: pa.Table
    covariates: list[Covariate]
    labels: dict[str, Label]
    placebo: Floats
    late_fields: list[Label] = field(default_factory=list)
    looked_at: tuple[str, ...] = ()

    @property
    def data_hash(self) -> str:
        """The same for the same rows and values."""
        values = [[c.name, c.kind, np.asarray(c.values).tolist()] for c in self.covariates]
        return fingerprint([self.data_cut, sorted(self.treated_on.items()), self.rows, values])


def gather(measure: Measure, *, today: date) -> Gathered | None:
    """Everything a comparison of renewals rests on; None while no subscription is known."""
    data_cut = last_known_day(today)
    if data_cut is None:
        return None
    treated_on = {pk: day for pk, day in treated_of(measure).items() if day <= data_cut}
    stake = decisions_at_stake(data_cut=data_cut)
    trial = trial_of(
        open_decisions(stake, data_cut),
        {pk: (day - _EPOCH).days for pk, day in treated_on.items()},
        seed=SEED,
    )  # fmt: skip
    rows = _rows(stake, trial)
    covariates, labels, late = _covariates(rows, measure)
    placebo = _use_before(rows, PLACEBO_DAYS)
    looked_at = tuple(str(name) for name in measure.params.get("looked_at", []))
    covariates.sort(key=lambda c: c.name not in looked_at)
    labels |= {name: label for name, label in possible_covariates() if name not in labels}
    return Gathered(data_cut, treated_on, trial, rows, covariates, labels, placebo, late, looked_at)


def open_decisions(stake: pa.Table, data_cut: date) -> OpenDecisions:
    """Decisions at stake as arrays."""
    return OpenDecisions(
        stake["account_id"].to_numpy(), days_of(stake["began"]), days_of(stake["until"]),
        days_of(stake["decided_on"]),
        np.asarray(stake["not_renewed"].to_numpy(zero_copy_only=False), dtype=np.bool_),
        np.asarray(pc.equal(stake["contract"], "monthly").to_numpy(zero_copy_only=False), np.bool_),
        (data_cut - _EPOCH).days,
    )  # fmt: skip


def _rows(stake: pa.Table, trial: Trial) -> pa.Table:
    """In the form the evidence of studies reads: the landmark is time zero."""
    taken = stake.take(pa.array(trial.which))
    tenure = trial.time_zero - days_of(taken["first_start"])
    return (
        taken.drop_columns(["began", "until", "first_start", "decided_on", "not_renewed"])
        .append_column("decided_on", _dates(trial.decided))
        .append_column("not_renewed", pa.array(trial.lost))
        .append_column("row_id", pa.array(np.arange(taken.num_rows, dtype=np.int64)))
        .append_column("landmark", _dates(trial.time_zero))
        .append_column("tenure_days", pa.array(np.asarray(tenure, dtype=np.int64)))
        .append_column("treated", pa.array(trial.treated))
    )


def _dates(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def _covariates(
    rows: pa.Table, measure: Measure
) -> tuple[list[Covariate], dict[str, Label], list[Label]]:
    """What may have decided both treatment and renewal, what matters most first.

    Where there are too few customers the last ones are given up first, and the page says so.
    """
    zero = days_of(rows["landmark"])
    made: list[Covariate] = []
    labels: dict[str, Label] = {}

    def add(name: str, label: Any, kind: Any, values: Any) -> None:
        labels[name] = label if isinstance(label, Label) else Label(*in_both(label))
        made.append(Covariate(name, kind, values))

    ahead = (days_of(rows["decided_on"]) - zero).astype(np.float64)
    add("days_ahead", OF_CONTRACT["days_ahead"], "number", ahead)
    measured = _metrics(rows, zero, measure.params.get("looked_at", []))
    for key in FIRST_METRICS:
        if key in measured:
            add(f"metric.{key}", *measured.pop(key))
    late = add_contract_and_fields(rows, measure, add)
    for key, (label, kind, values) in measured.items():
        add(f"metric.{key}", label, kind, values)
    months_of = zero.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    add("half_year", _("Half-year"), "nominal", [f"{1970 + m // 12}-{1 + m % 12 // 6}"
                                               for m in months_of.tolist()])  # fmt: skip
    return made, labels, late


def add_contract_and_fields(rows: pa.Table, measure: Measure, add: Any) -> list[Label]:
    """What the contract says at time zero, and the fields; labels of those known too late."""
    add("contract", OF_CONTRACT["contract"], "nominal", rows["contract"].to_pylist())
    months = rows["tenure_days"].to_numpy().astype(np.float64) / 30.4375
    add("tenure", OF_CONTRACT["tenure"], "number", months)
    if Subscription.objects.exclude(currency="").values("currency").distinct().count() <= 1:
        mrr = rows["mrr_minor"].cast(pa.float64()).to_numpy(zero_copy_only=False)
        add("mrr", OF_CONTRACT["mrr"], "number", mrr)
    return _attributes(rows, measure, add)


def _attributes(rows: pa.Table, measure: Measure, add: Any) -> list[Label]:
    """Fields as they were known at time zero; those nobody knows any more are named.

    The fields that say who was treated are the treatment itself.
    """
    own = {str(measure.params.get(name, "")) for name in ("tag", "dated")}
    treatment = {f"account.own.{key}" for key in own if measure.origin == Origin.FIELD}
    late: list[Label] = []
    found, _left_aside = attributes_of(rows)
    for candidate in found:
        if candidate.key.startswith("decision.") or candidate.key in treatment or candidate.leak:
            continue
        if candidate.key == "subscription.mrr_minor":
            continue
        label = Label(candidate.label_en, candidate.label_ja)
        known = pc.sum(pc.is_valid(candidate.values)).as_py() or 0
        if known < LEAST_KNOWN * rows.num_rows:
            if candidate.recorded_late:
                late.append(label)
            continue
        if candidate.kind == "nominal":
            add(candidate.key, label, "nominal", candidate.values.to_pylist())
        else:
            numbers = candidate.values.cast(pa.float64()).to_numpy(zero_copy_only=False)
            add(candidate.key, label, "number", np.asarray(numbers, dtype=np.float64))
    return late


def _metrics(
    rows: pa.Table, zero: Ints, looked_at: Sequence[str]
) -> dict[str, tuple[Label, str, Floats]]:
    """Metrics at time zero, from events before that day only; unknown before usage was recorded."""
    definitions = _levels_of_use()
    chosen = definitions[:MOST_METRICS]
    chosen += [d for d in definitions[MOST_METRICS:] if f"metric.{d.key}" in looked_at]
    values = measured(chosen, rows, zero)
    return {
        d.key: (Label(d.name_en, d.name_ja), "number", values[d.key])
        for d in chosen if d.key in values
    }  # fmt: skip


def _levels_of_use() -> list[MetricDefinition]:
    """Metrics that have a value on any day and say nothing of leaving, the chief ones first."""
    definitions = [
        d for d in MetricDefinition.objects.exclude(shape__startswith="days_to_first")
        if not leak_in_metric([d.key, d.name_en, d.params])
    ]  # fmt: skip
    return sorted(definitions, key=lambda d: (d.key not in FIRST_METRICS, d.position, d.pk))


def possible_covariates() -> list[tuple[str, Label]]:
    """What those who chose may have looked at, by the name of its covariate."""
    found = [(f"metric.{d.key}", Label(d.name_en, d.name_ja)) for d in _levels_of_use()]
    found += [(name, Label(*in_both(label))) for name, label in OF_CONTRACT.items()]
    for name in OF_ACCOUNT:
        column = Account._meta.get_field(name)
        label = Label(*in_both(getattr(column, "verbose_name", name)))
        found.append((f"account.{name}", label))
    for own in fields_of(Holder.ACCOUNT):
        if own.kind != Kind.DATE:
            found.append((f"account.own.{own.key}", Label(own.label_en, own.label_ja)))
    return found


def measured(definitions: list[MetricDefinition], rows: pa.Table, as_of: Ints) -> dict[str, Floats]:
    """Values per metric in the order of the rows; NaN where usage was not recorded for 4 weeks."""
    tracked = tracked_days()
    if tracked is None or not definitions or not rows.num_rows:
        return {}
    asked = pa.table(
        {
            "row_id": rows["row_id"],
            "account_id": rows["account_id"],
            "signed_up_day": pa.array(_signed_up(rows).astype(np.int32)),
            "as_of_day": pa.array(as_of.astype(np.int32)),
        }
    )
    answered = values_at(definitions=definitions, rows=asked).sort_by("row_id")
    early = as_of < (tracked[0] - _EPOCH).days + TRACKING_WINDOW_DAYS
    made = {}
    for definition in definitions:
        values = answered[definition.key].cast(pa.float64()).to_numpy(zero_copy_only=False)
        made[definition.key] = np.where(early, np.nan, np.asarray(values, dtype=np.float64))
    return made


def _signed_up(rows: pa.Table) -> Ints:
    """Day of sign-up of each row's customer; of the first paid term where it is unknown."""
    known = dict(Account.objects.exclude(signed_up_on=None).values_list("pk", "signed_up_on"))
    days = {pk: (day - _EPOCH).days for pk, day in known.items() if day}
    began = days_of(rows["landmark"]) - rows["tenure_days"].to_numpy()
    ids = rows["account_id"].to_pylist()
    return np.array(
        [days.get(pk, first) for pk, first in zip(ids, began.tolist(), strict=True)], dtype=np.int64
    )


def _use_before(rows: pa.Table, days: int) -> Floats:
    """Use in the four weeks that ended so many days before time zero, as log(1 + x)."""
    usage = list(MetricDefinition.objects.filter(key=USAGE))
    values = measured(usage, rows, days_of(rows["landmark"]) - days).get(USAGE)
    if values is None:
        return np.full(rows.num_rows, np.nan)
    tenure = rows["tenure_days"].to_numpy() < days + TRACKING_WINDOW_DAYS
    return np.asarray(np.where(tenure, np.nan, np.log1p(np.maximum(values, 0.0))))
