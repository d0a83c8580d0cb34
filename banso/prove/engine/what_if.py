"""The chance to renew as it is, and as it would be with a KPI changed within what was seen.

Letters: y = 1 not renewed, z the KPI per standard deviation, p = 1/(1+exp(-eta)) with
eta = a + b z + contract + c ln(tenure). g-computation (Robins 1986, Math. Modelling 7:1393; Hernan
and Robins, What If, ch. 13): p_i(x') - p_i(x) for each customer, x' its value after the change,
everything else as it is. The season of past decisions is averaged over: the coming one is unknown.
A change of a number lifts those who lack most: x' = max(x, L), L such that the mean becomes the
target (min for a fall). It is reachable while L lies within the 5 % and 95 % points of the values
at past decisions, extrapolates beyond, and is refused beyond the most extreme value seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.columns import BoolArray, Column, read_column
from banso.prove.engine.design import (
    EVENTS_PER_TERM,
    RARE,
    Decisions,
    build_nuisance,
    dummies,
    label_codes,
    pool_rare,
    read_decisions,
)
from banso.prove.engine.estimate import estimate
from banso.prove.engine.findings import Feature
from banso.prove.engine.firth import fit_firth
from banso.prove.engine.normal import two_sided_p
from banso.prove.engine.regression import FloatArray, IntArray, fit_logistic

RECENT_DAYS = 365
RECENT_EVENTS = 20
SUPPORT = (0.05, 0.95)
FAMILY_NEEDED = 5


@dataclass(frozen=True, slots=True)
class Lever:
    """What a standard deviation more goes with: b in log-odds of non-renewal, se its standard error
    (scale "log_odds"); or a difference of the chance not to renew from a comparison that allows to
    speak of an effect (scale "points", shift 1 = treated). raw: b before shrinking.
    """

    b: float
    se: float
    raw: float
    scale: str = "log_odds"


def shrunken(lever: Lever, z_of_family: FloatArray) -> Lever:
    """b pulled towards 0 by what all KPIs tested together say (winner's curse).

    z_k = b_k/se_k (m,) of the family, zeta_k ~ N(0, A) their true values: A = max(0, mean z^2 - 1),
    b A/(1+A) (Efron & Morris 1973, JASA 68:117; METHODS 1.7). The error stays as it was. Fewer than
    five KPIs tell no A: nothing is shrunk.
    """
    z = z_of_family[np.isfinite(z_of_family)]
    if len(z) < FAMILY_NEEDED:
        return lever
    spread = max(0.0, float(np.mean(z * z)) - 1.0)
    return Lever(lever.b * spread / (1.0 + spread), lever.se, lever.raw, lever.scale)


@dataclass(frozen=True)
class Baseline:
    """Non-renewal of past decisions, ready to foretell that of present customers.

    lever: b and se beside the scan's terms (contract, tenure, season), not shrunk. rate: share
    renewed of the last twelve months (of all, where fewer than 20 were lost in them), on which the
    intercept is set; patterns: per account its decisions and losses in that time and how many
    accounts have these (m, 3). support: values seen at decisions, ascending.
    """

    lever: Lever
    intercept: float
    contracts: Mapping[str, float]
    tenure: float
    tenure_centre: float
    tenure_sd: float
    kpi: float
    centre: float
    sd: float
    transform: str | None
    typical: float
    rate: Answer
    stretch: float
    patterns: FloatArray
    support: FloatArray
    n: int
    events: int
    accounts: int

    @property
    def p_value(self) -> float:
        return two_sided_p(self.lever.b / self.lever.se)

    def scaled(self, values: FloatArray) -> FloatArray:
        """z of values (n,), missing ones at the median."""
        raw = np.maximum(values, 0.0) if self.transform == "log1p" else values
        raw = np.log1p(raw) if self.transform == "log1p" else raw
        return np.where(np.isfinite(raw), (raw - self.centre) / self.sd, self.typical)

    def log_odds(
        self, contract: list[str], tenure_days: FloatArray, values: FloatArray
    ) -> FloatArray:
        """eta of customers (n,): contract names, days since the first term, KPI (NaN = missing)."""
        tenure = (np.log(np.maximum(tenure_days, 1.0)) - self.tenure_centre) / self.tenure_sd
        terms = np.array([self.contracts.get(name, 0.0) for name in contract])
        eta = self.intercept + terms + self.tenure * tenure + self.kpi * self.scaled(values)
        return np.asarray(eta, dtype=np.float64)

    def offsets(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """How far eta lies off in each draw (draws,): the Bayesian bootstrap of the accounts.

        Weights are Gamma(1) per account (Rubin 1981, Ann. Statist. 9:130); accounts with the same
        decisions and losses share one Gamma(count), which is the same and costs less.
        """
        decided, lost, count = self.patterns.T
        weight = rng.gamma(count, size=(draws, len(count)))
        rate = np.clip((weight @ lost) / (weight @ decided), 1e-6, 1 - 1e-6)
        centre = 1.0 - self.rate.value
        moved = np.log(rate / (1 - rate)) - np.log(centre / (1 - centre))
        return np.asarray(moved * self.stretch)


def fit_baseline(decisions: pa.Table, feature: Feature, *, data_cut: date) -> Baseline | NoAnswer:
    """The model of the module's head for one KPI; decisions as in `association.scan`.

    Contract and tenure go when there are fewer than 5 events per term. feature: "number" or "flag".
    NoAnswer: "one_outcome", "no_variation" (all alike), "not_separable".
    """
    d = read_decisions(decisions, data_cut)
    if not 0 < d.events < d.n:
        return NoAnswer("one_outcome", {"events": d.events, "n": d.n})
    column = read_column(feature, feature.at_landmark, d, decisions.num_rows)
    if not column.sd or not column.tested:
        return NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
    nuisance = build_nuisance(d)
    found = None if nuisance is None else estimate(column, nuisance, d, 0.95)
    if found is None:
        return NoAnswer("not_separable", {"events": d.events})
    b, se = float(found.b[0]), float(found.se[0])
    names = label_codes(decisions.column("contract"))[1]
    return _fitted(d, column, Lever(b, se, b), names)


def fit_without_kpi(decisions: pa.Table, lever: Lever, *, data_cut: date) -> Baseline | NoAnswer:
    """The model of the module's head by contract and tenure alone (b = 0), for a measured effect.

    lever: of "points", kept as it is; a shift of 1 is a customer treated. decisions as in
    `association.scan`. NoAnswer: "one_outcome".
    """
    d = read_decisions(decisions, data_cut)
    if not 0 < d.events < d.n:
        return NoAnswer("one_outcome", {"events": d.events, "n": d.n})
    everybody, nothing = np.ones(d.n, dtype=np.bool_), np.zeros(d.n)
    column = Column(nothing[:, None], 0, everybody, nothing)
    return _fitted(d, column, lever, label_codes(decisions.column("contract"))[1])


def _fitted(d: Decisions, column: Column, lever: Lever, labels: list[str]) -> Baseline:
    codes, names = _contracts(d, labels)
    centre, sd = float(d.log_tenure.mean()), float(d.log_tenure.std()) or 1.0
    x, terms = _columns(d, column, codes, (d.log_tenure - centre) / sd)
    fit = fit_logistic(x, d.y)
    kept = list(fit.kept)
    if not fit.converged:
        fit = fit_firth(x[:, kept], d.y)
        kept = [kept[place] for place in fit.kept]
    coef = np.zeros(x.shape[1])
    coef[kept] = fit.coef
    recent = _recent(d)
    eta = (x @ coef)[recent]
    rate = _rate(d, recent)
    offset, stretch = _set_on(eta, 1.0 - rate.value)
    by_code = dict(zip(terms["contract"], coef[2 : 2 + len(terms["contract"])], strict=True))
    known = column.values[column.observed]
    used = np.log1p(known) if column.transform else known
    return Baseline(
        lever=lever, intercept=float(coef[0] + offset),
        contracts={name: float(by_code.get(code, 0.0)) for name, code in names.items()},
        tenure=float(coef[-1]) if terms["tenure"] else 0.0, tenure_centre=centre, tenure_sd=sd,
        kpi=float(coef[1]), centre=float(used.mean()), sd=column.sd or 1.0,
        transform=column.transform, typical=float(np.median(column.x[column.observed, 0])),
        rate=rate, stretch=stretch, patterns=_patterns(d, recent), support=np.sort(known),
        n=int(column.observed.sum()), events=int(d.y[column.observed].sum()),
        accounts=len(np.unique(d.clusters.codes[column.observed])),
    )  # fmt: skip


def _contracts(d: Decisions, labels: list[str]) -> tuple[IntArray, dict[str, int]]:
    """Contract code per row with rare ones pooled, and the code of each name."""

    def enough(rows: IntArray) -> bool:
        events = int(d.y[rows].sum())
        return min(events, len(rows) - events) >= RARE

    pooled = pool_rare(d.contract, int(d.contract.max()) + 1, enough)
    names = {name: int(pooled[code]) for code, name in enumerate(labels[: len(pooled)])}
    return pooled[d.contract], names


def _columns(
    d: Decisions, column: Column, codes: IntArray, tenure: FloatArray
) -> tuple[FloatArray, dict[str, list[int]]]:
    """Intercept, KPI, contract, tenure, as far as there are events for them."""
    size = np.bincount(codes)
    levels = [level for level in range(len(size)) if level != int(size.argmax())]
    fewer = min(d.events, d.n - d.events)
    with_contract = fewer >= EVENTS_PER_TERM * (2 + len(levels))
    with_tenure = fewer >= EVENTS_PER_TERM * (2 + len(levels) * with_contract)
    parts = [np.ones((d.n, 1)), column.x[:, :1]]
    parts += [dummies(codes)] if with_contract else []
    parts += [tenure[:, None]] if with_tenure else []
    terms = {"contract": levels if with_contract else [], "tenure": [0] if with_tenure else []}
    return np.column_stack(parts), terms


def _recent(d: Decisions) -> BoolArray:
    """Decisions of the last twelve months, or all where too few of them tell a rate."""
    rows = np.asarray(d.day > d.day.max() - RECENT_DAYS, dtype=np.bool_)
    lost = int(d.y[rows].sum())
    enough = min(lost, int(rows.sum()) - lost) >= RECENT_EVENTS
    return rows if enough else np.ones(d.n, dtype=np.bool_)


def _rate(d: Decisions, rows: BoolArray) -> Answer:
    """Share renewed, its interval by the accounts' scatter (normal)."""
    n, lost = int(rows.sum()), int(d.y[rows].sum())
    kept = 1.0 - lost / n
    off = d.clusters.sums(((d.y - lost / n) * rows)[:, None])[:, 0]
    half = 1.96 * float(np.sqrt(off @ off)) / n
    return Answer(
        value=kept, low=max(0.0, kept - half), high=min(1.0, kept + half), n=n, events=lost,
        accounts=len(np.unique(d.clusters.codes[rows])), scale="proportion", method="clustered",
    )  # fmt: skip


def _set_on(eta: FloatArray, rate: float) -> tuple[float, float]:
    """o with mean p(eta + o) = rate, and d(o)/d(logit rate) there, by Newton's method."""
    o, slope = 0.0, 1.0
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-(eta + o)))
        slope = float((p * (1 - p)).mean())
        step = (rate - float(p.mean())) / max(slope, 1e-9)
        o += float(np.clip(step, -2.0, 2.0))
        if abs(step) < 1e-10:
            break
    return o, rate * (1 - rate) / max(slope, 1e-9)


def set_on(eta: FloatArray, weight: FloatArray, rate: float) -> FloatArray:
    """eta (n,) moved by one number so that its weighted mean p is `rate`.

    Raises ValueError unless 0 < rate < 1.
    """
    if not 0 < rate < 1:
        raise ValueError("a rate lies between 0 and 1")
    whole = np.repeat(eta, np.maximum(np.rint(weight), 1).astype(np.int64))
    return np.asarray(eta + _set_on(whole, rate)[0])


def _patterns(d: Decisions, rows: BoolArray) -> FloatArray:
    decided = np.bincount(d.clusters.codes[rows], minlength=d.clusters.count)
    lost = np.bincount(d.clusters.codes[rows], weights=d.y[rows], minlength=d.clusters.count)
    pairs = np.column_stack((decided, lost))[decided > 0]
    found, count = np.unique(pairs, axis=0, return_counts=True)
    return np.column_stack((found, count)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Shift:
    """Values after a change (n,), the level L to which it goes, and whether L lies beyond 5-95 % of
    what was seen.
    """

    values: FloatArray
    level: float
    extrapolates: bool


def reach(values: FloatArray, support: FloatArray) -> tuple[float, float]:
    """Lowest and highest mean that lies within what was seen (L at the 5 % or 95 % point)."""
    known = values[np.isfinite(values)]
    low, high = np.quantile(support, SUPPORT)
    return float(np.minimum(known, low).mean()), float(np.maximum(known, high).mean())


def to_median(values: FloatArray, support: FloatArray, *, up: bool) -> float:
    """The mean when those below (above) the median seen come up (down) to it: a modest change."""
    known, middle = values[np.isfinite(values)], float(np.median(support))
    return float((np.maximum if up else np.minimum)(known, middle).mean())


def lift(values: FloatArray, target: float, support: FloatArray) -> Shift | NoAnswer:
    """Values (n,) with the lowest lifted (highest lowered) so that their mean is `target`.

    NaN stays. NoAnswer: "no_values", "no_change", "outside_support" (the level would lie beyond
    every value seen; needs: the furthest mean).
    """
    known = values[np.isfinite(values)]
    if not len(known) or not len(support):
        return NoAnswer("no_values", {"n": len(known)})
    mean = float(known.mean())
    if abs(target - mean) <= 1e-9 * (1.0 + abs(mean)):
        return NoAnswer("no_change", {"now": mean, "target": target})
    up = target > mean
    sign = 1.0 if up else -1.0
    level = sign * _level(np.sort(sign * known), sign * target)
    furthest = float(support.max() if up else support.min())
    if (level - furthest) * sign > 1e-9 * (1.0 + abs(furthest)):
        most = float((np.maximum if up else np.minimum)(known, furthest).mean())
        return NoAnswer("outside_support", {"target": target, "furthest": most, "value": furthest})
    edge = float(np.quantile(support, SUPPORT[1] if up else SUPPORT[0]))
    moved = (np.fmax if up else np.fmin)(values, level)
    after = np.where(np.isfinite(values), moved, np.nan)
    return Shift(after, level, bool((level - edge) * sign > 1e-9 * (1.0 + abs(edge))))


def _level(ascending: FloatArray, target: float) -> float:
    """L with mean max(x, L) = target; the mean is a broken line in L, steeper after each value."""
    n = len(ascending)
    above = np.append(np.cumsum(ascending[::-1])[::-1][1:], 0.0)
    below = np.arange(1, n + 1)
    at = (below * ascending + above) / n
    k = int(np.searchsorted(at, target, side="right")) - 1
    k = max(k, 0)
    return float((n * target - above[k]) / below[k])
