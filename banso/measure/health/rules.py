"""An expert-weighted score: points per measure, weighted over what is known.

points = 100 · (value - low) / (high - low), kept within 0…100; turned round where less is better
score  = sum of weight · points / sum of weight, over the measures that have a value
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

USAGE, VALUE, CONTACT = "usage", "value", "contact"
GROUPS = (USAGE, VALUE, CONTACT)
HIGHER, LOWER = "higher", "lower"

CONTACT_DAYS = "contact_days"

NO_VALUE, STALE, NOT_EXPECTED, NO_MARKS = "no_value", "stale", "not_expected", "no_marks"
GOOD, WATCH, STRUGGLING = "good", "watch", "struggling"
GOOD_FROM, WATCH_FROM = 70, 40

STALE_AFTER_DAYS = 14
MOST_WEIGHT = 100
PROPOSED_SHARES = (0.1, 0.9)


@dataclass(frozen=True)
class Measure:
    """One line of the model; open marks are proposed from the customers by the next refresh."""

    key: str
    group: str
    weight: int
    low: float | None
    high: float | None
    better: str = HIGHER

    @property
    def is_open(self) -> bool:
        """Whether its marks are yet to be proposed; those of contact never are."""
        return (self.low is None or self.high is None) and self.key != CONTACT_DAYS

    @property
    def zero_at(self) -> float | None:
        """The mark that brings no points."""
        return self.high if self.better == LOWER else self.low

    @property
    def full_at(self) -> float | None:
        """The mark that brings all points."""
        return self.low if self.better == LOWER else self.high


def between(key: str, group: str, weight: int, zero_at: float, full_at: float) -> Measure:
    """A measure from its two marks: their order says which direction is better."""
    better = LOWER if full_at < zero_at else HIGHER
    return Measure(key, group, weight, min(zero_at, full_at), max(zero_at, full_at), better)


DEFAULT_MEASURES = (
    Measure("active_users_28d", USAGE, 25, None, None),
    Measure("usage_28d", USAGE, 15, None, None),
    Measure("usage_trend_28d", USAGE, 20, -0.5, 0.1),
    Measure("days_to_first_value", VALUE, 20, 14, 90, LOWER),
    Measure(CONTACT_DAYS, CONTACT, 20, 14, 120, LOWER),
)


@dataclass(frozen=True)
class Reading:
    """What is known of one measure of one account; ``missing`` says why there is no value."""

    value: float | None
    censored: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Scored:
    """A score with its parts, or no score because too little is known."""

    score: int | None
    parts: dict[str, dict[str, Any]]
    known: int
    expected: int


def points(value: float, measure: Measure) -> float:
    """0…100 on the line between the marks; equal marks are a step."""
    low, high = float(measure.low or 0), float(measure.high or 0)
    if high == low:
        share = 1.0 if value >= high else 0.0
    else:
        share = min(max((value - low) / (high - low), 0.0), 1.0)
    return 100 * (1 - share if measure.better == LOWER else share)


def part_of(reading: Reading, measure: Measure) -> dict[str, Any]:
    """One line of a stored score: w weight, v value, p points, c not reached yet, m why missing."""
    if reading.missing or reading.value is None:
        return {"w": measure.weight, "m": reading.missing or NO_VALUE}
    part: dict[str, Any] = {"w": measure.weight, "v": round(reading.value, 4)}
    if reading.censored:
        part["c"] = True
    if measure.low is None or measure.high is None:
        return part | {"m": NO_MARKS}
    return part | {"p": round(points(reading.value, measure), 1)}


def score(measures: Iterable[Measure], readings: Mapping[str, Reading]) -> Scored:
    """Weigh what is known; fewer than half of the expected measures give no score."""
    unknown = Reading(None, missing=NO_VALUE)
    parts = {m.key: part_of(readings.get(m.key, unknown), m) for m in measures if m.weight > 0}
    return scored_of(parts)


def scored_of(parts: dict[str, dict[str, Any]]) -> Scored:
    expected = sum(1 for part in parts.values() if part.get("m") != NOT_EXPECTED)
    shares = contributions(parts)
    enough = bool(shares) and 2 * len(shares) >= expected
    return Scored(round(sum(shares.values())) if enough else None, parts, len(shares), expected)


def contributions(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """What each known measure brings to the score; the sum is the score before rounding."""
    known = {key: part for key, part in parts.items() if "p" in part}
    total = sum(part["w"] for part in known.values())
    return {key: part["w"] * part["p"] / total for key, part in known.items()} if total else {}


def rescored(
    measures: Sequence[Measure],
    parts: Mapping[str, Mapping[str, Any]],
    more: Mapping[str, Reading] | None = None,
) -> Scored:
    """The score that the stored values, and those of added measures, would have otherwise."""
    readings = {key: _stored_reading(part) for key, part in parts.items()}
    return score(measures, readings | dict(more or {}))


def _stored_reading(part: Mapping[str, Any]) -> Reading:
    missing = "" if part.get("m") == NO_MARKS else part.get("m", "")
    return Reading(part.get("v"), bool(part.get("c")), missing)


@dataclass(frozen=True)
class Move:
    """How far one measure moved the score, in points."""

    key: str
    by: float


def moves(
    now: Mapping[str, Mapping[str, Any]], then: Mapping[str, Mapping[str, Any]]
) -> list[Move]:
    """Which measures moved the score between two days, the largest first, from half a point."""
    after, before = contributions(now), contributions(then)
    found = [Move(k, after.get(k, 0.0) - before.get(k, 0.0)) for k in {*after, *before}]
    return sorted((m for m in found if abs(m.by) >= 0.5), key=lambda m: (-abs(m.by), m.key))


@dataclass(frozen=True)
class Borders:
    """From which score on a customer goes well, or needs no more than watching."""

    good: int = GOOD_FROM
    watch: int = WATCH_FROM


DEFAULT_BORDERS = Borders()


def band(value: int, borders: Borders = DEFAULT_BORDERS) -> str:
    """A word for a score; the borders are experts' opinion too."""
    if value >= borders.good:
        return GOOD
    return WATCH if value >= borders.watch else STRUGGLING


def distribution(scores: Iterable[int | None]) -> tuple[list[int], int]:
    """How many scores in 0–9, 10–19 … 90–100, and how many accounts have none."""
    bins, none = [0] * 10, 0
    for value in scores:
        if value is None:
            none += 1
        else:
            bins[min(value // 10, 9)] += 1
    return bins, none


def proposed_marks(values: Sequence[float]) -> tuple[float, float] | None:
    """Marks from the customers: their 10th and 90th percentile, None while all are equal."""
    if len(values) < 2:
        return None
    ordered = sorted(values)
    low, high = (ordered[round(share * (len(ordered) - 1))] for share in PROPOSED_SHARES)
    return (round(low, 2), round(high, 2)) if high > low else None


def is_stale(last_event_on: date | None, as_of: date) -> bool:
    """Whether events stopped for everybody, so that silence says nothing about customers."""
    return last_event_on is None or (as_of - last_event_on).days > STALE_AFTER_DAYS


def metric_reading(kept: Mapping[str, Any] | None, measure: Measure, *, stale: bool) -> Reading:
    """A metric as the metrics app keeps it: {"v": number or null}, "c": true if not reached yet.

    While no events arrive at all, a count of recent use and a "not yet" say nothing.
    """
    if kept is None or kept.get("v") is None:
        return Reading(None, missing=NO_VALUE)
    censored = bool(kept.get("c"))
    if stale and (measure.group == USAGE or censored):
        return Reading(None, missing=STALE)
    return Reading(float(kept["v"]), censored)


def contact_reading(last_contact_on: date | None, as_of: date, touch_model: str) -> Reading:
    """Days since the last contact; nobody expects contact with a tech-touch customer."""
    if touch_model == "tech":
        return Reading(None, missing=NOT_EXPECTED)
    if last_contact_on is None:
        return Reading(None, missing=NO_VALUE)
    return Reading(float(max((as_of - last_contact_on).days, 0)))


def as_json(measures: Iterable[Measure]) -> list[dict[str, Any]]:
    return [asdict(m) for m in measures]


def from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Measure, ...]:
    return tuple(Measure(**row) for row in rows)
