"""The same association in parts of the decisions: by segment, and up to each quarter.

Each part goes through the gates and the model of `association.scan`, on one scale: a standard
deviation of the metric over all decisions, so that parts can be compared. Beyond 20,000 rows a
part's estimate is right to a hundredth of its error (side_by_side.py). Letters: k parts with
log-odds b_i and standard errors s_i, w_i = 1/s_i^2. Cochran's Q = sum w_i (b_i - B)^2 with B =
sum w_i b_i / sum w_i; chi-square with k - 1 degrees of freedom when all parts share one b (Cochran
1954, Biometrics 10:101).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np
import pyarrow as pa

from banso.prove.engine.calibration import midranks
from banso.prove.engine.columns import Column, read_column, with_missing
from banso.prove.engine.design import (
    Decisions,
    build_nuisance,
    label_codes,
    read_decisions,
    some_decisions,
)
from banso.prove.engine.estimate import Estimate, estimates
from banso.prove.engine.findings import Feature, Settings, Verdict
from banso.prove.engine.gates import Counts, Pace, gate
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.normal import chi_square_p
from banso.prove.engine.proportions import ChiSquare
from banso.prove.engine.regression import Clusters, FloatArray, IntArray
from banso.prove.engine.weighting import BoolArray

_EPOCH = date(1970, 1, 1)
_EXACT_ROWS = 20_000
_STEEP = 0.8
Run = TypeVar("Run")


@dataclass(frozen=True, slots=True)
class Part:
    """A metric in one part of the decisions; the odds ratio of RENEWAL only where decided.

    name: the segment's level, or the last day of the quarter. log_odds, se: of NON-renewal per SD
    over all decisions; None where not estimated.
    """

    name: str
    verdict: Verdict
    n: int
    accounts: int
    events: int
    odds_ratio: float | None = None
    low: float | None = None
    high: float | None = None
    q: float | None = None
    log_odds: float | None = None
    se: float | None = None
    p: float | None = None


def alike(b: Sequence[float], se: Sequence[float]) -> ChiSquare:
    """Cochran's Q that k estimates share one value. Raises ValueError with fewer than two, or an
    error that is not positive.
    """
    if len(b) < 2 or len(b) != len(se) or min(se) <= 0:
        raise ValueError("need two estimates or more, each with a positive error")
    w = np.asarray(se, dtype=np.float64) ** -2
    x = np.asarray(b, dtype=np.float64)
    q = float((w * (x - (w @ x) / w.sum()) ** 2).sum())
    return ChiSquare(q, len(x) - 1, chi_square_p(q, len(x) - 1))


@dataclass(frozen=True)
class Measured:
    """Decisions with metrics per standard deviation over all of them. z: (m, n), NaN = missing."""

    d: Decisions
    features: tuple[Feature, ...]
    z: FloatArray

    @classmethod
    def of(cls, decisions: pa.Table, features: Sequence[Feature], data_cut: date) -> Measured:
        """decisions as in `association.scan`, whose errors apply. Not for nominal features."""
        d = read_decisions(decisions, data_cut)
        z = np.empty((len(features), d.n))
        for j, feature in enumerate(features):
            column = read_column(feature, feature.at_landmark, d, decisions.num_rows)
            z[j] = column.x[:, 0]
            z[j, ~column.observed] = np.nan
        return cls(d, tuple(features), z)

    def only(self, keys: Collection[str]) -> Measured:
        """The same decisions with some of the metrics."""
        kept = [j for j, feature in enumerate(self.features) if feature.key in keys]
        if len(kept) == len(self.features):
            return self
        return Measured(self.d, tuple(self.features[j] for j in kept), self.z[kept])

    def ordered(self, order: IntArray) -> Measured:
        """The decisions in another order: each part is then a run of them."""
        d = self.d
        moved = replace(
            d, rows=np.arange(d.n), y=d.y[order], day=d.day[order],
            clusters=Clusters(d.clusters.codes[order], d.clusters.count),
            contract=d.contract[order], log_tenure=d.log_tenure[order],
            tenure_known=d.tenure_known[order], half_year=d.half_year[order],
        )  # fmt: skip
        return Measured(moved, self.features, self.z[:, order])


def by_level(
    measured: Measured,
    level: Sequence[str | None],
    *,
    data_cut: date,
    settings: Settings | None = None,
) -> Mapping[str, tuple[Part, ...]]:
    """For each feature key, one part per level (sorted; None in no part), tested together per key.

    level: one label per row of the decisions that were measured. Raises ValueError for fewer.
    """
    s = settings or Settings()
    codes, labels = label_codes(pa.array(level, pa.string()))
    codes = codes[measured.d.rows]
    order = np.argsort(codes, kind="stable")
    ordered = measured.ordered(order)
    ends = np.searchsorted(codes[order], np.arange(len(labels) + 1)).tolist()
    pace = Pace(data_cut, None, s)
    made: dict[str, list[Part]] = {feature.key: [] for feature in measured.features}
    runs = [
        (slice(ends[i], ends[i + 1]), name)
        for i, name in enumerate(labels)
        if name and ends[i + 1] > ends[i]
    ]
    for parts in _in_two_threads(lambda run: _judged_alone(ordered, *run, pace), runs):
        for key, part in parts.items():
            made[key].append(part)
    return {key: _together(parts, s) for key, parts in made.items()}


def by_cut(
    measured: Measured, cuts: Sequence[date], *, settings: Settings | None = None
) -> Mapping[str, tuple[Part, ...]]:
    """For each feature key, what was known at each cut: all decisions up to that day, none after.

    cuts: ascending; the scale is that of all decisions that were measured.
    """
    s = settings or Settings()
    made: dict[str, list[Part]] = {feature.key: [] for feature in measured.features}
    ordered = measured.ordered(np.argsort(measured.d.day, kind="stable")) if cuts else measured

    def known_at(cut: date) -> dict[str, Part]:
        until = int(np.searchsorted(ordered.d.day, (cut - _EPOCH).days, side="right"))
        return _judged_alone(ordered, slice(0, until), cut.isoformat(), Pace(cut, None, s))

    for parts in _in_two_threads(known_at, cuts):
        for key, part in parts.items():
            made[key].append(part)
    return {key: tuple(parts) for key, parts in made.items()}


def _in_two_threads(
    work: Callable[[Run], dict[str, Part]], runs: Sequence[Run]
) -> Iterator[dict[str, Part]]:
    """The arithmetic of arrays lets other threads go on."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(work, runs)


def _judged_alone(ordered: Measured, rows: slice, name: str, pace: Pace) -> dict[str, Part]:
    """Each feature in a run of the decisions: through the gates, estimated, q over all of them."""
    s, d = pace.settings, some_decisions(ordered.d, rows)
    nuisance = build_nuisance(d)
    made, columns, places = [], [], []
    everybody = np.ones(d.n, dtype=np.bool_)
    everywhere = Counts.of(_column(np.zeros(d.n), d, everybody), d)
    for j, feature in enumerate(ordered.features):
        column = _column(ordered.z[j, rows], d, everybody)
        counts = everywhere if column.observed is everybody else Counts.of(column, d)
        made.append(Part(name, "not_enough_data", counts.rows, counts.accounts, counts.events))
        if nuisance is not None and gate(feature, column, counts, d, pace) is None:
            columns.append(column)
            places.append(j)
    if nuisance is None:
        return {f.key: part for f, part in zip(ordered.features, made, strict=True)}
    found = estimates(columns, nuisance, d, s.confidence, exact=d.n <= _EXACT_ROWS)
    told = [(j, column, one) for j, column, one in zip(places, columns, found, strict=True) if one]
    q_values = benjamini_hochberg([one.p for _, _, one in told])
    for (j, column, one), q in zip(told, q_values.tolist(), strict=True):
        made[j] = _part(made[j], column, one, q, d, s)
    return {f.key: part for f, part in zip(ordered.features, made, strict=True)}


def _column(z: FloatArray, d: Decisions, everybody: BoolArray) -> Column:
    """A run of standardised values as a column of the model, with its own SD for the zone.

    everybody (n,): all true, what ``observed`` is where nothing is missing.
    """
    squares = float(z @ z)
    if not math.isnan(squares):
        return Column(z[:, None], 1, everybody, z, _spread(z, squares))
    observed = np.isfinite(z)
    known = z[observed]
    filled = np.where(observed, z, np.median(known) if len(known) else 0.0)
    x = with_missing(filled[:, None], observed, d)
    return Column(x, 1, observed, z, _spread(known, float(known @ known)))


def _spread(z: FloatArray, squares: float) -> float:
    """Standard deviation, 0 where only rounding is left. squares: z'z."""
    if not len(z):
        return 0.0
    variance = squares / len(z) - float(z.mean()) ** 2
    return math.sqrt(variance) if variance > 1e-12 * (1 + float(z[0]) ** 2) else 0.0


def _part(base: Part, column: Column, one: Estimate, q: float, d: Decisions, s: Settings) -> Part:
    b, se, sd = float(one.b[0]), float(one.se[0]), column.sd or 1.0
    known = column.observed
    if abs(b) * sd > _STEEP and _ranks_alike(column.values[known], d.y[known]) > s.auc_alarm:
        return replace(base, verdict="suspicious")
    inside = -math.log(s.zone_high) < one.low[0] * sd and one.high[0] * sd < -math.log(s.zone_low)
    verdict: Verdict = "no_association" if inside else "not_enough_data"
    return replace(
        base, verdict="associated" if q <= s.q_target else verdict, q=q, log_odds=b, se=se,
        odds_ratio=math.exp(-b), low=math.exp(-float(one.high[0])),
        high=math.exp(min(-float(one.low[0]), 700.0)), p=one.p,
    )  # fmt: skip


def _ranks_alike(values: FloatArray, events: FloatArray) -> float:
    """How far the values alone tell the outcomes apart: AUC, or 1 - AUC."""
    ranks, lost = midranks(values), float(events.sum())
    above = float(ranks @ events) - lost * (lost + 1) / 2
    share = above / (lost * (len(events) - lost))
    return max(share, 1 - share)


def _together(parts: list[Part], s: Settings) -> tuple[Part, ...]:
    """q over the levels of one split; a level is associated when its q is small enough."""
    tested = [part for part in parts if part.p is not None]
    p_values = [part.p for part in tested if part.p is not None]
    q_of = dict(
        zip(
            (p.name for p in tested),
            benjamini_hochberg(p_values).tolist() if tested else [],
            strict=True,
        )
    )
    return tuple(_judged(part, q_of.get(part.name), s) for part in parts)


def _judged(part: Part, q: float | None, s: Settings) -> Part:
    if q is None:
        return part
    if q <= s.q_target:
        return replace(part, q=q, verdict="associated")
    verdict: Verdict = "not_enough_data" if part.verdict == "associated" else part.verdict
    return replace(part, q=q, verdict=verdict)
