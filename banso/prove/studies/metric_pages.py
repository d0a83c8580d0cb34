"""What the page of a metric shows beyond its finding, computed once in the run and kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.cohorts import cohorts, in_order, spread
from banso.prove.engine.course import Point
from banso.prove.engine.families import families, spearman
from banso.prove.engine.findings import Feature, Finding, Scan
from banso.prove.engine.partial import Partial, level_of, partial_effects
from banso.prove.engine.parts import Measured, Part, alike, by_cut, by_level
from banso.prove.studies.cards import finite
from banso.prove.studies.comparing import feature_of, for_engine
from banso.prove.studies.courses import courses_of
from banso.prove.studies.gathering import Gathered
from banso.prove.studies.rules import Candidate, quarter_ends

DECIDED = ("associated", "no_association")
FIRST_SPLITS = (
    "decision.contract", "account.industry", "account.segment", "account.touch_model",
    "account.country", "subscription.plan",
)  # fmt: skip
MOST_SPLITS, MOST_LEVELS, LEVEL_ROWS = 5, 8, 20
NEAREST = 5


def pages_of(gathered: Gathered, scan: Scan) -> dict[str, dict[str, Any]]:
    """Numbers per finding key, as plain JSON, with the level that a metric has reached.

    scan: that of the metrics.
    """
    candidates, rows = gathered.metrics.candidates, gathered.metrics.rows
    if not candidates or not rows.num_rows:
        return {}
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(np.float64)
    rho = spearman(np.vstack([np.asarray(c.values, dtype=np.float64) for c in candidates]))
    alike_ones = families(rho)
    family_of = {i: family for family in alike_ones for i in family}
    attributes = _attributes(gathered)
    partials = _partials(gathered, scan, alike_ones, attributes)
    measured = Measured.of(
        for_engine(rows), _usable(gathered, scan, (*DECIDED, "not_enough_data")), gathered.data_cut
    )
    splits = _splits(gathered, scan, attributes, measured)
    quarters = _quarters(gathered, measured)
    courses = courses_of(rows, gathered.tracked_from) if gathered.tracked_from else {}
    names = {c.key: (c.label_en, c.label_ja) for c in [*candidates, *attributes]}
    pages = {}
    for i, (candidate, found) in enumerate(zip(candidates, scan.findings, strict=True)):
        values = np.asarray(candidate.values, dtype=np.float64)
        known = in_order(values)
        partial = partials.get(candidate.key)
        page = {
            "level": level_of(found, partial, scan.settings.q_target),
            "spread": _spread(values, known),
            "cohorts": _cohorts(values, lost, known),
            "course": _course(courses.get(candidate.key.removeprefix("metric."))),
            "partial": _partial(partial, names),
            "family": _near(i, rho, candidates, [j for j in family_of[i] if j != i]),
            "nearest": _near(i, rho, candidates, _outside(i, rho, family_of[i]))[:NEAREST],
            "leak": _leak(found),
            "segments": [_split(split, names, candidate.key) for split in splits],
            "quarters": [_part(part) for part in quarters.get(candidate.key, ())],
        }
        pages[candidate.key] = finite(page)
    return pages


def _attributes(gathered: Gathered) -> list[Candidate]:
    """Attributes as known at the decisions on which the metrics were measured."""
    place = pc.index_in(
        gathered.metrics.rows["row_id"].combine_chunks(),
        value_set=gathered.attributes.rows["row_id"].combine_chunks(),
    )
    made = []
    for candidate in gathered.attributes.candidates:
        if candidate.leak:
            continue
        flat = candidate.values
        flat = flat.combine_chunks() if isinstance(flat, pa.ChunkedArray) else pa.array(flat)
        told = {
            name: getattr(candidate, name)
            for name in ("key", "group", "kind", "label_en", "label_ja", "replaces")
        }
        made.append(Candidate(**told, values=flat.take(place)))
    return made


def _keys(gathered: Gathered, scan: Scan, verdicts: Sequence[str]) -> set[str]:
    return {feature.key for feature in _usable(gathered, scan, verdicts)}


def _usable(gathered: Gathered, scan: Scan, verdicts: Sequence[str]) -> list[Feature]:
    return [
        feature_of(candidate)
        for candidate, found in zip(gathered.metrics.candidates, scan.findings, strict=True)
        if found.verdict in verdicts
    ]


def _partials(
    gathered: Gathered,
    scan: Scan,
    alike_ones: Sequence[Sequence[int]],
    attributes: Sequence[Candidate],
) -> dict[str, Partial]:
    """With the others held; what looks suspicious is neither asked nor held."""
    metrics = _usable(gathered, scan, (*DECIDED, "not_enough_data"))
    keys = [candidate.key for candidate in gathered.metrics.candidates]
    found = partial_effects(
        for_engine(gathered.metrics.rows), metrics, [feature_of(a) for a in attributes],
        [[keys[i] for i in family] for family in alike_ones],
        data_cut=gathered.data_cut, settings=gathered.settings, order=gathered.order,
    )  # fmt: skip
    return {partial.key: partial for partial in found}


def _splits(
    gathered: Gathered, scan: Scan, attributes: Sequence[Candidate], measured: Measured
) -> list[tuple[str, Mapping[str, tuple[Part, ...]]]]:
    """By up to five kinds of customers, those every company has first."""
    chosen = measured.only(_keys(gathered, scan, DECIDED))
    order = {key: place for place, key in enumerate(FIRST_SPLITS)}
    kinds = sorted(
        (a for a in attributes if a.kind == "nominal"),
        key=lambda a: (order.get(a.key, len(order)), a.key),
    )
    made: list[tuple[str, Mapping[str, tuple[Part, ...]]]] = []
    for attribute in kinds:
        level = _levels(attribute.values.to_pylist())
        if chosen.features and level and len(made) < MOST_SPLITS:
            parts = by_level(chosen, level, data_cut=gathered.data_cut, settings=gathered.settings)
            made.append((attribute.key, parts))
    return made


def _levels(labels: list[str | None]) -> list[str | None]:
    """Labels of the largest kinds, None for the others; empty where fewer than two are left."""
    names, counts = np.unique([label or "" for label in labels], return_counts=True)
    sized = sorted(zip(counts.tolist(), names.tolist(), strict=True), reverse=True)
    kept = {name for count, name in sized if name and count >= LEVEL_ROWS}
    largest = {name for _, name in sized[: MOST_LEVELS + 1] if name in kept}
    return [label if label in largest else None for label in labels] if len(largest) > 1 else []


def _quarters(gathered: Gathered, measured: Measured) -> Mapping[str, tuple[Part, ...]]:
    """What was known at the end of each of the last quarters, and at the cut."""
    first: date = pc.min(gathered.metrics.rows["decided_on"]).as_py()
    cuts = quarter_ends(first, gathered.data_cut)
    return by_cut(measured, cuts, settings=gathered.settings)


def _spread(values: Any, known: Any) -> dict[str, Any] | None:
    made = spread(values, known)
    return None if isinstance(made, NoAnswer) else asdict(made)


def _cohorts(values: Any, lost: Any, known: Any) -> list[dict[str, Any]]:
    made = cohorts(values, lost, known)
    if isinstance(made, NoAnswer):
        return []
    return [
        {
            "label": group.label, "low": group.low, "high": group.high, "n": group.n,
            "events": group.events, "rate": _answer(group.rate),
        }
        for group in made
    ]  # fmt: skip


def _course(points: Sequence[Point] | None) -> list[dict[str, Any]]:
    return [
        {
            "weeks": point.weeks,
            "renewed": _answer(point.renewed) or _count(point.renewed),
            "not_renewed": _answer(point.not_renewed) or _count(point.not_renewed),
        }
        for point in points or ()
    ]


def _partial(
    partial: Partial | None, names: Mapping[str, tuple[str, str]]
) -> dict[str, Any] | None:
    if partial is None:
        return None
    told: dict[str, Any] = {
        "held": [list(names[key]) for key in partial.held],
        "attributes": [list(names[key]) for key in partial.attributes],
        "parameters": partial.parameters,
        "later": [list(names[key]) for key in partial.later],
        "with_later": _partial(partial.with_later, names),
    }
    if isinstance(partial.answer, Answer):
        p, q, events = partial.answer.p, partial.answer.q, partial.answer.events
        return told | {"answer": _answer(partial.answer), "p": p, "q": q, "events": events}
    return told | {
        "answer": None,
        "reason": partial.answer.reason,
        "needs": dict(partial.answer.needs),
        "expected_by": str(partial.answer.expected_by or ""),
    }


def _outside(i: int, rho: Any, family: Sequence[int]) -> list[int]:
    """Metrics outside the family whose correlation is known."""
    return [j for j in range(len(rho)) if j not in family and math.isfinite(rho[i, j])]


def _near(
    i: int, rho: Any, candidates: Sequence[Candidate], others: Sequence[int]
) -> list[dict[str, Any]]:
    """Other metrics with their correlation, the closest first; null where it is not known."""
    size = np.nan_to_num(np.abs(rho[i])).tolist()
    order = sorted(others, key=lambda j: -size[j])
    return [
        {
            "key": candidates[j].key.removeprefix("metric."),
            "label_en": candidates[j].label_en,
            "label_ja": candidates[j].label_ja,
            "rho": float(rho[i, j]),
        }
        for j in order
    ]


def _leak(found: Finding) -> dict[str, Any] | None:
    """Odds ratios of renewal per SD at the landmark and in the last month."""
    if found.b_late is None or found.odds_ratio is None:
        return None
    z = next((c.value for c in found.checks if c.name == "leak_timing"), None)
    late = math.exp(-found.b_late) if abs(found.b_late) < 50 else None
    return {"landmark": found.odds_ratio, "late": late, "z": z}


def _split(
    split: tuple[str, Mapping[str, tuple[Part, ...]]],
    names: Mapping[str, tuple[str, str]],
    key: str,
) -> dict[str, Any]:
    attribute, parts_of = split
    parts = parts_of.get(key, ())
    b = [p.log_odds for p in parts if p.log_odds is not None and p.se]
    se = [p.se for p in parts if p.log_odds is not None and p.se]
    return {
        "key": attribute,
        "names": list(names[attribute]),
        "parts": [_part(part) for part in parts],
        "differs_p": alike(b, se).p if len(b) > 1 else None,
    }


def _part(part: Part) -> dict[str, Any]:
    """A part's numbers; the estimate only where one may be told."""
    told: dict[str, Any] = {
        "name": part.name, "verdict": part.verdict, "n": part.n, "events": part.events,
        "accounts": part.accounts,
    }  # fmt: skip
    if part.verdict in DECIDED and part.odds_ratio is not None:
        told |= {"value": part.odds_ratio, "low": part.low, "high": part.high, "q": part.q}
    return told


def _answer(answer: Answer | NoAnswer) -> dict[str, Any] | None:
    if isinstance(answer, NoAnswer):
        return None
    return {"value": answer.value, "low": answer.low, "high": answer.high, "n": answer.n}


def _count(answer: Answer | NoAnswer) -> dict[str, Any]:
    return {"n": int(answer.needs["n"]) if isinstance(answer, NoAnswer) else answer.n}
