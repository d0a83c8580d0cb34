"""Everything a run compares, gathered from the stages before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from banso.know.subscriptions.reads import decision_rows, last_known_day, next_term_ends
from banso.know.subscriptions.rules import DecisionRows
from banso.prove import engine
from banso.prove.engine.association import Settings
from banso.prove.studies.attributes import NotCompared, attributes_of
from banso.prove.studies.metric_values import metrics_of, tracked_days, tracked_rows
from banso.prove.studies.reads import metric_steps
from banso.prove.studies.rules import Candidate, fingerprint
from banso.shared.users.reads import organisation


@dataclass(frozen=True)
class Comparison:
    """Candidates with the decisions they were measured on."""

    rows: pa.Table
    candidates: list[Candidate]


@dataclass(frozen=True)
class Gathered:
    """What a run rests on."""

    data_cut: date
    tracked_from: date | None
    landmark_days: int
    decided: DecisionRows
    metrics: Comparison
    attributes: Comparison
    not_compared: list[NotCompared]
    next_decision_on: date | None
    order: Mapping[str, int] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    @property
    def data_hash(self) -> str:
        """The same for the same rows, values, order, settings and code."""
        parts: list[Any] = [self.data_cut, self.landmark_days, self.settings, code_version()]
        parts.append(sorted(self.order.items()))
        for comparison in (self.metrics, self.attributes):
            parts.append(comparison.rows)
            parts += [_content(candidate) for candidate in comparison.candidates]
            parts += [
                pa.table({"v": c.values, "l": c.values if c.late is None else c.late})
                for c in comparison.candidates
            ]
        return fingerprint(parts)


def gather(*, today: date) -> Gathered | None:
    """Decisions and candidates as of today; None while no subscription is known.

    Usage that goes on says nothing of contracts that were not brought in again, so the cut is the
    last day of the subscriptions alone.
    """
    data_cut = last_known_day(today)
    if data_cut is None:
        return None
    tracked = tracked_days()
    landmark_days = organisation().landmark_days
    decided = decision_rows(data_cut=data_cut, landmark_days=landmark_days)
    on_record = tracked_rows(decided.table, tracked[0]) if tracked else decided.table.slice(0, 0)
    attributes, not_compared = attributes_of(decided.table)
    return Gathered(
        data_cut=data_cut,
        tracked_from=tracked[0] if tracked else None,
        landmark_days=landmark_days,
        decided=decided,
        metrics=Comparison(on_record, metrics_of(on_record) if tracked else []),
        attributes=Comparison(decided.table, attributes),
        not_compared=not_compared,
        next_decision_on=next_term_ends(today),
        order={f"metric.{key}": step for key, step in metric_steps().items()},
    )


def _content(candidate: Candidate) -> dict[str, Any]:
    told = ("key", "group", "kind", "label_en", "label_ja", "leak", "recorded_late", "replaces")
    return {name: getattr(candidate, name) for name in told}


def settings_told(gathered: Gathered) -> dict[str, Any]:
    """The choices of a run, to be kept with its answer."""
    return asdict(gathered.settings) | {"landmark_days": gathered.landmark_days}


@cache
def code_version() -> str:
    """A short hash of the engine's source: two runs with the same one computed alike."""
    files = sorted(Path(engine.__path__[0]).glob("*.py"))
    return fingerprint(file.read_text(encoding="utf-8") for file in files)[:12]
