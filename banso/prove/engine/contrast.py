"""Two groups of answers compared: odds of a higher answer, superiority, shares, and how many more
answers it takes to know.

Letters: rows i with answer y_i of account c; one, other: the groups; every variance sums the
influence of rows by account: V = C/(C-1) sum_c (sum_i in c psi_i)^2. References: Brunner & Munzel
2000, Biom. J. 42:17; Newcombe 2006, Statist. Med. 25:543 (superiority); Holm 1979, Scand. J.
Statist. 6:65; Newcombe 1998 (difference of shares, here of effective counts n/deff).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.normal import cumulative, quantile, two_sided_p, two_sided_t_p, two_sided_z
from banso.prove.engine.numbering import different, numbered
from banso.prove.engine.ordered import fit_ordered, proportionality
from banso.prove.engine.regression import Clusters, FloatArray

Bools = npt.NDArray[np.bool_]
Said = Literal["found", "reversed", "no_difference", "undecided", "too_few", "no_variation"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Choices with their defaults: gates, what difference would matter (an odds ratio), and below
    which one it does not.
    """

    minimum_n: int = 30
    minimum_accounts: int = 10
    target_or: float = 1.5
    zone_high: float = 1.25
    alpha: float = 0.05
    q_target: float = 0.10
    power: float = 0.80
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Answers:
    """Ordered answers: ``value`` (n,), the ``account`` of each (n,), ``leaf`` codes (n,) whose
    dummies hold the groups that are not compared; ``one``, ``other``: rows of the two groups.
    """

    value: npt.NDArray[np.int64]
    account: npt.NDArray[np.int64]
    leaf: npt.NDArray[np.int64]
    one: Bools
    other: Bools

    def __post_init__(self) -> None:
        if np.any(self.one & self.other):
            raise ValueError("nobody can be in both groups")


@dataclass(frozen=True, slots=True)
class Contrast:
    """``odds``: of a higher answer in one against other, with p; ``superiority``: chance that one
    of the first group answers higher than one of the second (ties half); ``difference``: of the
    means of ``scored`` (share of top answers, or NPS). power: to see ``target_or`` with these
    answers; more: answers lacking, by what they would tell.
    """

    n: tuple[int, int]
    accounts: tuple[int, int]
    odds: Answer | NoAnswer
    superiority: Answer | NoAnswer
    difference: Answer | NoAnswer
    levels: tuple[float, float] = (0.0, 0.0)
    power: float | None = None
    n_needed: int | None = None
    checks: tuple[Check, ...] = field(default_factory=tuple)


def compare(answers: Answers, scored: FloatArray, rules: Rules | None = None) -> Contrast:
    """Everything that is said of two groups. scored (n,): what the difference is of (0/1 or
    -1/0/+1).

    NoAnswer("too_few_answers" | "too_few_accounts") below the gates; "no_variation" where all gave
    the same answer; "separated" where no finite odds ratio exists (then the account means decide).
    """
    r = rules or Rules()
    n = (int(answers.one.sum()), int(answers.other.sum()))
    accounts = tuple(different(answers.account[side]) for side in (answers.one, answers.other))
    sizes = (accounts[0], accounts[1])
    short = _too_few(n, sizes, r)
    if short is not None:
        return Contrast(n, sizes, short, short, short)
    both = answers.one | answers.other
    levels = (float(scored[answers.one].mean()), float(scored[answers.other].mean()))
    y, mine, who = answers.value[both], answers.one[both], answers.account[both]
    if y.min() == y.max():
        alike = NoAnswer("no_variation", {"n": len(y)})
        return Contrast(n, sizes, alike, alike, alike, levels)
    odds = odds_of_higher(answers, r)
    known = isinstance(odds, Answer) and odds.se
    return Contrast(
        n=n, accounts=sizes, odds=odds,
        superiority=superiority(y[mine], y[~mine], who[mine], who[~mine], r.confidence),
        difference=clustered_difference(scored[both], mine, who, confidence=r.confidence),
        levels=levels,
        power=power_now(odds.se, r) if known and isinstance(odds, Answer) and odds.se else None,
        n_needed=answers_needed(odds, r) if isinstance(odds, Answer) else None,
        checks=(proportionality(mine, y, who), account_means(y, mine, who)),
    )  # fmt: skip


def _too_few(n: tuple[int, int], accounts: tuple[int, int], r: Rules) -> NoAnswer | None:
    if min(accounts) < r.minimum_accounts and min(n) >= r.minimum_n:
        needs = {"accounts": min(accounts), "accounts_needed": r.minimum_accounts}
        return NoAnswer("too_few_accounts", needs | {"one": accounts[0], "other": accounts[1]})
    if min(n) < r.minimum_n:
        needs = {"n": min(n), "n_needed": r.minimum_n, "one": n[0], "other": n[1]}
        return NoAnswer("too_few_answers", needs)
    return None


def odds_of_higher(answers: Answers, rules: Rules | None = None) -> Answer | NoAnswer:
    """exp(b) of one against other by the proportional-odds model, other leaves as dummies.

    Where a third leaf is separated, the two groups alone. NoAnswer("separated") where they are.
    """
    r = rules or Rules()
    both = answers.one | answers.other
    group = np.where(answers.one, 1, np.where(answers.other, 0, answers.leaf + 2))
    fit = fit_ordered(group, answers.value, answers.account)
    if not fit.converged and not both.all():
        fit = fit_ordered(group[both], answers.value[both], answers.account[both])
    b, se = float(fit.coef[0]), float(fit.se[0])
    if not fit.converged or not se > 0 or not math.isfinite(se):
        return NoAnswer("separated", {"n": int(both.sum())})
    half = two_sided_z(r.confidence) * se
    who = answers.account[both]
    return Answer(
        value=math.exp(b), low=math.exp(b - half), high=math.exp(b + half), n=int(both.sum()),
        events=int(answers.one.sum()), accounts=different(who), scale="odds_ratio",
        method="proportional_odds", confidence=r.confidence, se=se, p=two_sided_p(b / se),
    )  # fmt: skip


def superiority(
    one: npt.ArrayLike, other: npt.ArrayLike, account_one: npt.ArrayLike,
    account_other: npt.ArrayLike, confidence: float = 0.95,
) -> Answer | NoAnswer:  # fmt: skip
    """P(one > other) + P(one = other)/2, its interval on the logit scale, clustered by account.

    NoAnswer("too_few_answers") for an empty group. Where every pair is decided the same way the
    interval is that of one more pair that is not (rule of three).
    """
    a, b = np.asarray(one), np.asarray(other)
    if not len(a) or not len(b):
        return NoAnswer("too_few_answers", {"n": 0, "n_needed": 1})
    inside, outside = _beaten(a, b), 1 - _beaten(b, a)
    p = float(inside.mean())
    psi = np.concatenate([(inside - p) / len(a), (outside - p) / len(b)])
    who = Clusters.of(np.concatenate([np.asarray(account_one), np.asarray(account_other)]))
    se = math.sqrt(_variance(psi, who))
    if se <= 0 or not 0 < p < 1:
        edge = 3 / (min(len(a), len(b)) + 3)
        low, high = max(0.0, p - edge), min(1.0, p + edge)
    else:
        middle, half = math.log(p / (1 - p)), two_sided_z(confidence) * se / (p * (1 - p))
        low, high = 1 / (1 + math.exp(half - middle)), 1 / (1 + math.exp(-half - middle))
    return Answer(
        value=p, low=low, high=high, n=len(a) + len(b), events=len(a), scale="superiority",
        method="brunner_munzel_clustered", accounts=who.count, confidence=confidence, se=se,
    )  # fmt: skip


def _beaten(mine: FloatArray, theirs: FloatArray) -> FloatArray:
    """For each of mine the share of theirs below it, ties counted half."""
    levels, place = numbered(mine)
    ordered = np.sort(theirs)
    under = np.searchsorted(ordered, levels, "left") + np.searchsorted(ordered, levels, "right")
    return np.asarray((under / (2 * len(theirs)))[place])


def _variance(psi: FloatArray, who: Clusters) -> float:
    sums = who.sums(psi[:, None])[:, 0]
    return _squared(sums) * who.count / max(who.count - 1, 1)


def _squared(values: FloatArray) -> float:
    """The sum of squares, in this thread: handing so little to several costs more than it."""
    return float(np.einsum("i,i->", values, values))


def clustered_difference(
    scored: npt.ArrayLike, one: npt.ArrayLike, account: npt.ArrayLike, *, confidence: float = 0.95
) -> Answer | NoAnswer:
    """Mean of one less that of the rest, by account. Of shares (0/1) Newcombe's interval on
    effective counts, which keeps what it promises near 0 and 1; else value -+ z se, cut to what is
    possible.

    NoAnswer("too_few_answers") where a group is empty.
    """
    v, mine = np.asarray(scored, dtype=np.float64), np.asarray(one, dtype=bool)
    n = (int(mine.sum()), int((~mine).sum()))
    if min(n) < 1:
        return NoAnswer("too_few_answers", {"n": 0, "n_needed": 1})
    means = (float(v[mine].mean()), float(v[~mine].mean()))
    psi = np.where(mine, (v - means[0]) / n[0], (means[1] - v) / n[1])
    who = Clusters.of(account)
    robust, simple = _variance(psi, who), _squared(psi)
    deff = max(1.0, robust / simple) if simple > 0 else 1.0
    value, z = means[0] - means[1], two_sided_z(confidence)
    if np.isin(v, (0.0, 1.0)).all():
        limits = [_wilson(p, size / deff, z) for p, size in zip(means, n, strict=True)]
        (l1, u1), (l2, u2) = limits
        low = value - math.hypot(means[0] - l1, u2 - means[1])
        high = value + math.hypot(u1 - means[0], means[1] - l2)
    else:
        spread = math.sqrt(max(robust, simple)) if simple > 0 else 3 / (min(n) + 3)
        low, high = value - z * spread, value + z * spread
    edge = 1.0 if v.min() >= 0 else 2.0
    return Answer(
        value=value, low=max(-edge, low), high=min(edge, high), n=n[0] + n[1],
        events=int(v[mine].sum()), scale="difference", method="clustered_newcombe",
        accounts=who.count, confidence=confidence, se=math.sqrt(robust),
        checks=(Check("deff", deff, None, None),),
    )  # fmt: skip


def _wilson(p: float, n: float, z: float) -> tuple[float, float]:
    centre, scale = p + z * z / (2 * n), 1 + z * z / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def account_means(value: npt.ArrayLike, one: npt.ArrayLike, account: npt.ArrayLike) -> Check:
    """Brunner-Munzel on the mean of each account in each group; value is p, passed whether the
    groups differ at 5 %.

    Where every account of one group lies above every one of the other, the exact chance of that
    among all ways to split them.
    """
    y, mine = np.asarray(value, dtype=np.float64), np.asarray(one, dtype=bool)
    who = np.asarray(account)
    a, b = (_means(y[side], who[side]) for side in (mine, ~mine))
    if min(len(a), len(b)) < 2:
        return Check("account_means", None, 0.05, None)
    if a.min() > b.max() or b.min() > a.max():
        ways = math.lgamma(len(a) + len(b) + 1) - math.lgamma(len(a) + 1) - math.lgamma(len(b) + 1)
        p = min(1.0, 2 * math.exp(-ways))
    else:
        tested = _brunner_munzel(a, b)
        if tested is None:
            return Check("account_means", None, 0.05, None)
        p = tested
    return Check("account_means", p, 0.05, p <= 0.05)


def _brunner_munzel(a: FloatArray, b: FloatArray) -> float | None:
    """Two-sided p of P(a > b) = 1/2 with unequal variances, by Student's t; None where nothing
    varies.
    """
    over, under = _beaten(a, b), _beaten(b, a)
    spread = (float(over.var(ddof=1)) / len(a), float(under.var(ddof=1)) / len(b))
    whole = spread[0] + spread[1]
    if whole <= 0:
        return None
    freedom = whole**2 / (spread[0] ** 2 / (len(a) - 1) + spread[1] ** 2 / (len(b) - 1))
    return two_sided_t_p((float(over.mean()) - 0.5) / math.sqrt(whole), freedom)


def _means(value: FloatArray, account: npt.NDArray[np.int64]) -> FloatArray:
    _who, place = numbered(account)
    return np.asarray(np.bincount(place, weights=value) / np.bincount(place))


def power_now(se: float, rules: Rules) -> float:
    """Chance to see ``target_or`` at ``alpha`` with this standard error."""
    return cumulative(math.log(rules.target_or) / se - quantile(1 - rules.alpha / 2))


def answers_needed(odds: Answer, rules: Rules) -> int | None:
    """Answers of the two groups with which it could be told; None when there are enough.

    The standard error shrinks as 1/sqrt(n). First to see ``target_or``; then for the interval to
    fit the zone of no meaning if nothing is there; then at the present estimate.
    """
    se, b = odds.se or 0.0, abs(math.log(odds.value))
    seen = quantile(1 - rules.alpha / 2) + quantile(rules.power)
    z, edge = two_sided_z(rules.confidence), math.log(rules.zone_high)
    steps = (
        math.log(rules.target_or) / seen,
        edge / (z + quantile((1 + rules.power) / 2)),
        (edge - b) / (z + quantile(rules.power)),
        b / seen,
    )
    wanted = next((step for step in steps if 0 < step < se), 0.0)
    return math.ceil(odds.n * (se / wanted) ** 2) if wanted else None


def p_of(contrast: Contrast) -> float | None:
    """The p that goes into the family: of the odds, or of the account means where these are
    separated; None where nothing was tested.
    """
    if isinstance(contrast.odds, Answer):
        return contrast.odds.p
    if contrast.odds.reason == "separated":
        return next((one.value for one in contrast.checks if one.name == "account_means"), None)
    return None


def verdict(
    contrast: Contrast, *, corrected: float | None, threshold: float, rules: Rules | None = None
) -> Said:
    """What may be said; corrected: p or q after how many were asked.

    found: one answers higher; reversed: other does; no_difference: the whole interval of the odds
    ratio lies where it would not matter; undecided and too_few are different from it.
    """
    r = rules or Rules()
    odds = contrast.odds
    if isinstance(odds, NoAnswer) and odds.reason != "separated":
        return "no_variation" if odds.reason == "no_variation" else "too_few"
    if corrected is not None and corrected <= threshold:
        higher = isinstance(contrast.superiority, Answer) and contrast.superiority.value > 0.5
        up = odds.value > 1 if isinstance(odds, Answer) else higher
        return "found" if up else "reversed"
    if isinstance(odds, Answer) and odds.low >= 1 / r.zone_high and odds.high <= r.zone_high:
        return "no_difference"
    return "undecided"


def with_q(contrast: Contrast, q: float | None) -> Contrast:
    """The same with q written into its odds."""
    if isinstance(contrast.odds, NoAnswer):
        return contrast
    return replace(contrast, odds=replace(contrast.odds, q=q))
