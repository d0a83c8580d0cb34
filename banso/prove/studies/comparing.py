"""From what was gathered to findings: the engine's scan, once per family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from banso.prove.engine.association import Feature, Scan, Settings, scan
from banso.prove.studies.cards import card_of, position_of
from banso.prove.studies.gathering import Comparison, Gathered
from banso.prove.studies.models import Finding
from banso.prove.studies.rules import Candidate


def findings_of(gathered: Gathered) -> tuple[list[Finding], Scan, Scan]:
    """Findings in the order to show them, the scan over all decisions, and that of the metrics."""
    kept, made = gathered.settings, []
    metrics = _scan(gathered.metrics, gathered.data_cut, kept)
    attributes = _scan(gathered.attributes, gathered.data_cut, kept)
    for comparison, scanned in ((gathered.metrics, metrics), (gathered.attributes, attributes)):
        for candidate, found in zip(comparison.candidates, scanned.findings, strict=True):
            card = card_of(found, candidate, scanned, landmark_days=gathered.landmark_days)
            finding = Finding(
                key=candidate.key, group=candidate.group, label_en=candidate.label_en,
                label_ja=candidate.label_ja, verdict=found.verdict, level=found.level,
                expected_by=found.expected_by, numbers=card,
            )  # fmt: skip
            made.append((position_of(found), finding))
    made.sort(key=lambda pair: pair[0])
    for position, (_, finding) in enumerate(made):
        finding.position = position
    return [finding for _, finding in made], attributes, metrics


def take_levels(findings: Sequence[Finding], pages: Mapping[str, dict[str, Any]]) -> None:
    """Give findings the level that their page came to: one for lists, pages and programs."""
    for finding in findings:
        if finding.key in pages:
            finding.level = finding.numbers["level"] = pages[finding.key].pop("level")


def _scan(comparison: Comparison, data_cut: date, settings: Settings) -> Scan:
    features = [feature_of(candidate) for candidate in comparison.candidates]
    return scan(for_engine(comparison.rows), features, data_cut=data_cut, settings=settings)


def for_engine(rows: pa.Table) -> pa.Table:
    """Decision rows under the names of the engine."""
    return rows.rename_columns(
        ["account" if name == "account_id" else name for name in rows.column_names]
    )


def feature_of(candidate: Candidate) -> Feature:
    """A candidate as the engine takes it."""
    return Feature(
        key=candidate.key,
        kind=candidate.kind,
        at_landmark=candidate.values,
        late=candidate.late,
        structural_leak=bool(candidate.leak),
        replaces=candidate.replaces,
    )
