"""What a change of the chance to renew is worth: customers, MRR and value kept, as draws.

Letters: customer i is asked to renew at months t_1 < t_2 < ... <= H (first, then every so many).
p_i chance not to renew as things are, p_i' with the whole change; at t its effect has come as far
as r(t) = min(1, max(0, t - lead)/ramp) (lead: months before a decision at which it is measured).
Share of the difference that comes across when one changes the KPI: lambda ~ U(low, high); 1 is the
upper bound where the evidence is an association (METHODS 3.4). s = 1 - p,
s'(t) = s + lambda r(t) m (p - p'), m the share of such customers that is changed.
S = product of s over the decisions until H, S' of s'. Kept: sum S' - S; MRR: sum MRR (S' - S).
Value: margin x MRR, each renewed term counted on its first day and discounted to today; after H
everybody renews as without the change: terms still to come by the model of lifetimes
(S(n+j)/S(n), Fader & Hardie 2010), else with the customer's own chance, (s v)^j.
Draws: b ~ N(b, se), eta + offset (bootstrap of accounts), lambda, the model of lifetimes along its
profile region. Seeded. References: METHODS 3.4; Robins 1986; Greenland 2004 (interval estimation
by simulation), Int. J. Epidemiol. 33:1389.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from banso.prove.engine.answer import Answer
from banso.prove.engine.lifetime import Lifetime, survival_of
from banso.prove.engine.regression import FloatArray, IntArray
from banso.prove.engine.what_if import Lever

DRAWS = 10_000
ALIKE = 2_000
_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class Cells:
    """Customers, or groups of such as are alike; all arrays (k,).

    log_odds eta of non-renewal as things are; shift of the KPI in SD under the whole change (of a
    Lever of "points": 1 = treated); moved 0..1; first, every, lead in months; made: renewals before
    the first decision ahead; n customers, money their MRR, squares the sum of squared MRR.
    """

    log_odds: FloatArray
    shift: FloatArray
    moved: FloatArray
    first: FloatArray
    every: FloatArray
    lead: FloatArray
    made: FloatArray
    n: FloatArray
    money: FloatArray
    squares: FloatArray

    def decisions(self, horizon: float) -> IntArray:
        """How many decisions each has until the horizon."""
        whole = np.floor((horizon - self.first) / self.every) + 1
        return np.asarray(np.maximum(whole, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Plan:
    """The assumptions. horizon, ramp in months; low, high of lambda; discount a year; margin 0..1;
    months: how long from today value is counted at all.
    """

    horizon: int
    ramp: float
    low: float = 0.0
    high: float = 1.0
    discount: float = 0.10
    margin: float = 1.0
    months: int = 60

    def __post_init__(self) -> None:
        if not (self.horizon > 0 and self.ramp >= 0 and 0 <= self.low <= self.high <= 1):
            raise ValueError("need horizon > 0, ramp >= 0 and 0 <= low <= high <= 1")
        if self.discount < 0 or not 0 <= self.margin <= 1 or self.months < self.horizon:
            raise ValueError("need discount >= 0, margin within 0..1, months >= horizon")


@dataclass(frozen=True, slots=True)
class Draws:
    """One number per draw (draws,). kept customers and mrr at the horizon, ltv; the same with
    lambda = 1 as *_full; base_* without the change; came_*: with chance among so few customers, for
    holding against what comes; points: mean rise of the chance to renew of those changed, whole.
    """

    kept: FloatArray
    mrr: FloatArray
    ltv: FloatArray
    kept_full: FloatArray
    mrr_full: FloatArray
    ltv_full: FloatArray
    base_kept: FloatArray
    base_mrr: FloatArray
    came_base: FloatArray
    came_with: FloatArray
    came_base_mrr: FloatArray
    came_with_mrr: FloatArray
    points: FloatArray


def grouped(cells: Cells) -> Cells:
    """The same with alike customers together, when there are more than 2,000 (eta and shift within
    0.05, decision within the month): each group has its members' means.
    """
    if len(cells.n) <= ALIKE:
        return cells
    key = np.column_stack(
        (
            np.rint(cells.log_odds / 0.05), np.rint(cells.shift / 0.05), np.rint(cells.moved * 50),
            np.rint(cells.first), cells.every, cells.lead, cells.made,
        )
    )  # fmt: skip
    _, place = np.unique(key, axis=0, return_inverse=True)
    place = place.reshape(-1)
    total = np.bincount(place, weights=cells.n)
    means = ("log_odds", "shift", "moved", "first", "every", "lead", "made")
    made: dict[str, FloatArray] = {}
    for f in fields(cells):
        values = getattr(cells, f.name) * (cells.n if f.name in means else 1.0)
        added = np.bincount(place, weights=values)
        made[f.name] = np.asarray(added / total if f.name in means else added, dtype=np.float64)
    return replace(cells, **made)


def simulate(
    cells: Cells,
    lever: Lever,
    offsets: FloatArray,
    plan: Plan,
    *,
    lifetimes: Mapping[int, Lifetime] | None = None,
    seed: int = 0,
) -> Draws:
    """Draws of the module's head, one per offset (draws,) of eta.

    lifetimes: model by months of a term, used for what comes after the horizon. ValueError for no
    customer at all.
    """
    if not len(cells.n):
        raise ValueError("nobody to simulate")
    rng = np.random.default_rng(seed)
    draws, some = len(offsets), grouped(cells)
    b = rng.normal(lever.b, lever.se, draws)
    share = rng.uniform(plan.low, plan.high, draws)
    after = _Afterwards.of(some, plan, lifetimes or {}, draws, rng)
    names = [f.name for f in fields(Draws)]
    whole = {name: np.empty(draws) for name in names}
    step = max(1, _AT_ONCE // len(some.n))
    for begin in range(0, draws, step):
        part = slice(begin, begin + step)
        found = _part(some, lever.scale, b[part], share[part], offsets[part], plan, after, part)
        for name in found:
            whole[name][part] = found[name]
    for name, spread in (("base", "kept"), ("base", "mrr"), ("with", "kept"), ("with", "mrr")):
        target = f"came_{name}" + ("_mrr" if spread == "mrr" else "")
        mean = whole[f"base_{spread}"] + (whole[spread] if name == "with" else 0.0)
        whole[target] = mean + np.sqrt(whole[target]) * rng.standard_normal(draws)
    return Draws(**whole)


def _part(
    c: Cells, scale: str, b: FloatArray, share: FloatArray, offset: FloatArray, plan: Plan,
    after: _Afterwards, part: slice,
) -> dict[str, FloatArray]:  # fmt: skip
    """The sums of some draws; came_* hold the variances of chance for the time being."""
    p = 1.0 / (1.0 + np.exp(-(c.log_odds + offset[:, None])))
    if scale == "points":
        changed = np.clip(p + b[:, None] * c.shift, 0.0, 1.0)
    else:
        changed = 1.0 / (1.0 + np.exp(-(c.log_odds + offset[:, None] + b[:, None] * c.shift)))
    gain, stay = c.moved * (p - changed), 1.0 - p
    base, real, full = np.ones_like(p), np.ones_like(p), np.ones_like(p)
    value, value_full = np.zeros(len(b)), np.zeros(len(b))
    count = c.decisions(plan.horizon)
    yearly = 1.0 + plan.discount
    worth = plan.margin * c.money * c.every
    for k in range(int(count.max(initial=0))):
        at = np.flatnonzero(count > k)
        t = c.first[at] + k * c.every[at]
        rise = gain[:, at] * _ramp(t - c.lead[at], plan.ramp)
        base[:, at] *= stay[:, at]
        real[:, at] *= np.clip(stay[:, at] + share[:, None] * rise, 0.0, 1.0)
        full[:, at] *= np.clip(stay[:, at] + rise, 0.0, 1.0)
        paid = worth[at] * yearly ** (-t / 12)
        value += (real[:, at] - base[:, at]) @ paid
        value_full += (full[:, at] - base[:, at]) @ paid
    later = after.terms(stay, part) * (worth * after.discounted)
    touched = (count > 0) & (c.moved > 0) & (c.shift != 0)
    weight = c.n * touched * c.moved
    return {
        "kept": (real - base) @ c.n, "mrr": (real - base) @ c.money,
        "kept_full": (full - base) @ c.n, "mrr_full": (full - base) @ c.money,
        "ltv": value + ((real - base) * later).sum(axis=1),
        "ltv_full": value_full + ((full - base) * later).sum(axis=1),
        "base_kept": base @ c.n, "base_mrr": base @ c.money,
        "came_base": (base * (1 - base)) @ c.n, "came_with": (real * (1 - real)) @ c.n,
        "came_base_mrr": (base * (1 - base)) @ c.squares,
        "came_with_mrr": (real * (1 - real)) @ c.squares,
        "points": ((p - changed) @ weight) / max(float(weight.sum()), 1e-12),
    }  # fmt: skip


def _ramp(months: FloatArray, ramp: float) -> FloatArray:
    """r: how far the change has come `months` after its beginning."""
    if ramp <= 0:
        return (months >= 0).astype(np.float64)
    return np.clip(months / ramp, 0.0, 1.0)


@dataclass(frozen=True)
class _Afterwards:
    """Terms after the last decision within the horizon: discount of its day, how many terms are
    counted, and per group either a column of the model's values or None (own chance).

    values (m + 1, k): at the best and at each point of the region; point, radius (draws,): where a
    draw lies between them.
    """

    discounted: FloatArray
    ratio: FloatArray
    most: IntArray
    modelled: IntArray
    values: FloatArray
    point: IntArray
    radius: FloatArray

    @classmethod
    def of(
        cls, c: Cells, plan: Plan, lifetimes: Mapping[int, Lifetime], draws: int,
        rng: np.random.Generator,
    ) -> _Afterwards:  # fmt: skip
        count = c.decisions(plan.horizon)
        last = c.first + np.maximum(count - 1, 0) * c.every
        yearly = 1.0 + plan.discount
        most = np.maximum(np.floor((plan.months - last) / c.every), 0).astype(np.int64)
        ratio = yearly ** (-c.every / 12)
        chosen = [(m, f) for m, f in lifetimes.items() if (np.rint(c.every) == m).any()]
        size = max([len(f.region) for _, f in chosen], default=0)
        values = np.zeros((size + 1, len(c.n)))
        modelled = np.zeros(len(c.n), dtype=np.int64)
        for months, fit in chosen:
            mine = np.flatnonzero(np.rint(c.every) == months)
            stage = (c.made + count)[mine]
            found = _terms_after(fit, stage, most[mine], yearly ** (-months / 12))
            values[: len(found), mine] = found
            values[len(found) :, mine] = found[0]
            modelled[mine] = 1
        point = rng.integers(1, size + 1, draws) if size else np.zeros(draws, dtype=np.int64)
        radius = np.sqrt(rng.chisquare(2, draws)) / 1.96
        paying = yearly ** (-last / 12) * (count > 0)
        return cls(paying, ratio, most, modelled, values, point.astype(np.int64), radius)

    def terms(self, stay: FloatArray, part: slice) -> FloatArray:
        """Discounted terms still to come for each draw and group (draws, k)."""
        x = np.clip(stay * self.ratio, 0.0, 1.0 - 1e-12)
        own = x * (1.0 - x**self.most) / (1.0 - x)
        if not self.modelled.any():
            return np.asarray(own)
        best, edge = self.values[0], self.values[self.point[part]]
        drawn = np.maximum(best + self.radius[part][:, None] * (edge - best), 0.0)
        return np.where(self.modelled == 1, drawn, own)


def _terms_after(fit: Lifetime, made: FloatArray, most: IntArray, v: float) -> FloatArray:
    """Sum over j = 1..most of S(n+j)/S(n) v^j at n = made (k,), for the best and each point of the
    region (m + 1, k).
    """
    points = np.vstack((np.array([[fit.alpha, fit.beta, fit.c]]), fit.region))
    found = np.zeros((len(points), len(made)))
    pairs, place = np.unique(np.column_stack((made, most)), axis=0, return_inverse=True)
    for i, (n, j) in enumerate(pairs.tolist()):
        ahead = np.arange(1.0, j + 1)
        before = survival_of(points, np.array([n]))
        terms = survival_of(points, n + ahead) / before @ v**ahead
        found[:, place.reshape(-1) == i] = terms[:, None]
    return found


def ranged(draws: FloatArray, *, n: int, events: int, scale: str, confidence: float) -> Answer:
    """Median and equal-tailed interval of draws."""
    tail = (1.0 - confidence) / 2
    low, middle, high = np.quantile(draws, [tail, 0.5, 1.0 - tail])
    return Answer(
        value=float(middle), low=float(low), high=float(high), n=n, events=events, scale=scale,
        method="g_computation", confidence=confidence,
    )  # fmt: skip


def break_even(full: FloatArray, cost: float) -> float | None:
    """Share of the whole difference at which value covers the cost (value is close to linear in
    it); None when the median of the whole brings nothing. cost > 0.
    """
    middle = float(np.median(full))
    return cost / middle if middle > 0 and math.isfinite(cost / middle) else None
