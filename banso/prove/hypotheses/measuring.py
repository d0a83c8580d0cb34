"""What hypotheses are checked on: the decisions of each outcome, with the metrics at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import MetricDefinition
from banso.prove.engine.power import decisions_per_month
from banso.prove.hypotheses.models import Hypothesis
from banso.prove.hypotheses.outcomes import known_outcomes
from banso.prove.hypotheses.records import own_outcome
from banso.prove.hypotheses.rules import Basis, Bools, Floats, reached
from banso.prove.studies.attributes import attributes_of, days_of
from banso.prove.studies.metric_values import raw_values, tracked_days, tracked_rows
from banso.prove.studies.rules import Candidate, leak_in_metric, with_the_not_yet
from banso.shared.users.reads import organisation

EPOCH = date(1970, 1, 1)
Measured = dict[str, tuple[Floats, Bools]]


@dataclass(frozen=True)
class Decided:
    """The decisions of one outcome, with the metrics at the landmark and on the day itself."""

    rows: pa.Table
    at_landmark: Measured
    late: Measured
    data_cut: date
    attributes: dict[str, Candidate] = field(default_factory=dict)

    @property
    def days(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return days_of(self.rows["decided_on"])

    def candidate(self, hypothesis: Hypothesis) -> Candidate:
        """The claim as the engine compares it: a number, or reached or not."""
        metric, key = hypothesis.metric, hypothesis.value_key
        days = hypothesis.metric_shape.startswith("days_to_first")
        return Candidate(
            f"hypothesis.{hypothesis.pk}",
            "metric",
            "flag" if hypothesis.is_flag else "number",
            metric.name_en,
            metric.name_ja,
            _as_claimed(hypothesis, *self.at_landmark[key]),
            _as_claimed(hypothesis, *self.late[key]),
            leak=leak_in_metric([metric.key, metric.name_en, hypothesis.metric_params]),
            unit="first_days" if days else metric.unit,
        )

    def of_segment(self, hypothesis: Hypothesis) -> Bools:
        """Which rows are in the hypothesis's segment, by what was known at the landmark."""
        if not hypothesis.segment_key:
            return np.ones(self.rows.num_rows, dtype=np.bool_)
        known = self.attributes.get(hypothesis.segment_key)
        if known is None:
            return np.zeros(self.rows.num_rows, dtype=np.bool_)
        values = known.values.to_pylist() if hasattr(known.values, "to_pylist") else known.values
        return np.fromiter((v == hypothesis.segment_level for v in values), bool, len(values))


@dataclass(frozen=True)
class Gathered:
    """``coming``: contract ends a month that are known ahead, for who has no past to go by."""

    landmark_days: int
    decided: dict[str, Decided]
    coming: float | None = None


def gather(hypotheses: Sequence[Hypothesis], *, today: date) -> Gathered | None:
    """Everything these hypotheses are checked on; None while no outcome of theirs is known."""
    landmark_days, tracked = organisation().landmark_days, tracked_days()
    by_outcome: dict[str, list[Hypothesis]] = defaultdict(list)
    for hypothesis in hypotheses:
        by_outcome[hypothesis.outcome].append(hypothesis)
    known = known_outcomes()
    decided = {}
    for key in by_outcome.keys() & known.keys():
        data_cut = known[key].known_until(today)
        if data_cut is None:
            continue
        rows = known[key].decisions(data_cut, landmark_days)
        rows = tracked_rows(rows, tracked[0]) if tracked else rows.slice(0, 0)
        decided[key] = _decided(rows, by_outcome[key], data_cut)
    return Gathered(landmark_days, decided, ends_per_month(today)) if decided else None


@dataclass(frozen=True)
class Ahead:
    """How fast decisions come in, and how many of them lack the outcome."""

    basis: Basis
    missed: str


def ahead(outcome: str, *, share: float, today: date) -> Ahead | None:
    """What a hypothesis written today has to wait for; None where nothing is known. share: of the
    customers it is about.
    """
    known = known_outcomes().get(outcome)
    data_cut = known.known_until(today) if known else None
    if known is None or data_cut is None:
        return None
    rows = known.decisions(data_cut, organisation().landmark_days)
    coming = None if own_outcome(outcome) else ends_per_month(today)
    pace = decisions_per_month(days_of(rows["decided_on"]), data_cut) or coming
    lost = int(np.count_nonzero(rows["not_renewed"].to_numpy(zero_copy_only=False)))
    basis = Basis(0, 0, 0, 0, pace and pace * share, rows.num_rows, lost)
    return Ahead(basis, str(known.missed))


def ends_per_month(today: date) -> float | None:
    """Terms a month that come to their end within a year, rolling ones included."""
    paid = Subscription.objects.filter(is_trial=False)
    fixed = paid.filter(end__gt=today, end__lte=today + timedelta(days=365)).count() / 12
    terms = paid.filter(end=None).values_list("term_months", flat=True)
    rolling = sum(1 / months for months in terms)
    return fixed + rolling or None


def _decided(rows: pa.Table, hypotheses: list[Hypothesis], data_cut: date) -> Decided:
    definitions = list({h.value_key: _definition(h) for h in hypotheses}.values())
    attributes: dict[str, Candidate] = {}
    if any(h.segment_key for h in hypotheses):
        attributes = {candidate.key: candidate for candidate in attributes_of(rows)[0]}
    return Decided(
        rows,
        raw_values(definitions, rows, as_of=days_of(rows["landmark"])),
        raw_values(definitions, rows, as_of=days_of(rows["closed_on"])),
        data_cut,
        attributes,
    )


def _definition(hypothesis: Hypothesis) -> MetricDefinition:
    """The metric as it was meant when the hypothesis was written; never saved."""
    return MetricDefinition(
        key=hypothesis.value_key,
        shape=hypothesis.metric_shape,
        params=hypothesis.metric_params,
        unit=hypothesis.metric.unit,
    )


def _as_claimed(hypothesis: Hypothesis, values: Floats, censored: Bools) -> Floats:
    if hypothesis.is_flag and hypothesis.threshold is not None:
        return reached(values, censored, compare=hypothesis.compare, threshold=hypothesis.threshold)
    return with_the_not_yet(values, censored, values) if censored.any() else values
