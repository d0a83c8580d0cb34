"""A change of the experience tree tried out on paper, with what sampling and silence leave open.

Letters: p_l share of leaf l, r_l its churn risk, R = sum p r; N customers; lambda share of the gap
between two leaves that a customer who is moved really gains (1: becomes like those who are there,
an upper bound). Draws: p ~ Dirichlet(n_l/deff), r ~ Beta(x_l/deff + 1/2, (n_l - x_l)/deff + 1/2)
with x_l at risk of n_l. Levers move mass, so an unmoved lever adds no noise: trouble and
consultation by the share of those who leave (or come), the mix of answers by the cheapest transport
between below, as and above. Silent customers (share s) differ in risk by g ~ U(-G, G): their shares
are tilted to p (1 + g (r - R) / V), V = sum p (r - R)^2. References: Goodman 2009, ch. 3-4;
Gelman et al. 2013, Bayesian Data Analysis, 3.4; Jeffreys 1946; Kish 1965 (deff).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from banso.prove.engine.regression import Clusters, FloatArray, IntArray

LEAVES = ("no_trouble", "not_consulted", "above", "at", "below", "waiting")
LEVERS = ("trouble", "consulted", "answers")
DRAWS = 10_000
_CHOICES: tuple[tuple[str, ...], ...] = (LEVERS, ("trouble",), ("consulted",), ("answers",))
_NONE, _SILENT, _ABOVE, _AT, _BELOW, _WAITING = range(6)
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers by leaf in the order of LEAVES: ``n`` people (or their weights), ``at_risk`` those of
    them who do not intend to continue; ``deff`` by which both are deflated for the draws.
    """

    n: tuple[float, ...]
    at_risk: tuple[float, ...]
    deff: float = 1.0

    def __post_init__(self) -> None:
        pairs = zip(self.n, self.at_risk, strict=True)
        if len(self.n) != len(LEAVES) or any(not 0 <= x <= n + 1e-9 for n, x in pairs):
            raise ValueError("need 0 <= at_risk <= n for each leaf")
        if sum(self.n) <= 0 or not self.deff > 0:
            raise ValueError("need an answer and a positive deff")

    @property
    def shares(self) -> FloatArray:
        return np.array(self.n) / sum(self.n)

    @property
    def risks(self) -> FloatArray:
        """Of each leaf; of an empty one half, of which nothing is known."""
        n, x = np.array(self.n), np.array(self.at_risk)
        return np.asarray(np.where(n > 0, x / np.maximum(n, _TINY), 0.5))


@dataclass(frozen=True, slots=True)
class Levels:
    """Where the levers stand: shares in 0..1; answers above, at and below of those that got one."""

    trouble: float
    consulted: float
    answers: tuple[float, float, float]

    def __post_init__(self) -> None:
        if not all(0.0 <= s <= 1.0 for s in (self.trouble, self.consulted, *self.answers)):
            raise ValueError("shares lie between 0 and 1")
        if abs(sum(self.answers) - 1.0) > 1e-6:
            raise ValueError("the shares of answers must add up to 1")


@dataclass(frozen=True)
class Part:
    """Some of the customers: how many (or how much money), what part of them is silent, and draws
    of shares and risks, both (draws, 6).
    """

    size: float
    silent: float
    shares: FloatArray
    risks: FloatArray
    estimate: FloatArray
    estimated_risks: FloatArray

    @cached_property
    def levels(self) -> Levels:
        """Where the levers stand as estimated."""
        return levels_of(self.estimate)

    @cached_property
    def columns(self) -> tuple[FloatArray, FloatArray]:
        """Draws of shares and risks by leaf, both (6, draws)."""
        return np.ascontiguousarray(self.shares.T), np.ascontiguousarray(self.risks.T)


@dataclass(frozen=True, slots=True)
class Band:
    """Draws of one figure in short: ``value`` of the estimate, the median and two intervals."""

    value: float
    median: float
    low80: float
    high80: float
    low95: float
    high95: float


@dataclass(frozen=True, slots=True)
class Tried:
    """``risk`` of all before and after; ``kept`` by each lever alone, by all together, and the
    interaction (together less the sum of each), in the unit of size; ``full``: together with lambda
    1.
    """

    before: Band
    after: Band
    alone: Mapping[str, Band]
    together: Band
    interaction: Band
    full: float
    size: float


def levels_of(shares: FloatArray) -> Levels:
    """The levers of one tree; where nobody had trouble, or nobody got an answer, evenly spread."""
    trouble = float(shares[1:].sum())
    consulted = float(shares[2:].sum())
    answered = float(shares[_ABOVE:_WAITING].sum())
    mix = shares[_ABOVE:_WAITING] / answered if answered > 0 else np.full(3, 1 / 3)
    return Levels(
        min(trouble, 1.0), min(consulted / trouble, 1.0) if trouble > 0 else 0.0,
        (float(mix[0]), float(mix[1]), float(max(0.0, 1 - mix[0] - mix[1]))),
    )  # fmt: skip


def drawn(
    counted: Counted, *, size: float, silent: float = 0.0, draws: int = DRAWS, seed: int = 1
) -> Part:
    """A part with its draws. ValueError for a size or share that is impossible."""
    if size < 0 or not 0 <= silent <= 1:
        raise ValueError("need size >= 0 and 0 <= silent <= 1")
    random = np.random.default_rng(seed)
    n, x = np.array(counted.n) / counted.deff, np.array(counted.at_risk) / counted.deff
    gamma = random.standard_gamma(n, size=(draws, len(n)))
    total = gamma.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, gamma / np.maximum(total, _TINY), counted.shares)
    risks = random.beta(x + 0.5, np.maximum(n - x, 0.0) + 0.5, size=(draws, len(n)))
    return Part(size, silent, shares, risks, counted.shares, counted.risks)


def with_risks(part: Part, risks: FloatArray, estimate: FloatArray) -> Part:
    """The same shares with other risks, drawn (draws, 6) and estimated (6,), as of calibration."""
    return replace(part, risks=risks, estimated_risks=estimate)


def moved(shares: FloatArray, now: Levels, then: Levels, which: Sequence[str]) -> FloatArray:
    """Shares (draws, 6) after the levers named in ``which`` went from ``now`` to ``then``."""
    return _after(_split(np.ascontiguousarray(shares.T), now), now, then, which).T


@dataclass(frozen=True, slots=True)
class _Split:
    """Draws of a tree by where its levers stand, each (draws,); mix: (3, draws)."""

    trouble: FloatArray
    consulted: FloatArray
    waiting: FloatArray
    mix: FloatArray


def _split(columns: FloatArray, now: Levels) -> _Split:
    """columns: shares (6, draws): so they lie side by side, and it takes a third of the time."""
    trouble, reached = columns[1:].sum(axis=0), columns[2:].sum(axis=0)
    answers = columns[_ABOVE:_WAITING]
    answered = answers.sum(axis=0)
    mix = np.where(
        answered > 0, answers / np.maximum(answered, _TINY), np.array(now.answers)[:, None]
    )
    return _Split(
        trouble, _part(reached, trouble, now.consulted), _part(columns[_WAITING], reached, 0.0), mix
    )


def _after(split: _Split, now: Levels, then: Levels, which: Sequence[str]) -> FloatArray:
    trouble, consulted, mix = split.trouble, split.consulted, split.mix
    if "trouble" in which:
        trouble = _shifted(trouble, now.trouble, then.trouble)
    if "consulted" in which:
        consulted = _shifted(consulted, now.consulted, then.consulted)
    if "answers" in which:
        mix = np.einsum("ki,kj->ij", transport(now.answers, then.answers), mix)
    found = np.empty((len(LEAVES), len(trouble)))
    found[_NONE] = 1 - trouble
    found[_SILENT] = trouble * (1 - consulted)
    reached = trouble * consulted
    found[_WAITING] = reached * split.waiting
    found[_ABOVE:_WAITING] = (reached - found[_WAITING]) * mix
    return found


def _part(some: FloatArray, of: FloatArray, otherwise: float) -> FloatArray:
    return np.asarray(np.where(of > 0, some / np.maximum(of, _TINY), otherwise))


def _shifted(drawn_share: FloatArray, now: float, then: float) -> FloatArray:
    """Fewer: each keeps it with chance then/now; more: each of the others gets it likewise."""
    if then <= now:
        return drawn_share * (then / now) if now > 0 else drawn_share
    return 1 - (1 - drawn_share) * ((1 - then) / (1 - now))


def transport(now: Sequence[float], then: Sequence[float]) -> FloatArray:
    """Which share of each kind of answer goes to which (3, 3), rows add up to 1, moving as little
    as possible along below, as, above.
    """
    have, want = np.array(now, dtype=np.float64), np.array(then, dtype=np.float64)
    flow, i, j = np.zeros((3, 3)), 0, 0
    left, room = have.copy(), want.copy()
    while i < 3 and j < 3:
        some = min(left[i], room[j])
        flow[i, j] += some
        left[i] -= some
        room[j] -= some
        if left[i] <= _TINY:
            i += 1
        else:
            j += 1
    empty = have <= _TINY
    rows = np.where(empty[:, None], np.eye(3), flow / np.maximum(have, _TINY)[:, None])
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def _tilted(shares: FloatArray, risks: FloatArray, gap: FloatArray) -> FloatArray:
    """Shares (6, draws) whose risk differs by about ``gap`` with the same risks of the leaves."""
    away = risks - np.einsum("ij,ij->j", shares, risks)
    spread = np.einsum("ij,ij,ij->j", shares, away, away)
    found = shares * np.maximum(0.0, 1 + (gap / np.maximum(spread, 1e-6)) * away)
    return np.asarray(found / np.maximum(found.sum(axis=0), _TINY))


def tried(
    parts: Sequence[Part], then: Sequence[Levels | None], *, transfer: float = 0.5,
    silent_gap: float = 0.0, seed: int = 2,
) -> Tried:  # fmt: skip
    """What moving the levers of some parts (None: unmoved) does to all of them.

    transfer: lambda; silent_gap: G, by how much the risk of those who did not answer may differ.
    ValueError for either outside 0..1, or no customers.
    """
    size = sum(part.size for part in parts)
    if not 0 <= transfer <= 1 or not 0 <= silent_gap <= 1:
        raise ValueError("need transfer and silent_gap between 0 and 1")
    if not size > 0:
        raise ValueError("need customers")
    draws = len(parts[0].shares)
    gap = np.random.default_rng(seed).uniform(-silent_gap, silent_gap, draws)
    lost, point = np.zeros(draws), 0.0
    kept: dict[tuple[str, ...], list[Any]] = {one: [np.zeros(draws), 0.0] for one in _CHOICES}
    for part, to in zip(parts, then, strict=True):
        gap_here = gap if part.silent else None
        before = np.einsum("ij,ij->j", *part.columns)
        estimate = float(part.estimate @ part.estimated_risks)
        point += part.size * estimate
        if gap_here is None:
            lost += part.size * before
        else:
            apart = part.silent * (np.clip(before + gap_here, 0, 1) - before)
            lost += part.size * (before + apart)
        if to is None or not part.size:
            continue
        for which, (by_draw, at_once) in _saved_by(part, to, gap_here).items():
            kept[which][0] += part.size * transfer * by_draw
            kept[which][1] += part.size * at_once
    together, full = kept[LEVERS]
    alone = {one: kept[one,] for one in LEVERS}
    sums = (sum(pair[0] for pair in alone.values()), sum(pair[1] for pair in alone.values()))
    return Tried(
        before=band(lost / size, point / size),
        after=band((lost - together) / size, (point - transfer * full) / size),
        alone={one: band(pair[0], transfer * pair[1]) for one, pair in alone.items()},
        together=band(together, transfer * full),
        interaction=band(together - sums[0], transfer * (full - sums[1])),
        full=full,
        size=size,
    )


def _saved_by(
    part: Part, to: Levels, gap: FloatArray | None
) -> dict[tuple[str, ...], tuple[FloatArray, float]]:
    """Fall of the risk by each lever alone and by all, in the draws and of the estimate."""
    now = part.levels
    turned = tuple(one for one in LEVERS if _apart(getattr(to, one), getattr(now, one)))
    shares, risks = part.columns
    theirs = None if gap is None else _tilted(shares, risks, gap)
    answered, silent = _split(shares, now), None if theirs is None else _split(theirs, now)
    known: dict[tuple[str, ...], tuple[FloatArray, float]] = {}
    for choice in _CHOICES:
        which = tuple(one for one in choice if one in turned)
        if which and which not in known:
            after = moved(part.estimate[None, :], now, to, which)[0]
            by_draw = _fall(shares, _after(answered, now, to, which), risks)
            if theirs is not None and silent is not None:
                apart = _fall(theirs, _after(silent, now, to, which), risks)
                by_draw = (1 - part.silent) * by_draw + part.silent * apart
            known[which] = by_draw, float((part.estimate - after) @ part.estimated_risks)
    reduced = {choice: tuple(one for one in choice if one in turned) for choice in _CHOICES}
    return {choice: known[which] for choice, which in reduced.items() if which}


def _apart(one: float | tuple[float, ...], other: float | tuple[float, ...]) -> bool:
    return not np.allclose(one, other, rtol=0, atol=1e-9)


def _fall(before: FloatArray, after: FloatArray, risks: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,ij->j", before - after, risks))


def band(values: FloatArray, value: float) -> Band:
    """The limits hold the estimate too, which sits at an end where everybody answered alike."""
    low95, low80, median, high80, high95 = np.quantile(values, (0.025, 0.1, 0.5, 0.9, 0.975))
    return Band(
        value, float(median), float(min(low80, value)), float(max(high80, value)),
        float(min(low95, value)), float(max(high95, value)),
    )  # fmt: skip


def break_even(cost: float, full_worth: float) -> float | None:
    """The lambda at which what is kept pays the cost; None where even 1 does not."""
    if full_worth <= 0 or cost > full_worth:
        return None
    return max(0.0, cost / full_worth)


def worst_and_best(parts: Sequence[Part]) -> tuple[float, float]:
    """Risk of all if every silent customer kept, or if every one left (Manski).

    ValueError without customers.
    """
    size = sum(part.size for part in parts)
    if not size > 0:
        raise ValueError("need customers")
    told = [(p.size, p.silent, float(p.estimate @ p.estimated_risks)) for p in parts]
    low = sum(n * (1 - s) * r for n, s, r in told) / size
    return low, low + sum(n * s for n, s, _r in told) / size


def design_effect(
    leaf: IntArray, at_risk: FloatArray, weight: FloatArray, account: IntArray
) -> float:
    """By how much the shares of leaves (and of those at risk) vary more than those of as many
    unweighted answers of as many accounts: sum of clustered variances by sum of p (1 - p) / n, at
    least 1.

    leaf: codes in the order of LEAVES; weight of each answer.
    """
    total, n = float(weight.sum()), len(weight)
    who = Clusters.of(account)
    columns = np.column_stack([leaf[:, None] == np.arange(len(LEAVES)), at_risk[:, None]])
    p = weight @ columns / total
    sums = who.sums(weight[:, None] * (columns - p) / total)
    factor = who.count / max(who.count - 1, 1)
    simple = float(np.sum(p * (1 - p))) / n
    return max(1.0, float(np.sum(sums * sums)) * factor / simple) if simple > 0 else n / who.count
