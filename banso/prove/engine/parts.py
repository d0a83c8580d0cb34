"""The same association in parts of the decisions: by segment, and up to each quarter.

Each part goes through `association.scan` with its gates; estimates are rescaled to one standard
deviation of the metric over all decisions, so that they can be compared. Letters: k parts with
log-odds b_i and standard errors s_i, w_i = 1/s_i^2. Cochran's Q = sum w_i (b_i - B)^2 with B =
sum w_i b_i / sum w_i; chi-square with k - 1 degrees of freedom when all parts share one b (Cochran
1954, Biometrics 10:101).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from banso.prove.engine.association import scan
from banso.prove.engine.findings import Feature, Finding, Settings, Verdict
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.normal import chi_square_p
from banso.prove.engine.partial import standardised
from banso.prove.engine.proportions import ChiSquare


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


def by_level(
    decisions: pa.Table,
    features: Sequence[Feature],
    level: Sequence[str | None],
    *,
    data_cut: date,
    settings: Settings | None = None,
) -> Mapping[str, tuple[Part, ...]]:
    """For each feature key, one part per level (sorted; None in no part), tested together per key.

    level: one label per row of `decisions`. Not for nominal features.
    """
    s = settings or Settings()
    label = np.asarray(["" if name is None else name for name in level], dtype=object)
    scaled = _scaled(decisions, features, data_cut)
    made: dict[str, list[Part]] = {feature.key: [] for feature in features}
    for name in sorted(set(label) - {""}):
        rows = np.flatnonzero(label == name)
        for part in _scan(decisions, scaled, rows, str(name), data_cut, s).items():
            made[part[0]].append(part[1])
    return {key: _together(parts, s) for key, parts in made.items()}


def by_cut(
    decisions: pa.Table,
    features: Sequence[Feature],
    cuts: Sequence[date],
    *,
    settings: Settings | None = None,
) -> Mapping[str, tuple[Part, ...]]:
    """For each feature key, what was known at each cut: all decisions up to that day, none after.

    cuts: ascending; the scale is that of the last. Not for nominal features.
    """
    s = settings or Settings()
    made: dict[str, list[Part]] = {feature.key: [] for feature in features}
    if not cuts:
        return dict.fromkeys(made, ())
    scaled = _scaled(decisions, features, cuts[-1])
    rows = np.arange(decisions.num_rows)
    for cut in cuts:
        for key, part in _scan(decisions, scaled, rows, cut.isoformat(), cut, s).items():
            made[key].append(part)
    return {key: tuple(parts) for key, parts in made.items()}


def _scaled(decisions: pa.Table, features: Sequence[Feature], data_cut: date) -> list[Feature]:
    """Features whose unit is one SD over all decisions, without the late values of the alarm."""
    return [
        replace(
            f, kind="number", at_landmark=standardised(f, decisions, data_cut), late=None
        )
        for f in features
    ]  # fmt: skip


def _scan(
    decisions: pa.Table,
    features: Sequence[Feature],
    rows: npt.NDArray[np.intp],
    name: str,
    data_cut: date,
    s: Settings,
) -> dict[str, Part]:
    part = [replace(f, at_landmark=f.at_landmark[rows]) for f in features]
    found = scan(decisions.take(pa.array(rows)), part, data_cut=data_cut, settings=s)
    return {finding.key: _part(name, finding, s) for finding in found.findings}


def _part(name: str, found: Finding, s: Settings) -> Part:
    base = Part(name, found.verdict, found.n_rows, found.n_accounts, found.n_events)
    if found.log_odds is None or found.se is None or not found.sd:
        return base
    powers = [found.odds_ratio, found.odds_ratio_low, found.odds_ratio_high]
    value, low, high = (None if not p else math.exp(math.log(p) / found.sd) for p in powers)
    return replace(
        base, odds_ratio=value, low=low, high=high, q=found.q,
        log_odds=found.log_odds / found.sd, se=found.se / found.sd,
    )  # fmt: skip


def _together(parts: list[Part], s: Settings) -> tuple[Part, ...]:
    """q over the levels of one split; a level is associated when its q is small enough."""
    tested = [p for p in parts if p.q is not None and p.log_odds is not None and p.se]
    p_values = [math.erfc(abs((p.log_odds or 0.0) / (p.se or 1.0)) / math.sqrt(2)) for p in tested]
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
