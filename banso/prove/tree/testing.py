"""Every edge of a tree against its data, as one family (METHODS 3.3)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from banso.know.accounts.models import Account
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.reads import values_at
from banso.prove.engine.answer import Answer
from banso.prove.engine.association import Feature, Scan, scan
from banso.prove.engine.findings import Finding, Settings
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.panel import SMALLEST, lagged, months_to_tell
from banso.prove.engine.power import fdr_alpha, known_by
from banso.prove.hypotheses.outcomes import known_outcomes
from banso.prove.hypotheses.rules import months_later
from banso.prove.studies.attributes import days_of
from banso.prove.studies.cards import card_of
from banso.prove.studies.metric_values import raw_values, tracked_days, tracked_rows
from banso.prove.studies.rules import Candidate, leak_in_metric, with_the_not_yet
from banso.prove.tree.goals import known_goals
from banso.prove.tree.models import Node
from banso.prove.tree.rules import Q_TARGET, State, state_of

EPOCH = date(1970, 1, 1)
MOST_MONTHS, MOST_ACCOUNTS = 24, 2000
SETTINGS = Settings()


@dataclass
class Edge:
    """A line from a node to the one above it, and what its test gave."""

    node: Node
    p: float | None = None
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    zone: float = 0.0
    leaks: bool = False
    state: State = "unknown"
    card: dict[str, Any] = field(default_factory=dict)

    @property
    def tested(self) -> bool:
        return self.p is not None and not self.leaks


def tested_edges(nodes: Sequence[Node], *, data_cut: date, landmark_days: int) -> list[Edge]:
    """All edges of one tree with q over all of them together."""
    by_id = {node.pk: node for node in nodes}
    edges = [Edge(node) for node in nodes if node.parent_id]
    below: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        below[edge.node.parent_id or 0].append(edge)
    tracked = tracked_days()
    for pk, group in below.items():
        parent, testable = by_id[pk], [edge for edge in group if edge.node.metric]
        for edge in group:
            if not edge.node.metric:
                edge.state, edge.card = "no_test", {"reason": "goal_below"}
        goal = known_goals().get(parent.goal)
        if parent.metric is not None:
            _against_metric(testable, parent.metric, tracked, data_cut)
        elif goal is None or not goal.outcome:
            for edge in testable:
                edge.state, edge.card = "no_test", {"reason": "goal_untested"}
        else:
            _against_outcome(testable, goal.outcome, goal.misses, tracked, data_cut, landmark_days)
    _judge(edges, data_cut)
    return edges


def _judge(edges: list[Edge], data_cut: date) -> None:
    family = [edge for edge in edges if edge.tested]
    q_values = benjamini_hochberg([edge.p for edge in family if edge.p is not None])
    for edge, q in zip(family, q_values, strict=True):
        up = edge.node.direction == "more"
        edge.state = state_of(
            value=edge.value, low=edge.low, high=edge.high, q=float(q), claimed_up=up,
            zone=edge.zone,
        )  # fmt: skip
        edge.card |= {"q": float(q), "family_size": len(family)}
        if edge.state == "unknown" and edge.card.get("expected_by") is None:
            edge.card["expected_by"] = _when(edge, len(family), data_cut)
    for edge in edges:
        if edge.leaks:
            edge.state = "leak"


def _when(edge: Edge, family: int, data_cut: date) -> str | None:
    """When an edge that cannot be judged may be: the error shrinks as decisions come in."""
    months = edge.card.get("months_alone")
    if edge.card.get("kind") == "panel":
        alpha = fdr_alpha(Q_TARGET, max(1, family))
        months = _panel_months(edge, alpha)
    day = known_by(data_cut, months)
    return day.isoformat() if day else None


def _panel_months(edge: Edge, alpha: float) -> float | None:
    card = edge.card
    found = Answer(
        value=edge.value, low=edge.low, high=edge.high, n=card["n_rows"], events=card["months"],
        scale="within_sd", method="two_way_within", se=card["se"],
    )  # fmt: skip
    return months_to_tell(found, alpha=alpha)


def _against_outcome(
    edges: list[Edge], outcome: str, misses: bool, tracked: tuple[date, date] | None,
    data_cut: date, landmark_days: int,
) -> None:  # fmt: skip
    """Does the metric, months before, go with what is decided? As on the Evidence page."""
    rows = known_outcomes()[outcome].decisions(data_cut, landmark_days)
    rows = tracked_rows(rows, tracked[0]) if tracked else rows.slice(0, 0)
    metrics = [edge.node.metric for edge in edges if edge.node.metric]
    if not metrics:
        return
    unique = list({metric.key: metric for metric in metrics}.values())
    early = raw_values(unique, rows, as_of=days_of(rows["landmark"]))
    late = raw_values(unique, rows, as_of=days_of(rows["closed_on"]))
    candidates = {metric.key: _candidate(metric, early, late) for metric in unique}
    names = ["account" if name == "account_id" else name for name in rows.column_names]
    features = [
        Feature(c.key, c.kind, c.values, c.late, structural_leak=bool(c.leak))
        for c in candidates.values()
    ]
    scanned = scan(rows.rename_columns(names), features, data_cut=data_cut, settings=SETTINGS)
    found = dict(zip(candidates, scanned.findings, strict=True))
    for edge in edges:
        key = edge.node.metric.key if edge.node.metric else ""
        _take(edge, found[key], candidates[key], scanned, misses, landmark_days)


def _candidate(metric: MetricDefinition, early: Any, late: Any) -> Candidate:
    def valued(measured: Any) -> Any:
        values, censored = measured[metric.key]
        return with_the_not_yet(values, censored, values) if censored.any() else values

    days = metric.shape.startswith("days_to_first")
    return Candidate(
        metric.key, "metric", "number", metric.name_en, metric.name_ja, valued(early),
        valued(late), leak=leak_in_metric([metric.key, metric.name_en, metric.params]),
        unit="first_days" if days else metric.unit,
    )  # fmt: skip


def _take(
    edge: Edge, found: Finding, candidate: Candidate, scanned: Scan, misses: bool,
    landmark_days: int,
) -> None:  # fmt: skip
    """The engine's log-odds are of NOT having the outcome: turned to "more of the parent"."""
    edge.card = card_of(found, candidate, scanned, landmark_days=landmark_days)
    edge.card |= {"kind": "decisions", "misses": misses, "expected_by": None}
    if found.expected_by:
        edge.card["expected_by"] = found.expected_by.isoformat()
    edge.card["months_alone"] = dict(found.needs).get("months")
    edge.card["auc"] = next((c.value for c in found.checks if c.name == "auc"), None)
    edge.leaks = found.leak is not None
    if misses:
        _turn(edge.card)
    if found.log_odds is None or found.odds_ratio_low is None or found.odds_ratio_high is None:
        return
    sign = 1.0 if misses else -1.0
    low, high = -_log(found.odds_ratio_high), -_log(found.odds_ratio_low)
    edge.p, edge.value = found.p, sign * found.log_odds
    edge.low, edge.high = sorted((sign * low, sign * high))
    edge.zone = math.log(SETTINGS.zone_high)


def _turn(card: dict[str, Any]) -> None:
    """The odds ratio of missing the outcome instead of having it."""
    limits = card.get("ci95")
    if limits and None not in limits and 0 not in limits:
        card["estimate"]["value"] = 1 / card["estimate"]["value"]
        card["ci95"] = [1 / limits[1], 1 / limits[0]]


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -50.0


def _against_metric(
    edges: list[Edge], parent: MetricDefinition, tracked: tuple[date, date] | None, data_cut: date
) -> None:
    """Does the metric go with the parent a month later, within customers?"""
    metrics = {parent.key: parent}
    metrics |= {edge.node.metric.key: edge.node.metric for edge in edges if edge.node.metric}
    if not edges:
        return
    panel = monthly(list(metrics.values()), tracked)
    for edge in edges:
        key = edge.node.metric.key if edge.node.metric else ""
        _take_panel(edge, panel, key, parent.key, data_cut)


@dataclass(frozen=True)
class Monthly:
    """Values of metrics per account (rows) and month (columns); NaN where there is none.

    ``joining``: customers that came per month in the last year of the data.
    """

    values: dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]]
    months: int
    customers: int
    joining: float = 0.0


def monthly(metrics: list[MetricDefinition], tracked: tuple[date, date] | None) -> Monthly:
    """At most 24 months of at most 2,000 customers, evenly picked, so that the cost is bounded."""
    if tracked is None:
        return Monthly({m.key: np.zeros((0, 0)) for m in metrics}, 0, 0)
    first, last = tracked
    begin = months_later(date(first.year, first.month, 1), 2)
    days = []
    while begin <= last + timedelta(days=1):
        days.append((begin - EPOCH).days)
        begin = months_later(begin, 1)
    days = days[-MOST_MONTHS:]
    people = list(Account.objects.order_by("pk").values_list("pk", "signed_up_on"))
    people = people[:: max(1, -(-len(people) // MOST_ACCOUNTS))]
    ids = np.repeat([pk for pk, _ in people], len(days)).astype(np.int64)
    signed = [None if day is None else (day - EPOCH).days for _, day in people]
    asked = pa.table(
        {
            "row_id": pa.array(np.arange(len(ids), dtype=np.int64)),
            "account_id": pa.array(ids),
            "signed_up_day": pa.array([s for s in signed for _ in days], pa.int32()),
            "as_of_day": pa.array(np.tile(days, len(people)).astype(np.int32)),
        }
    )
    found = values_at(definitions=metrics, rows=asked).sort_by("row_id")
    shape = (len(people), len(days))
    recent = sum(day is not None and (last - day).days < 365 for _, day in people)
    values = {m.key: _grid(found, m.key, shape) for m in metrics}
    return Monthly(values, len(days), len(people), recent / 12)


def _grid(found: pa.Table, key: str, shape: tuple[int, int]) -> Any:
    values = found[key].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    censored = found[f"{key}__censored"].fill_null(False).to_numpy(zero_copy_only=False)
    return np.where(censored, np.nan, values).reshape(shape)


def _take_panel(edge: Edge, panel: Monthly, child: str, parent: str, data_cut: date) -> None:
    edge.card = {"kind": "panel", "expected_by": None, "reason": "too_few_months", "n_rows": 0}
    if panel.months < 2:
        return
    x, y = panel.values[child][:, :-1], panel.values[parent][:, 1:]
    there = ~(np.isnan(x) | np.isnan(y))
    account, period = np.nonzero(there)
    found = lagged(
        x[there], y[there], account.astype(np.int64), period.astype(np.int64), data_cut=data_cut
    )
    edge.card |= {"n_rows": int(there.sum()), "customers": panel.customers}
    if not isinstance(found, Answer):
        edge.card |= {"reason": found.reason, "needs": dict(found.needs)}
        expected = found.expected_by
        if found.reason == "too_few_accounts":
            short = found.needs["accounts_needed"] - found.needs["accounts"]
            expected = known_by(data_cut, short / panel.joining if panel.joining else None)
        if expected:
            edge.card["expected_by"] = expected.isoformat()
        return
    edge.p, edge.value, edge.low, edge.high = found.p, found.value, found.low, found.high
    edge.zone = SMALLEST
    edge.card |= {
        "reason": None, "n_accounts": found.accounts, "months": found.events, "se": found.se,
        "estimate": {"scale": found.scale, "value": found.value}, "ci95": [found.low, found.high],
        "p": found.p, "explained": found.value**2,
    }  # fmt: skip
