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
from banso.prove.engine.columns import BoolArray
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
    0.2, decision within the month, renewals made within a fifth): each group has its members'
    means.
    """
    if len(cells.n) <= ALIKE:
        return cells
    key = np.column_stack(
        (
            np.rint(cells.log_odds / 0.2), np.rint(cells.shift / 0.2), np.rint(cells.moved * 50),
            np.rint(cells.first), cells.every, cells.lead, np.rint(np.log1p(cells.made) / 0.2),
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

    lifetimes: model by months of a term, used for what comes after the horizon. The sums over
    customers are smooth in b, offset and lambda: they are computed at Chebyshev points and
    interpolated at the draws (Trefethen 2013, Approximation Theory, ch. 5; relative error below
    1e-4), so that time does not grow with customers times draws. ValueError for no customer at all.
    """
    if not len(cells.n):
        raise ValueError("nobody to simulate")
    rng = np.random.default_rng(seed)
    draws, some = len(offsets), grouped(cells)
    b = rng.normal(lever.b, lever.se, draws)
    share = rng.uniform(plan.low, plan.high, draws)
    after = _Afterwards.of(some, plan, lifetimes or {}, draws, rng)
    steep = 33 if lever.scale == "points" else 9
    axes = _Axis.over(b, steep), _Axis.over(offsets, 5), _Axis.over(share, 4)
    sums = _at_nodes(some, lever.scale, plan, after, axes)
    weights = [axis.weights(values) for axis, values in zip(axes, (b, offsets, share), strict=True)]
    plane = np.einsum("di,dj->dij", *weights[:2]).reshape(draws, -1)
    space = np.einsum("dn,dk->dnk", plane, weights[2]).reshape(draws, -1)
    told = {name: plane @ sums.plane[name] for name in sums.plane}
    told |= {name: space @ sums.space[name].reshape(-1) for name in sums.space}
    for name, weight, later in (
        ("ltv", space, sums.later.reshape(space.shape[1], -1)),
        ("ltv_full", plane, sums.later_full),
    ):
        told[name] = told[name] + after.drawn(weight @ later)
    for name in ("base", "with"):
        for unit in ("kept", "mrr"):
            target = f"came_{name}" + ("_mrr" if unit == "mrr" else "")
            mean = told[f"base_{unit}"] + (told[unit] if name == "with" else 0.0)
            spread = np.sqrt(np.maximum(told[target], 0.0))
            told[target] = mean + spread * rng.standard_normal(draws)
    return Draws(**{f.name: np.asarray(told[f.name]) for f in fields(Draws)})


@dataclass(frozen=True)
class _Axis:
    """Chebyshev points of a range; one point where the range is none."""

    nodes: FloatArray

    @classmethod
    def over(cls, values: FloatArray, count: int) -> _Axis:
        low, high = float(values.min()), float(values.max())
        if high - low <= 1e-12 * (1.0 + abs(low)):
            return cls(np.array([low]))
        turn = np.cos(np.pi * (np.arange(count) + 0.5) / count)
        return cls((low + high) / 2 + (high - low) / 2 * turn)

    def weights(self, values: FloatArray) -> FloatArray:
        """Weights (n, nodes) of the polynomial through the points (barycentric formula)."""
        count = len(self.nodes)
        if count == 1:
            return np.ones((len(values), 1))
        k = np.arange(count)
        w = (-1.0) ** k * np.sin(np.pi * (k + 0.5) / count)
        apart = values[:, None] - self.nodes
        hit: BoolArray = np.asarray(np.abs(apart) < 1e-14 * (1.0 + np.abs(self.nodes)))
        terms = w / np.where(hit, 1.0, apart)
        terms = np.where(np.any(hit, axis=1, keepdims=True), hit.astype(np.float64), terms)
        return np.asarray(terms / terms.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class _Sums:
    """Sums over customers at the points: `plane` over b and offset (P,), `space` with lambda too
    (P, L); later: what the models of lifetimes add for the best and each point of their region
    (P, L, m + 1), the whole difference apart (P, m + 1). came_* hold variances of chance.
    """

    plane: dict[str, FloatArray]
    space: dict[str, FloatArray]
    later: FloatArray
    later_full: FloatArray


def _at_nodes(
    c: Cells, scale: str, plan: Plan, after: _Afterwards, axes: tuple[_Axis, _Axis, _Axis]
) -> _Sums:
    grids = np.meshgrid(axes[0].nodes, axes[1].nodes, indexing="ij")
    b, offset = (grid.reshape(-1) for grid in grids)
    shares = [*axes[2].nodes.tolist(), 1.0]
    step = max(1, _AT_ONCE // len(c.n))
    found: dict[str, list[FloatArray]] = {}
    for begin in range(0, len(b), step):
        part = slice(begin, begin + step)
        for name, values in _part(c, scale, b[part], offset[part], shares, plan, after).items():
            found.setdefault(name, []).append(values)
    whole = {name: np.concatenate(parts) for name, parts in found.items()}
    last = len(shares) - 1
    named = ("kept", "mrr", "ltv")
    plane = {name: whole[name] for name in ("base_kept", "base_mrr", "points")}
    plane |= {name: whole[name] for name in ("came_base", "came_base_mrr")}
    plane |= {f"{name}_full": whole[name][:, last] for name in named}
    space = {name: whole[name][:, :last] for name in (*named, "came_with", "came_with_mrr")}
    return _Sums(plane, space, whole["later"][:, :last], whole["later"][:, last])


def _part(
    c: Cells, scale: str, b: FloatArray, offset: FloatArray, shares: list[float], plan: Plan,
    after: _Afterwards,
) -> dict[str, FloatArray]:  # fmt: skip
    """The sums at some points, for each lambda of `shares`."""
    p = 1.0 / (1.0 + np.exp(-(c.log_odds + offset[:, None])))
    if scale == "points":
        changed = np.clip(p + b[:, None] * c.shift, 0.0, 1.0)
    else:
        changed = 1.0 / (1.0 + np.exp(-(c.log_odds + offset[:, None] + b[:, None] * c.shift)))
    gain, stay = c.moved * (p - changed), 1.0 - p
    touched = (c.decisions(plan.horizon) > 0) & (c.moved > 0) & (c.shift != 0)
    weight = c.n * touched * c.moved
    base, _nothing = _path(c, stay, gain * 0.0, plan, None)
    worth = plan.margin * c.money * c.every * after.discounted
    own = after.own_chance(stay) * worth
    told: dict[str, list[FloatArray]] = {}
    for share in shares:
        real, value = _path(c, stay, share * gain, plan, base)
        more = real - base
        modelled = (more * worth)[:, after.modelled] @ after.values[:, after.modelled].T
        sums = {
            "kept": more @ c.n, "mrr": more @ c.money, "ltv": value + (more * own).sum(axis=1),
            "came_with": (real * (1 - real)) @ c.n,
            "came_with_mrr": (real * (1 - real)) @ c.squares, "later": modelled,
        }  # fmt: skip
        for name, values in sums.items():
            told.setdefault(name, []).append(values)
    return {name: np.stack(values, axis=1) for name, values in told.items()} | {
        "base_kept": base @ c.n, "base_mrr": base @ c.money,
        "came_base": (base * (1 - base)) @ c.n, "came_base_mrr": (base * (1 - base)) @ c.squares,
        "points": ((p - changed) @ weight) / max(float(weight.sum()), 1e-12),
    }  # fmt: skip


def _path(
    c: Cells, stay: FloatArray, gain: FloatArray, plan: Plan, base: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """S of each group at the horizon (P, k), and the value (P,) of terms renewed until then beyond
    those renewed without the gain (nothing when that is what is being computed, base None).
    """
    still, without = np.ones_like(stay), np.ones_like(stay)
    value = np.zeros(len(stay))
    count, yearly = c.decisions(plan.horizon), 1.0 + plan.discount
    for k in range(int(count.max(initial=0))):
        at = np.flatnonzero(count > k)
        t = c.first[at] + k * c.every[at]
        rise = gain[:, at] * _ramp(t - c.lead[at], plan.ramp)
        still[:, at] *= np.clip(stay[:, at] + rise, 0.0, 1.0)
        if base is not None:
            without[:, at] *= stay[:, at]
            paid = plan.margin * c.money[at] * c.every[at] * yearly ** (-t / 12)
            value += (still[:, at] - without[:, at]) @ paid
    return still, value


def _ramp(months: FloatArray, ramp: float) -> FloatArray:
    """r: how far the change has come `months` after its beginning."""
    if ramp <= 0:
        return (months >= 0).astype(np.float64)
    return np.clip(months / ramp, 0.0, 1.0)


@dataclass(frozen=True)
class _Afterwards:
    """Terms after the last decision within the horizon: discount of its day, how many terms are
    counted (k,), and for those a model knows (modelled) its values (m + 1, k) at the best and at
    each point of its region; point, radius (draws,): where a draw lies between them.
    """

    discounted: FloatArray
    ratio: FloatArray
    most: IntArray
    modelled: BoolArray
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
        chosen = [(m, f) for m, f in lifetimes.items() if (np.rint(c.every) == m).any()]
        size = max([len(f.region) for _, f in chosen], default=0)
        values = np.zeros((size + 1, len(c.n)))
        modelled = np.zeros(len(c.n), dtype=np.bool_)
        for months, fit in chosen:
            mine = np.flatnonzero(np.rint(c.every) == months)
            stage = np.rint((c.made + count)[mine])
            found = _terms_after(fit, stage, most[mine], yearly ** (-months / 12))
            values[: len(found), mine] = found
            values[len(found) :, mine] = found[0]
            modelled[mine] = True
        point = rng.integers(1, size + 1, draws) if size else np.zeros(draws, dtype=np.int64)
        radius = np.sqrt(rng.chisquare(2, draws)) / 1.96
        paying = yearly ** (-last / 12) * (count > 0)
        ratio = yearly ** (-c.every / 12)
        return cls(paying, ratio, most, modelled, values, point.astype(np.int64), radius)

    def own_chance(self, stay: FloatArray) -> FloatArray:
        """Discounted terms still to come (P, k) of those no model knows; 0 for the others."""
        x = np.clip(stay * self.ratio, 0.0, 1.0 - 1e-12)
        return np.asarray(np.where(self.modelled, 0.0, x * (1.0 - x**self.most) / (1.0 - x)))

    def drawn(self, later: FloatArray) -> FloatArray:
        """What the models add in each draw, from its sums (draws, m + 1)."""
        best, edge = later[:, 0], later[np.arange(len(later)), self.point]
        return np.asarray(best + self.radius * (edge - best))


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
