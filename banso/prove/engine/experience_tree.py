"""What the people at a branch of the experience tree say, with errors that know that several of
them may work at one account.

Letters: person i of account a, weight w_i >= 0, x_i a 0/1 or a number, W = sum w, p = sum w x / W;
u_a = sum over the people of a of w (x - p); G accounts. Variance of p: v = sum u_a^2 / W^2 (ratio
estimator, linearised). n_eff = p (1 - p) / v, never more than the people; where nothing varies,
Kish's (sum W_a)^2 / sum W_a^2 of the accounts' weights. With one person an account and equal
weights n_eff is n, and the intervals are those of ``proportions`` and ``recommendation``.
References: Kish & Frankel 1974, JRSS B 36:1; Korn & Graubard 1998, Survey Methodology 24:193
(effective n in the interval of a share); Rocks 2016 (net promoter score).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_t, two_sided_z
from banso.prove.engine.recommendation import Votes, adjusted_wald

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MINIMUM_PEOPLE = 10
MINIMUM_ACCOUNTS = 10
PROMOTER, PASSIVE = 9, 7


@dataclass(frozen=True, slots=True)
class People:
    """Who answered: ``account`` (n,) any whole numbers from 0, the same for people of one account;
    ``weight`` (n,). ``tied``: False where nobody knows who belongs together (anonymous answers);
    then each person stands alone and accounts are not asked for.
    """

    account: IntArray
    weight: FloatArray
    tied: bool = True

    def __post_init__(self) -> None:
        if self.account.shape != self.weight.shape or np.any(self.weight < 0):
            raise ValueError("need a weight of zero or more for each person")

    @property
    def n(self) -> int:
        return len(self.account)

    @property
    def accounts(self) -> int:
        """How many accounts have a person of weight."""
        if not self.n:
            return 0
        return int(np.count_nonzero(np.bincount(self.account[self.weight > 0], minlength=1)))

    def only(self, chosen: npt.NDArray[np.bool_]) -> People:
        return People(self.account[chosen], self.weight[chosen], self.tied)


@dataclass(frozen=True, slots=True)
class Sums:
    """The same by account: ``top`` (G,) sum of w x, ``bottom`` (G,) sum of w, and the people of
    weight behind them; ``events`` people with x.
    """

    top: FloatArray
    bottom: FloatArray
    people: int
    events: int
    tied: bool = True

    @property
    def accounts(self) -> int:
        return int(np.count_nonzero(self.bottom))


@dataclass(frozen=True, slots=True)
class Ratio:
    """p, its variance v and what an answer of its own varies by; people and accounts behind it."""

    p: float
    variance: float
    n: int
    accounts: int
    kish: float

    def effective_n(self, spread: float) -> float:
        """spread / v, at most n; Kish's of the accounts where nothing varies."""
        if self.variance <= 0.0 or spread <= 0.0:
            return min(float(self.n), self.kish)
        return min(float(self.n), spread / self.variance)


def sums(x: npt.ArrayLike, people: People) -> Sums:
    """The answers x (n,) added up by account."""
    values = np.asarray(x, dtype=np.float64)
    top = np.bincount(people.account, weights=people.weight * values, minlength=1)
    bottom = np.bincount(people.account, weights=people.weight, minlength=1)
    return Sums(
        np.asarray(top, dtype=np.float64),
        np.asarray(bottom, dtype=np.float64),
        int(np.count_nonzero(people.weight)),
        int(np.count_nonzero(values)),
        people.tied,
    )


def ratio(given: Sums) -> Ratio | NoAnswer:
    """p and v as above. NoAnswer("too_few_people") or ("too_few_accounts") below ten of either."""
    accounts = given.accounts
    short = _short(given.people, accounts, given.tied)
    if short is not None:
        return short
    total = float(given.bottom.sum())
    p = float(given.top.sum()) / total
    scores = given.top - p * given.bottom
    return Ratio(
        p,
        float(np.square(scores).sum()) / total**2,
        given.people,
        accounts,
        total**2 / float(np.square(given.bottom).sum()),
    )


def too_few(people: People) -> NoAnswer | None:
    """What a branch lacks before a figure of it may be shown: NoAnswer("too_few_people") below ten
    people of weight, NoAnswer("too_few_accounts") below ten accounts; None when it lacks nothing.
    """
    return _short(int(np.count_nonzero(people.weight)), people.accounts, people.tied)


def _short(people: int, accounts: int, tied: bool) -> NoAnswer | None:
    needs = {"people": people, "people_needed": MINIMUM_PEOPLE}
    if people < MINIMUM_PEOPLE:
        return NoAnswer("too_few_people", needs)
    if tied and accounts < MINIMUM_ACCOUNTS:
        more = {"accounts": accounts, "accounts_needed": MINIMUM_ACCOUNTS}
        return NoAnswer("too_few_accounts", needs | more)
    return None


def share(x: npt.ArrayLike, people: People, *, confidence: float = 0.95) -> Answer | NoAnswer:
    """Weighted share of x (n,) in 0/1 with Wilson's interval at n_eff; ``se`` is sqrt(v).

    NoAnswer as ``ratio``.
    """
    return share_of(sums(x, people), confidence=confidence)


def share_of(given: Sums, *, confidence: float = 0.95) -> Answer | NoAnswer:
    """The same of answers that are added up already. NoAnswer as ``ratio``."""
    found = ratio(given)
    if isinstance(found, NoAnswer):
        return found
    low, high = wilson_at(found.p, found.effective_n(found.p * (1 - found.p)), confidence)
    return _answer(given, found, low, high, "proportion", "wilson_clustered", confidence)


def _answer(
    given: Sums, found: Ratio, low: float, high: float, scale: str, method: str, confidence: float
) -> Answer:
    return Answer(
        value=found.p, low=low, high=high, n=found.n, events=given.events, scale=scale,
        method=method, accounts=found.accounts if given.tied else None, confidence=confidence,
        se=math.sqrt(found.variance),
    )  # fmt: skip


def wilson_at(p: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's limits of a share p whose n need not be whole."""
    z = two_sided_z(confidence)
    centre, scale = p + z * z / (2 * n), 1 + z * z / n
    half = z * math.sqrt(max(0.0, p * (1 - p)) / n + z * z / (4 * n * n))
    low, high = (centre - half) / scale, (centre + half) / scale
    return min(p, max(0.0, low)), max(p, min(1.0, high))


def mean(x: npt.ArrayLike, people: People, *, confidence: float = 0.95) -> Answer | NoAnswer:
    """Weighted mean of x (n,) with p -+ t sqrt(v G/(G-1)), t of G - 1 degrees of freedom.

    NoAnswer as ``ratio``. ``events`` are the people whose x is not 0.
    """
    return mean_of(sums(x, people), confidence=confidence)


def mean_of(given: Sums, *, confidence: float = 0.95) -> Answer | NoAnswer:
    """The same of answers that are added up already. NoAnswer as ``ratio``."""
    found = ratio(given)
    if isinstance(found, NoAnswer):
        return found
    g = found.accounts
    wider = replace(found, variance=found.variance * g / (g - 1))
    half = two_sided_t(confidence, g - 1) * math.sqrt(wider.variance)
    return _answer(given, wider, found.p - half, found.p + half, "mean", "t_clustered", confidence)


def recommendation(
    x: npt.ArrayLike, people: People, *, confidence: float = 0.95
) -> Answer | NoAnswer:
    """NPS of answers x (n,) in 0..10: share of 9 and 10 less that of 0 to 6, -1..1, with the
    adjusted-Wald interval at n_eff.

    NoAnswer as ``ratio``.
    """
    given = np.asarray(x)
    return recommendation_of(
        sums(given >= PROMOTER, people), sums(given < PASSIVE, people), confidence=confidence
    )


def recommendation_of(
    promoters: Sums, detractors: Sums, *, confidence: float = 0.95
) -> Answer | NoAnswer:
    """The same of promoters and of detractors, each added up over the same people. NoAnswer as
    ``ratio``.
    """
    given = replace(promoters, top=promoters.top - detractors.top)
    found = ratio(given)
    if isinstance(found, NoAnswer):
        return found
    total = float(given.bottom.sum())
    p, d = float(promoters.top.sum()) / total, float(detractors.top.sum()) / total
    n_eff = found.effective_n(p + d - (p - d) ** 2)
    _centre, low, high = adjusted_wald(
        Votes(p * n_eff, max(0.0, 1 - p - d) * n_eff, d * n_eff), confidence=confidence
    )
    return _answer(
        given, found, min(low, found.p), max(high, found.p), "net_promoter_score",
        "adjusted_wald_clustered", confidence,
    )  # fmt: skip


def effective_people(x: npt.ArrayLike, people: People) -> float | NoAnswer:
    """n_eff of a share: how many people of as many accounts would say as much.

    NoAnswer as ``ratio``.
    """
    found = ratio(sums(x, people))
    return found if isinstance(found, NoAnswer) else found.effective_n(found.p * (1 - found.p))
