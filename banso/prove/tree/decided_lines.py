"""Lines under a goal: does the metric, months before, go with what is decided?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from banso.measure.metrics.models import MetricDefinition
from banso.prove.engine.association import Feature, Scan, scan
from banso.prove.engine.findings import Finding, Settings
from banso.prove.hypotheses.outcomes import known_outcomes
from banso.prove.studies.attributes import days_of
from banso.prove.studies.cards import card_of
from banso.prove.studies.metric_values import raw_values, tracked_rows
from banso.prove.studies.rules import Candidate, leak_in_metric, with_the_not_yet
from banso.prove.tree.edges import Edge

SETTINGS = Settings()


def against_outcome(
    edges: list[Edge], outcome: str, misses: bool, tracked: tuple[date, date] | None,
    data_cut: date, landmark_days: int,
) -> None:  # fmt: skip
    """Does the metric, months before, go with what is decided? As on the Evidence page."""
    rows = known_outcomes()[outcome].decisions(data_cut, landmark_days)
    rows = tracked_rows(rows, tracked[0]) if tracked else rows.slice(0, 0)
    metrics = [edge.node.metric for edge in edges if edge.node.metric]
    if not metrics:
        return
    candidates, scanned, found = scanned_rows(rows, metrics, data_cut)
    for edge in edges:
        key = edge.node.metric.key if edge.node.metric else ""
        _take(edge, found[key], candidates[key], scanned, misses, landmark_days)


def scanned_rows(
    rows: pa.Table, metrics: Sequence[MetricDefinition], data_cut: date
) -> tuple[dict[str, Candidate], Scan, dict[str, Finding]]:
    """The metrics at these decisions, and what the scan finds of each against the outcome."""
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
    return candidates, scanned, found


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
